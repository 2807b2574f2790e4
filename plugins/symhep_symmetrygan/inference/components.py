"""Components of a group: the cosets of its identity component in which found elements lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2

from symhep_symmetrygan.inference.cosets import threshold
from symhep_symmetrygan.inference.elements import Measured
from symhep_symmetrygan.inference.nearest import nearest, off_chi2
from symhep_symmetrygan.inference.readable import IDENTITY, Readable
from symhep_symmetrygan.inference.tangents import Tangents

__all__ = ["Component", "components_of"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: A name holds if its element differs from what was found as rarely as this, or it is called near.
DIFFERENT = 1e-3
#: Farther than this (Frobenius) from all elements with a name, an element has none.
NEAR = 0.3


@dataclass(frozen=True, eq=False)
class Component:
    """A coset exp(algebra) g.

    Attributes
    ----------
    name
        Of its simplest element: 'reflection(py)'; 'near exchange(1,2)' if it is not that one within errors.
    mean, covariance
        An element (D + 1, D + 1) of it, the mean of all, and the error of that along the scaled tangents (G, G).
    representative
        The element with the name where there is one, else the mean.
    distance
        From the named element to the coset (Frobenius), and the p-value ``same_p`` that it lies in it; None without.
    rows
        The elements that lie in it.
    fit_p
        p-value of the spread of the elements about the coset, given their errors.
    """

    name: str
    mean: FloatArray
    covariance: FloatArray
    representative: FloatArray
    distance: float | None
    same_p: float | None
    rows: IntArray
    fit_p: float


def components_of(
    measured: Measured,
    order: IntArray,
    basis: FloatArray,
    named: Sequence[Readable],
    independent: bool = True,
    unit: float = 1.0,
) -> list[Component]:
    """Cosets of exp(span of ``basis``) among the elements; that of the identity comes first, empty or not.

    An element is compared with the first element of each coset, within the errors of both, and opens a new one if it
    fits in none. They come in the ``order`` given. Unless their errors are ``independent``, the mean of a coset has the
    error of one element. Names say fixed points in units of which one is ``unit`` of the coordinates.
    """
    g = len(measured.tangents)
    zero = np.zeros((1, g, g))
    identity = Measured(measured.tangents, np.eye(measured.elements.shape[-1])[None], zero, zero)
    rows, t, u = _members(measured, np.arange(len(measured)), identity, basis)
    found = [_component(measured, identity, rows, t, u, basis, named, independent, unit)]
    left = np.ones(len(measured), dtype=bool)
    left[rows] = False
    for e in order.tolist():
        if not left[e]:
            continue
        rows, t, u = _members(measured, np.flatnonzero(left), measured.subset([e]), basis)
        if e not in rows:
            rows, t, u = np.array([e]), np.zeros((1, len(basis))), np.zeros((1, g))
        left[rows] = False
        found.append(_component(measured, measured.subset([e]), rows, t, u, basis, named, independent, unit))
    return found


def _members(
    measured: Measured, rows: IntArray, leader: Measured, basis: FloatArray
) -> tuple[IntArray, FloatArray, FloatArray]:
    """Which of ``rows`` lie in the coset of ``leader``: g = exp(u) exp(t X) g_leader."""
    h = measured.elements[rows] @ np.linalg.inv(leader.elements[0])
    turn = measured.tangents.adjoint(h)
    covariance = measured.covariance[rows] + turn @ leader.covariance[0] @ turn.swapaxes(1, 2)
    end = nearest(measured.tangents, h, basis)
    inside = off_chi2(end.u, covariance, basis) < threshold(len(measured.tangents) - len(basis))
    return rows[inside], end.t[inside], end.u[inside]


def _component(
    measured: Measured,
    leader: Measured,
    rows: IntArray,
    t: FloatArray,
    u: FloatArray,
    basis: FloatArray,
    named: Sequence[Readable],
    independent: bool,
    unit: float,
) -> Component:
    """The mean of the elements ``rows``, off by ``u`` from the coset of the leader, and its name.

    exp(u) exp(t X) g = exp(t X) exp(Ad(exp(-t X)) u) g: in that order all elements of the coset are off alike.
    """
    g, r = len(measured.tangents), len(basis)
    exact = not leader.covariance[0].any()
    normal = np.linalg.svd(basis)[2][r:] if r else np.eye(g)
    back = measured.tangents.adjoint(measured.tangents.exponentials(-t @ basis))
    off = np.einsum("qab,qb->qa", back, u) @ normal.T
    spread = back @ measured.covariance[rows] @ back.swapaxes(1, 2)
    weight = np.linalg.inv(normal @ spread @ normal.T + 1e-12 * np.eye(g - r))
    total = weight.sum(axis=0)
    pull = np.einsum("qab,qb->a", weight, off)
    if exact or not len(rows):
        mean, covariance, shift = leader.elements[0], np.zeros((g, g)), np.zeros(g - r)
    else:
        shift = np.linalg.solve(total, pull)
        mean = measured.tangents.exponentials(shift @ normal) @ leader.elements[0]
        covariance = normal.T @ np.linalg.inv(total) @ normal * (1 if independent else len(rows))
    left = off - shift
    quality = float(np.einsum("qa,qab,qb", left, weight, left))
    freedom = (g - r) * (len(rows) - (not exact))
    fit_p = float(chi2.sf(quality, freedom)) if freedom > 0 else 1.0
    if exact:
        return Component(IDENTITY, mean, covariance, mean, 0.0, 1.0, rows, fit_p)
    name, representative, distance, same_p = _name(measured.tangents, mean, covariance, basis, named, unit)
    return Component(name, mean, covariance, representative, distance, same_p, rows, fit_p)


def _name(
    tangents: Tangents,
    mean: FloatArray,
    covariance: FloatArray,
    basis: FloatArray,
    named: Sequence[Readable],
    unit: float,
) -> tuple[str, FloatArray, float | None, float | None]:
    """The simplest named element that lies in the coset; else the nearest one."""
    d, g, r = len(mean) - 1, len(tangents), len(basis)
    for moved in (False, True):
        targets = np.tile(np.eye(d + 1), (len(named), 1, 1))
        targets[:, :d, :d] = [one.matrix for one in named]
        if moved:
            targets[:, :d, d] = mean[:d, d]
        end = nearest(tangents, targets @ np.linalg.inv(mean), basis)
        inside = tangents.exponentials(end.t @ basis) @ mean
        distance = np.linalg.norm(inside - targets, axis=(1, 2))
        quality = off_chi2(end.u, np.tile(covariance, (len(named), 1, 1)), basis)
        p = chi2.sf(quality, g - r) if g > r else np.where(np.isfinite(quality), 1.0, 0.0)
        fitting = np.flatnonzero((p > DIFFERENT) & (distance < NEAR))
        if len(fitting):  # the list starts with the simplest
            best = int(fitting[0])
            return (
                named[best].name + _centre(targets[best], unit),
                targets[best],
                float(distance[best]),
                float(p[best]),
            )
    best = int(np.argmin(distance.round(2)))
    if distance[best] >= NEAR:
        return "", mean, None, None
    return (
        f"near {named[best].name}{_centre(targets[best], unit)}",
        mean,
        float(distance[best]),
        float(p[best]),
    )


def _centre(element: FloatArray, unit: float) -> str:
    """' about 0.5' for an element with a translation: the fixed point nearest to the origin, times the unit."""
    d = len(element) - 1
    if np.abs(element[:d, d]).max() < 1e-9:
        return ""
    point = unit * np.linalg.lstsq(np.eye(d) - element[:d, :d], element[:d, d], rcond=1e-9)[0]
    return " about " + (f"{point[0]:.3g}" if d == 1 else "(" + ", ".join(f"{x:.3g}" for x in point) + ")")

"""Which null vectors are symmetries of the oracle, and which only of the events it was asked on.

Events that conserve momentum, or sit on a mass shell, do not fill the space: the conditions then also have null
vectors that move the events along the oracle's level sets, or not at all, without being a symmetry elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from symhep.stats.support import affine_hull, quadrics
from symhep_oracle.conditions import Conditions
from symhep_oracle.fields import Fields
from symhep_oracle.oracles.norms import LORENTZ
from symhep_oracle.sample import Sample
from symhep_oracle.solution import Solution
from symhep_oracle.spectrum import rounding_floor

__all__ = ["Support", "constraints", "split_spurious"]

FloatArray = npt.NDArray[np.float64]

#: Width of the cloud around the events that the oracle is asked on again, in units of their rms.
THICKNESS = 0.5
#: Points of that cloud per unknown: enough that few points add no null vector of their own.
PER_UNKNOWN = 8
MOST_POINTS = 20_000


@dataclass(frozen=True)
class Support:
    """The spurious part of a null space.

    Attributes
    ----------
    spurious
        (S, K) orthonormal fields that are null on the events only, orthogonal to the true ones.
    still
        (S,) does the field vanish at every event, so that it does not move them at all?
    checked
        Was the oracle asked off the events? Not possible for learned ones.
    constraints
        What holds for all events: 'the sum of px is 0', 'E^2 - p^2 is 0'.
    """

    spurious: FloatArray
    still: npt.NDArray[np.bool_]
    checked: bool
    constraints: tuple[str, ...]


def split_spurious(
    solution: Solution, conditions: Conditions, sample: Sample, rng: np.random.Generator
) -> tuple[Solution, Support]:
    """The solution without the spurious null vectors, and these.

    A null vector is real if it is null on a cloud around the events too: all of the oracle's symmetries are. Where
    the oracle cannot be asked there, only fields that vanish at every event are taken out.
    """
    known = tuple(constraints(sample))
    rows, fields = solution.coefficients, conditions.fields
    if solution.dimension == 0:
        return solution, Support(np.zeros((0, rows.shape[1])), np.zeros(0, bool), False, known)
    still = _vanishing(rows, fields, sample)
    oracle = conditions.oracle
    # Of an estimate only what is null to rounding can be expected to be null elsewhere.
    floor = rounding_floor(oracle.precision, fields.unknowns)
    sharp = not oracle.approximate or float(solution.residuals.max()) <= floor
    survive = _surviving(rows, solution, conditions, rng) if sharp else None
    if survive is None:
        keep, drop = _complement(still), still
    else:
        keep, drop = survive, _complement(survive)
    spurious = drop @ rows
    share = np.linalg.norm(spurious @ rows.T @ still.T, axis=1) if len(still) else np.zeros(len(drop))
    support = Support(spurious, share > 1 - 1e-6, survive is not None, known)
    return solution.rotated(keep), support


def _vanishing(rows: FloatArray, fields: Fields, sample: Sample) -> FloatArray:
    """(V, G) orthonormal combinations of the fields ``rows`` that are zero at all events."""
    few = torch.linspace(0, len(sample) - 1, min(len(sample), PER_UNKNOWN * fields.unknowns)).long()
    gram = np.zeros((len(rows), len(rows)))
    coefficients = torch.from_numpy(np.ascontiguousarray(rows))
    for part in torch.split(few, 256):
        values = fields.evaluate(coefficients, sample.x[part] / sample.scale).flatten(1).numpy()
        gram += values @ values.T
    values, vectors = np.linalg.eigh(gram / len(few))
    # Fields and points have size one; a Gram matrix knows squares down to its own rounding.
    return np.asarray(vectors.T[values < fields.unknowns * np.finfo(float).eps])


def _surviving(
    rows: FloatArray, solution: Solution, conditions: Conditions, rng: np.random.Generator
) -> FloatArray | None:
    """(H, G) orthonormal combinations of the null vectors that are null around the events too; None if not tested."""
    oracle, k = conditions.oracle, conditions.fields.unknowns
    if not oracle.anywhere:
        return None
    count = min(max(PER_UNKNOWN * k // oracle.outputs, 500), MOST_POINTS)
    centres = conditions.x[torch.from_numpy(rng.integers(len(conditions.x), size=count))]
    shifts = THICKNESS * conditions.scale * torch.from_numpy(rng.normal(size=centres.shape))
    points = centres + shifts
    slopes = oracle.gradient(points)
    usable = torch.isfinite(slopes).flatten(1).all(dim=1)
    if int(usable.sum()) * oracle.outputs < k:
        return None
    around = Conditions(
        oracle, conditions.fields, points[usable], np.ones(int(usable.sum())), conditions.scale
    )
    return around.null_among(rows.T, solution.tolerance(oracle.precision))


def _complement(rows: FloatArray) -> FloatArray:
    """Orthonormal rows orthogonal to ``rows`` (V, G): (G - V, G)."""
    u = np.linalg.svd(rows.T, full_matrices=True)[0] if len(rows) else np.eye(rows.shape[1])
    return np.asarray(u[:, len(rows) :].T)


def constraints(sample: Sample) -> list[str]:
    """Equations that hold for all events, in words: sums over the vectors, single components, mass shells, others.

    >>> from symhep_oracle.layout import Layout
    >>> p = np.random.default_rng(1).normal(size=(300, 2))
    >>> x = torch.from_numpy(np.c_[p, 7.0 - p])
    >>> constraints(Sample(x, np.ones(300), Layout(2, 2), 1.0, ("px", "py"), "GeV", 0.0, np.arange(300)))
    ['the sum of px is 7 GeV', 'the sum of py is 7 GeV']
    """
    x, layout = sample.x.numpy(), sample.layout
    unit = f" {sample.unit}" if sample.unit else ""
    hull = affine_hull(x)
    found: list[str] = []
    explained: list[FloatArray] = []
    directions: list[tuple[str, FloatArray]] = []
    for c, name in enumerate(sample.names):
        single = [np.eye(layout.features)[p * layout.width + c] for p in range(layout.vectors)]
        if layout.vectors > 1:
            directions.append((f"the sum of {name}", np.sum(single, axis=0)))
        directions += [(f"{name}{_of_vector(p, layout.vectors)}", s) for p, s in enumerate(single)]
    for name, direction in directions:
        known = np.array(explained).reshape(-1, layout.features)
        left = (
            direction - known.T @ np.linalg.lstsq(known.T, direction, rcond=None)[0]
            if explained
            else direction
        )
        if np.linalg.norm(left) > 1e-9 and hull.fixes(direction):
            value = float(direction @ hull.centre)
            size = float(np.abs(direction) @ np.abs(x).mean(axis=0))
            found.append(f"{name} is {0 if abs(value) < 1e-6 * size else value:.6g}{unit}")
            explained.append(direction)
    more = layout.features - hull.rank - len(explained)
    if more:
        found.append(f"{more} more linear equation{'s' if more > 1 else ''} hold")
    return found + _shells(x, sample, unit)


def _of_vector(number: int, vectors: int) -> str:
    return f" of vector {number + 1}" if vectors > 1 else ""


def _shells(x: FloatArray, sample: Sample, unit: str) -> list[str]:
    """Mass shells and spheres of each vector; other quadratic equations are counted."""
    found, layout = [], sample.layout
    forms = {"the squared length": np.eye(layout.width)}
    if sample.names == ("E", "px", "py", "pz"):
        forms = {"E^2 - p^2": np.array(LORENTZ, float), "|p|^2": np.diag([0.0, 1, 1, 1])}
    for p in range(layout.vectors):
        points = x[:, p * layout.width : (p + 1) * layout.width]
        surface = quadrics(points)
        which = _of_vector(p, layout.vectors)
        for name, form in forms.items():
            values = np.einsum("ni,ij,nj->n", points, form, points)
            size = float(np.einsum("ni,ij,nj->n", points, np.abs(form), points).mean())
            if values.std() < 1e-6 * size:
                value = values.mean() if abs(values.mean()) > 1e-6 * size else 0.0
                found.append(f"{name}{which} is {value:.6g}{unit + '^2' if unit else ''}")
        if len(surface) and not any(f.endswith(which) or which in f for f in found):
            found.append(f"{len(surface)} quadratic equation{'s' if len(surface) > 1 else ''} hold{which}")
    return found

"""Thrust and transverse thrust, exactly."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from symhep.events.functions.momenta import by_multiplicity, components

__all__ = ["thrust", "transverse_thrust"]

FloatArray = npt.NDArray[np.float64]
#: Momenta whose directions differ by less than this, in rad, count as one.
_PARALLEL = 1e-12


def thrust(*objects: Any) -> FloatArray:
    """(N,) T = max over unit vectors n of sum_i |p_i . n| / sum_i |p_i|, in the frame of the momenta.

    Farhi, Phys. Rev. Lett. 39, 1587 (1977); 1 for two back-to-back momenta, 1/2 for an isotropic event, NaN without
    momenta. Exact: the sum is |sum_i s_i p_i| for signs s_i = +-1 that a plane through the origin makes, and some plane
    through one of the momenta makes the best ones. All planes through each of the n momenta are tried in the order
    of their angle, n^2 log n operations: 50,000 events of 10 momenta take 3 s on a core, of 30
    momenta 20 s, of 100 momenta four minutes.

    >>> import awkward as ak
    >>> import vector
    >>> vector.register_awkward()
    >>> star = {"px": [[1.0, -0.5, -0.5]], "py": [[0.0, 0.75**0.5, -(0.75**0.5)]], "pz": [[0.0] * 3]}
    >>> thrust(ak.zip(star, with_name="Momentum3D")).round(12).tolist()
    [0.666666666667]
    """
    return by_multiplicity(_thrust, components(objects, ("px", "py", "pz")), lambda n: n * n * 3)


def transverse_thrust(*objects: Any) -> FloatArray:
    """(N,) max over unit vectors n of sum_i |pT_i . n| / sum_i pT_i: thrust in the plane across the beam.

    Banfi, Salam, Zanderighi, JHEP 08 (2004) 062; between 2/pi and 1, NaN without momenta. Exact.

    >>> import awkward as ak
    >>> import vector
    >>> vector.register_awkward()
    >>> cross = {"px": [[1.0, -1.0, 0.0, 0.0]], "py": [[0.0, 0.0, 1.0, -1.0]]}
    >>> transverse_thrust(ak.zip(cross, with_name="Momentum2D")).round(12).tolist()
    [0.707106781187]
    """
    return by_multiplicity(_plane_thrust, components(objects, ("px", "py")), lambda n: n * 2)


def _thrust(p: FloatArray) -> FloatArray:
    """(K,) of momenta (K, n, 3)."""
    size = np.linalg.norm(p, axis=2)
    best = np.zeros(len(p))
    for i in range(p.shape[1]):
        best = np.maximum(best, _largest_of_planes(p, i))
    return _ratio(np.sqrt(best), size.sum(axis=1))


def _largest_of_planes(p: FloatArray, i: int) -> FloatArray:
    """(K,) the largest |sum_j s_j p_j|^2 for signs that planes through momentum ``i`` make."""
    events = np.arange(len(p))
    axis = p[:, i]
    size = np.linalg.norm(axis, axis=1, keepdims=True)
    # A momentum of 0 has no direction: any plane will do.
    axis = np.where(size > 0, axis / np.where(size > 0, size, 1.0), [0.0, 0.0, 1.0])
    helper = np.zeros_like(axis)
    helper[events, np.abs(axis).argmin(axis=1)] = 1.0
    e1 = np.cross(axis, helper)
    e1 /= np.linalg.norm(e1, axis=1, keepdims=True)
    e2 = np.cross(axis, e1)
    across = np.stack([(p * e1[:, None]).sum(axis=2), (p * e2[:, None]).sum(axis=2)], axis=2)
    along = (p * axis[:, None]).sum(axis=2)
    # What is parallel to the axis lies in every plane, and takes the side that the axis takes.
    inside = np.hypot(across[..., 0], across[..., 1]) <= _PARALLEL * np.abs(along)
    on_axis = (np.where(inside, np.sign(along), 0.0)[..., None] * p).sum(axis=1)
    sums = _sums_of_half_planes(across, np.where(inside[..., None], 0.0, p))
    squares = (sums**2).sum(axis=2) + (on_axis**2).sum(axis=1)[:, None]
    return np.asarray((squares + 2 * np.abs((sums * on_axis[:, None]).sum(axis=2))).max(axis=1))


def _sums_of_half_planes(across: FloatArray, p: FloatArray) -> FloatArray:
    """(K, n + 1, C) sum_j s_j p_j for all signs that a line through the origin gives the points ``across`` (K, n, 2).

    The normal of the line turns by pi; point j changes sides where the normal is at a right angle to it.
    """
    x, y = across[..., 0], across[..., 1]
    sign = np.where((x > 0) | ((x == 0) & (y > 0)), 1.0, -1.0)
    # On the side where the normal starts, from just above 0 to pi: rounding must not carry one end to the other.
    turn = np.arctan2(sign * y, sign * x)
    order = np.argsort(turn, axis=1)
    signed = np.take_along_axis(sign[..., None] * p, order[..., None], axis=1)
    start = signed.sum(axis=1, keepdims=True)
    return np.concatenate([start, start - 2 * np.cumsum(signed, axis=1)], axis=1)


def _plane_thrust(p: FloatArray) -> FloatArray:
    """(K,) of transverse momenta (K, n, 2)."""
    sums = _sums_of_half_planes(p, p)
    return _ratio(np.sqrt((sums**2).sum(axis=2).max(axis=1)), np.hypot(p[..., 0], p[..., 1]).sum(axis=1))


def _ratio(most: FloatArray, total: FloatArray) -> FloatArray:
    """``most / total``, NaN for 0 / 0; rounding does not lead beyond 1."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.minimum(most / total, 1.0)

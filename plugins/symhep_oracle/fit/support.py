"""Which null vectors are symmetries of the oracle, and which only of the events it was asked on.

Events that conserve momentum, or sit on a mass shell, do not fill the space: the conditions then also have null
vectors that move the events along the oracle's level sets, or not at all, without being a symmetry elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch

from symhep.lie.canonical_basis import canonical_basis
from symhep.stats.constraints import constraints
from symhep_oracle.fit.conditions import Conditions
from symhep_oracle.fit.fields import Fields
from symhep_oracle.fit.solution import Solution
from symhep_oracle.fit.spectrum import rounding_floor
from symhep_oracle.sample import Sample

__all__ = ["Support", "split_spurious"]

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
    points = sample.layout.split(sample.x).numpy()
    # a constraint by position means nothing where an event has other vectors in the same places
    found = []
    if not sample.layout.masked:
        found = constraints(points, sample.names, sample.unit, sample.called, columns=sample.columns)
    known = tuple(c.text for c in found)
    rows, fields = solution.coefficients, conditions.fields
    if solution.dimension == 0:
        return solution, Support(np.zeros((0, rows.shape[1])), np.zeros(0, bool), False, known)
    still = _vanishing(rows, fields, sample)
    oracle = conditions.oracle
    # Of an estimate only what is null to rounding can be expected to be null elsewhere.
    floor = rounding_floor(oracle.precision, fields.unknowns)
    sharp = not oracle.approximate or float(solution.residuals.max()) <= floor
    survive, lever = _surviving(rows, solution, conditions, rng) if sharp else (None, 0.0)
    if survive is None:
        keep, drop = _complement(still), still
    else:
        keep, drop = survive, _still_first(_complement(survive), still)
    spurious = drop @ rows
    share = np.linalg.norm(spurious @ rows.T @ still.T, axis=1) if len(still) else np.zeros(len(drop))
    moves = share <= 1 - 1e-6
    # A basis that depends on the two spans alone, not on which null vectors a processor gives.
    named = np.concatenate([canonical_basis(spurious[~moves]), canonical_basis(spurious[moves])])
    support = Support(named, ~np.sort(moves), survive is not None, known)
    kept = solution.rotated(keep)
    if not kept.outside.size:  # a solver that does not know
        return kept, support
    # Rounding mixes the generators with what was left out, too, by what the conditions around the events allow.
    return replace(kept, outside=np.concatenate([kept.outside, lever * spurious])), support


def _still_first(drop: FloatArray, still: FloatArray) -> FloatArray:
    """``drop`` (S, G), turned so that the fields that move no event are not mixed with the others."""
    if not len(drop) or not len(still):
        return drop
    return np.asarray(np.linalg.svd(drop @ still.T)[0].T @ drop)


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
) -> tuple[FloatArray | None, float]:
    """(H, G) orthonormal combinations of the null vectors that are null around the events too; None if not tested.

    And by how much a condition that is wrong by 1 tilts them into the others.
    """
    oracle, k = conditions.oracle, conditions.fields.unknowns
    if not oracle.anywhere:
        return None, 0.0
    count = min(max(PER_UNKNOWN * k // oracle.outputs, 500), MOST_POINTS)
    centres = conditions.x[torch.from_numpy(rng.integers(len(conditions.x), size=count))]
    shifts = THICKNESS * conditions.scale * torch.from_numpy(rng.normal(size=centres.shape))
    if oracle.layout.masked:  # what is not there stays away
        there = oracle.layout.present(oracle.layout.split(centres))
        shifts = (oracle.layout.split(shifts) * there[..., None]).flatten(1)
    points = centres + shifts
    slopes = oracle.gradient(points)
    usable = torch.isfinite(slopes).flatten(1).all(dim=1)
    if int(usable.sum()) * oracle.outputs < k:
        return None, 0.0
    around = Conditions(
        oracle, conditions.fields, points[usable], np.ones(int(usable.sum())), conditions.scale
    )
    found, gap = around.null_among(rows.T, solution.tolerance(oracle.precision))
    return found, 1.0 / (solution.gap * gap)


def _complement(rows: FloatArray) -> FloatArray:
    """Orthonormal rows orthogonal to ``rows`` (V, G): (G - V, G)."""
    u = np.linalg.svd(rows.T, full_matrices=True)[0] if len(rows) else np.eye(rows.shape[1])
    return np.asarray(u[:, len(rows) :].T)

"""How far the found algebra is from one named in the card."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from symhep.errors import CardError
from symhep.lie.generators import Generators
from symhep.lie.spans import grassmann_distance, inclusion_angle, principal_angles
from symhep_oracle.fit.fields import LinearFields
from symhep_oracle.fit.solution import Solution

__all__ = ["Comparison", "compare"]

FloatArray = npt.NDArray[np.float64]

#: Draws of the generators within their errors.
DRAWS = 200


@dataclass(frozen=True)
class Comparison:
    """Principal angles (radians) of the found span and the named one, their distance with its error.

    ``outside`` is the largest angle of a direction of the named algebra to the found span: 0 if it is contained.
    """

    name: str
    dimension: int
    angles: FloatArray
    distance: float
    distance_error: float
    outside: float
    outside_error: float


def compare(
    solution: Solution, fields: LinearFields, target: Generators, name: str, rng: np.random.Generator
) -> Comparison:
    """Angles between the generators of ``solution`` and those of ``target``; errors from draws within theirs."""
    affine = target.affine or fields.affine
    if target.affine and not fields.affine:
        raise CardError(f"'{name}' contains translations", hint="set affine: true")
    wanted = target.homogeneous().matrices if affine else target.matrices
    found = fields.matrices(solution.coefficients)
    pieces = solution.influences
    drawn = [
        fields.matrices(solution.coefficients + np.tensordot(rng.normal(size=len(pieces)), pieces, 1))
        for _ in range(DRAWS if solution.dimension and pieces.any() else 0)
    ]
    distance = np.array([grassmann_distance(m, wanted) for m in drawn] or [0.0])
    outside = np.array([inclusion_angle(wanted, m) for m in drawn] or [0.0])
    return Comparison(
        name,
        len(target),
        principal_angles(found, wanted) if solution.dimension else np.full(len(target), np.pi / 2),
        grassmann_distance(found, wanted) if solution.dimension else float(np.sqrt(len(target)) * np.pi / 2),
        float(distance.std()),
        inclusion_angle(wanted, found) if solution.dimension else np.pi / 2,
        float(outside.std()),
    )

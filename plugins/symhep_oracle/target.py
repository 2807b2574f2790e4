"""Algebras named in a card, such as 'so(1,3)+D', and how far the found one is from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import add

import numpy as np
import numpy.typing as npt

from symhep.errors import CardError
from symhep.lie import bases
from symhep.lie.exceptional import e6, f4, g2
from symhep.lie.generators import Generators
from symhep.lie.spans import grassmann_distance, inclusion_angle, principal_angles
from symhep_oracle.fields import LinearFields
from symhep_oracle.solution import Solution
from symhep_oracle.terms import Term, read_terms

__all__ = ["Comparison", "compare", "parse_target"]

FloatArray = npt.NDArray[np.float64]

#: Draws of the generators within their errors.
DRAWS = 200

_BASES: dict[str, Callable[..., Generators]] = {
    "so": bases.so, "su": bases.su, "u": bases.u, "sl": bases.sl, "gl": bases.gl, "sp": bases.sp, "usp": bases.usp,
    "lorentz": bases.lorentz, "poincare": bases.poincare, "g2": g2, "f4": f4, "e6": e6,
}  # fmt: skip
#: Those whose size is that of the vectors.
_SIZED: dict[str, Callable[[int], Generators]] = {"D": bases.dilatation, "T": bases.translations}


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


def parse_target(text: str, dimension: int) -> Generators:
    """'so(1,3)+D' as matrices on vectors of ``dimension`` components.

    Terms: so(n), so(p,q), su(n), u(n), sl(n), gl(n), sp(n), usp(n), g2, f4, e6, lorentz, poincare, D (dilatation),
    T (translations). Raises `CardError` for others, and for matrices of another size.

    >>> len(parse_target("so(1,3) + D", 4))
    7
    >>> parse_target("so(1,3)+DD", 4)
    Traceback (most recent call last):
    ...
    symhep.errors.CardError: no algebra is called 'DD' in 'so(1,3)+DD'; did you mean 'D'?
    """
    terms = read_terms(text)
    for term in terms:  # before any is built: the matrices of so(400) are 100 GB
        if term.components not in (None, dimension):
            raise CardError(
                f"'{term.text}' acts on {term.components} components, but the vectors have {dimension}"
            )
    parts = [_built(term, text, dimension) for term in terms]
    return reduce(add, parts)


def _built(term: Term, text: str, dimension: int) -> Generators:
    if term.components is None:
        return _SIZED[term.name](dimension)
    try:
        return _BASES[term.name](*term.numbers)
    except ValueError as error:  # so(1), sl(1): there is nothing in them
        raise CardError(f"'{term.text}' in '{text}': {error}") from error


def compare(
    solution: Solution, fields: LinearFields, target: Generators, name: str, rng: np.random.Generator
) -> Comparison:
    """Angles between the generators of ``solution`` and those of ``target``; errors from draws within theirs."""
    affine = target.affine or fields.affine
    if target.affine and not fields.affine:
        raise CardError(f"'{name}' holds translations", hint="set affine: true")
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

"""Algebras named in a card, such as 'so(1,3)+D', as matrices."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import add

from symhep.errors import LieError
from symhep.lie import bases
from symhep.lie.exceptional import e6, f4, g2
from symhep.lie.generators import Generators
from symhep.lie.terms import Term, read_terms

__all__ = ["algebra_sum"]


def _rotations(dimension: int) -> Generators:
    """J_x, J_y, J_z of (E, px, py, pz) or (px, py, pz), J_z of (px, py)."""
    turns = bases.lorentz().subset(("J_x", "J_y", "J_z"), "so(3)")
    if dimension == 4:
        return turns
    if dimension == 3:
        return Generators("so(3)", turns.matrices[:, 1:, 1:], turns.labels)
    if dimension == 2:
        return Generators("so(2)", turns.matrices[2:, 1:3, 1:3], turns.labels[2:])
    raise LieError(f"'rotations' acts on 2, 3 or 4 components, but the vectors have {dimension}")


_BASES: dict[str, Callable[..., Generators]] = {
    "so": bases.so, "su": bases.su, "u": bases.u, "sl": bases.sl, "gl": bases.gl, "sp": bases.sp, "usp": bases.usp,
    "lorentz": bases.lorentz, "poincare": bases.poincare, "g2": g2, "f4": f4, "e6": e6,
}  # fmt: skip
#: Those whose size is that of the vectors.
_SIZED: dict[str, Callable[[int], Generators]] = {
    "D": bases.dilatation, "T": bases.translations, "rotations": _rotations,
}  # fmt: skip


def algebra_sum(text: str, dimension: int) -> Generators:
    """'so(1,3)+D' as matrices on vectors of ``dimension`` components.

    Terms: so(n), so(p,q), su(n), u(n), sl(n), gl(n), sp(n), usp(n), g2, f4, e6; lorentz and poincare of
    four-vectors; rotations of four-, three- or transverse momenta; D (dilatation), T (translations). Raises `LieError`
    for others, and for matrices of another size.

    >>> len(algebra_sum("so(1,3) + D", 4))
    7
    >>> algebra_sum("so(1,3)+DD", 4)
    Traceback (most recent call last):
    ...
    symhep.errors.LieError: unknown algebra 'DD' in 'so(1,3)+DD'; did you mean 'D'?
    """
    terms = read_terms(text)
    for term in terms:  # before any is built: the matrices of so(400) are 100 GB
        if term.components not in (None, dimension):
            raise LieError(
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
        raise LieError(f"'{term.text}' in '{text}': {error}") from error

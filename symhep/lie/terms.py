"""Sums of algebras as a card writes them, 'so(1,3)+D': read, but not built yet."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from symhep.errors import LieError, nearest

__all__ = ["Term", "read_terms"]

Numbers = tuple[int, ...]

_WRITTEN = re.compile(r"^(\w+)(?:\(([^()]*)\))?$")
#: Whole numbers that are sizes; longer ones are no sizes of anything.
_NUMBER = re.compile(r"^[0-9]{1,6}$")


@dataclass(frozen=True)
class _Kind:
    """How a term is ``written``, with how many numbers, and the components that its matrices act on.

    ``components`` is None for what suits vectors of any length.
    """

    written: str
    numbers: tuple[int, ...] = (0,)
    components: Callable[[Numbers], int] | None = None


_KINDS = {
    "so": _Kind("so(n) or so(p,q)", (1, 2), sum),
    "su": _Kind("su(n)", (1,), sum),
    "u": _Kind("u(n)", (1,), sum),
    "sl": _Kind("sl(n)", (1,), sum),
    "gl": _Kind("gl(n)", (1,), sum),
    "sp": _Kind("sp(n)", (1,), lambda n: 2 * n[0]),
    "usp": _Kind("usp(n)", (1,), lambda n: 2 * n[0]),
    "lorentz": _Kind("lorentz", components=lambda _: 4),
    "poincare": _Kind("poincare", components=lambda _: 4),
    "rotations": _Kind("rotations"),
    "g2": _Kind("g2", components=lambda _: 7),
    "f4": _Kind("f4", components=lambda _: 26),
    "e6": _Kind("e6", components=lambda _: 27),
    "D": _Kind("D"),
    "T": _Kind("T"),
}


@dataclass(frozen=True)
class Term:
    """One algebra of the sum: ``text`` is 'so(1,3)', ``name`` 'so', ``numbers`` (1, 3)."""

    text: str
    name: str
    numbers: Numbers

    @property
    def components(self) -> int | None:
        """Of the vectors that its matrices act on; None if those may be any."""
        size = _KINDS[self.name].components
        return None if size is None else size(self.numbers)

    @property
    def affine(self) -> bool:
        """Does it hold translations?"""
        return self.name in ("T", "poincare")


def read_terms(text: str) -> tuple[Term, ...]:
    """The terms of ``text``. Raises `LieError` for names that are not known, and for sizes that are missing.

    >>> [(t.name, t.numbers, t.components) for t in read_terms("so(1,3) + D")]
    [('so', (1, 3), 4), ('D', (), None)]
    >>> read_terms("so")
    Traceback (most recent call last):
    ...
    symhep.errors.LieError: 'so' in 'so' is written so(n) or so(p,q), with integers
    """
    return tuple(_read(term, text) for term in text.replace(" ", "").split("+"))


def _read(term: str, text: str) -> Term:
    found = _WRITTEN.match(term)
    name = found[1] if found else term
    kind = _KINDS.get(name)
    if found is None or kind is None:
        raise LieError(f"unknown algebra '{name}' in '{text}'", hint=nearest(name, _KINDS))
    numbers = [] if found[2] is None else found[2].split(",")
    if len(numbers) not in kind.numbers or not all(map(_NUMBER.match, numbers)):
        with_numbers = "" if kind.numbers == (0,) else ", with integers"
        raise LieError(f"'{term}' in '{text}' is written {kind.written}{with_numbers}")
    return Term(term, name, tuple(map(int, numbers)))

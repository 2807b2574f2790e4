"""Generators as a physicist writes them, ``J_z + c*K_z``, turned into coefficients."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from symhep.errors import nearest

__all__ = ["Parameter", "Rows", "parse_generators", "parse_parameters"]

FloatArray = npt.NDArray[np.float64]

_TERM = re.compile(r"\s*([+-]?)\s*(?:(\w+|\d*\.\d+)\s*\*\s*)?([A-Za-z]+_\w+)\s*")

#: What the values of a parameter may be, and values that stand for all of them in a search.
_DOMAINS: dict[str, tuple[float, ...]] = {
    "positive": (0.62, 1.7),
    "nonzero": (0.62, -0.62, 1.7, -1.7),
    "sign": (1.0, -1.0),
}


@dataclass(frozen=True)
class Parameter:
    """A number that a family of classes carries: ``positive``, ``nonzero``, or a ``sign`` (+1 or -1).

    >>> Parameter("c", "positive").allows(-1.0)
    False
    """

    name: str
    domain: str

    @property
    def samples(self) -> tuple[float, ...]:
        """Values that stand for the whole domain: both signs, below and above 1."""
        return _DOMAINS[self.domain]

    def allows(self, value: float) -> bool:
        """Whether the value lies in the domain."""
        if self.domain == "sign":
            return value in (1.0, -1.0)
        return value > 0 if self.domain == "positive" else value != 0


@dataclass(frozen=True, eq=False)
class Rows:
    """Coefficients linear in the parameters: constant (G, n) plus sum_q p_q slopes[q] (Q, G, n)."""

    constant: FloatArray
    slopes: FloatArray

    def at(self, values: Sequence[float]) -> FloatArray:
        """The coefficients (G, n) at these parameter values."""
        return np.asarray(self.constant + np.tensordot(np.asarray(values, dtype=float), self.slopes, axes=1))


def parse_parameters(text: str) -> tuple[Parameter, ...]:
    """Parameters and their domains.

    >>> [p.name for p in parse_parameters("a positive, e sign")]
    ['a', 'e']
    """
    found = []
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, _, domain = part.partition(" ")
        if domain not in _DOMAINS:
            raise ValueError(f"parameter '{part}': {nearest(domain, _DOMAINS)}; write 'name domain'")
        found.append(Parameter(name, domain))
    return tuple(found)


def parse_generators(text: str, labels: Sequence[str], parameters: Sequence[Parameter] = ()) -> Rows:
    """Coefficients of comma-separated sums of ``[number or parameter *] label``; nothing else is understood.

    Raises ``ValueError`` for an unknown label or parameter, or text that is no such sum.

    >>> rows = parse_generators("J_z + c*K_z", ["J_z", "K_z"], parse_parameters("c nonzero"))
    >>> rows.at([0.5]).tolist()
    [[1.0, 0.5]]
    """
    sums = [piece.strip() for piece in text.split(",")]
    names = [p.name for p in parameters]
    constant = np.zeros((len(sums), len(labels)))
    slopes = np.zeros((len(names), len(sums), len(labels)))
    for row, written in enumerate(sums):
        at = 0
        while at < max(1, len(written)):
            term = _TERM.match(written, at)
            if term is None or (at > 0 and not term[1]):
                rest = written[at:]
                raise ValueError(
                    f"'{written}' is not a sum of generators such as 'J_z + c*K_z': cannot read '{rest}'"
                )
            if term[3] not in labels:
                raise ValueError(f"'{written}': unknown generator '{term[3]}'; {nearest(term[3], labels)}")
            sign, factor, column = (-1.0 if term[1] == "-" else 1.0), term[2] or "1", labels.index(term[3])
            if factor in names:
                slopes[names.index(factor), row, column] += sign
            elif re.fullmatch(r"\d*\.?\d+", factor):
                constant[row, column] += sign * float(factor)
            else:
                raise ValueError(f"'{written}': unknown parameter '{factor}'; {nearest(factor, names)}")
            at = term.end()
    return Rows(constant, slopes)

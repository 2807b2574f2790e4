"""Closed one-parameter subgroups by name: turns about an axis or in planes, whose elements of finite order are Z_q."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import gcd, pi

import numpy as np
import numpy.typing as npt

from symhep.errors import LieError
from symhep.lie.elements.element import Element
from symhep.lie.elements.frame import Frame
from symhep.lie.kinds import why_undefined

__all__ = ["ClosedSubgroup", "closed_subgroup"]

FloatArray = npt.NDArray[np.float64]

_TERM = re.compile(r"(?:([1-9][0-9]?)\s*\*?\s*)?J_?(?:([xyz])|\{?([0-9]+)(?:,([0-9]+))?\}?)")
_AXES = {"x": ("py", "pz"), "y": ("pz", "px"), "z": ("px", "py")}


@dataclass(frozen=True, eq=False)
class ClosedSubgroup:
    """exp(t W) on all vectors, with the period 2 pi.

    Attributes
    ----------
    name
        As in a card: 'J_z', 'J_12', 'J_12+2*J_34'.
    words
        Where it turns: 'about z', 'of x1 and x2'.
    matrix
        (d, d) W.
    vectors
        P.
    """

    name: str
    words: str
    matrix: FloatArray
    vectors: int

    def element(self, q: int, times: int = 1) -> Element:
        """The turn by 2 pi ``times`` / q.

        >>> turn = closed_subgroup("J_12", Frame(("x1", "x2", "y"), ("1",))).element(4)
        >>> turn.name, turn.order, turn.matrix.tolist()
        ('Z_4(J_12)', 4, [[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
        """
        from scipy.linalg import expm  # a card that names a subgroup is checked without it

        shared = gcd(q, times)
        q, times = q // shared, times // shared
        matrix = np.asarray(expm(2 * pi * times / q * self.matrix))
        whole = np.round(matrix)
        matrix = np.where(np.abs(matrix - whole) < 1e-14, whole, matrix) + 0.0
        power = "" if times == 1 else f"^{times}"
        return Element(
            f"Z_{q}({self.name}){power}",
            f"rotation by {'2 pi' if times == 1 else f'{2 * times} pi'} / {q} {self.words}",
            matrix,
            tuple(range(self.vectors)),
        )


def closed_subgroup(text: str, frame: Frame) -> ClosedSubgroup:
    """The subgroup that ``text`` names.

    J_x, J_y, J_z where there are momenta; J_12, or J_{1,12}, for the turn of two components by their numbers from 1,
    energies included; sums with whole factors. Raises `LieError` for others, for planes that share a component, and
    for what needs components of a vector that are not known.

    >>> closed_subgroup("J_z", Frame(("E", "px", "py", "pz"), ("mu-", "mu+"))).words
    'about z'
    """
    d = len(frame.components)
    matrix, words, taken, factors = np.zeros((d, d)), list[str](), set[int](), list[int]()
    for part in text.split("+"):
        found = _TERM.fullmatch(part.strip())
        if found is None:
            raise LieError(
                f"'{text}' is not a closed one-parameter subgroup",
                hint="write J_z for rotations about an axis, J_12 for the first two components, or "
                "J_12+2*J_34",
            )
        factor = int(found[1] or 1)
        a, b = _plane(text, frame, found[2], found[3], found[4])
        if taken & {a, b}:
            raise LieError(
                f"'{text}': two planes share a component", hint="name planes without common components"
            )
        taken |= {a, b}
        matrix[b, a], matrix[a, b] = factor, -factor
        factors.append(factor)
        where = f"about {found[2]}" if found[2] else f"of {frame.components[a]} and {frame.components[b]}"
        words.append(where if factor == 1 else f"{where}, {factor} times as fast")
    matrix /= gcd(*factors)
    if why := why_undefined(matrix, frame.components, frame.known, element=False):
        raise LieError(f"'{text}' is not defined on these vectors: {why}", hint="remove it")
    return ClosedSubgroup(text.replace(" ", ""), " and ".join(words), matrix, len(frame.vectors))


def _plane(
    text: str, frame: Frame, axis: str | None, first: str | None, second: str | None
) -> tuple[int, int]:
    """The two components, turned from the first towards the second."""
    if axis is not None:
        if not set(_AXES[axis]) <= set(frame.components):
            raise LieError(
                f"'{text}' rotates {' and '.join(_AXES[axis])}, which the vectors do not have",
                hint="write J_12",
            )
        one, other = _AXES[axis]
        return frame.components.index(one), frame.components.index(other)
    assert first is not None
    pair = (first, second) if second is not None else tuple(first) if len(first) == 2 else ()
    numbers = [int(n) - 1 for n in pair]
    if len(set(numbers)) != 2 or not all(0 <= n < len(frame.components) for n in numbers):
        raise LieError(
            f"'{text}': the components have the numbers 1 to {len(frame.components)}",
            hint="write J_12 for the first two, J_{2,11} for larger numbers",
        )
    return numbers[0], numbers[1]

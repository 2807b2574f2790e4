"""The families that have a name: rotations in blocks, similarities, affine maps, the line."""

from __future__ import annotations

import re
from itertools import combinations

import numpy as np
import numpy.typing as npt

from symhep.errors import CardError
from symhep.lie.bases import dilatation, gl, sl, so, translations
from symhep.lie.generators import Generators
from symhep.lie.groups import AffineLine, Family, Iwasawa, PlaneRotations, Similarity

__all__ = ["BUILT_IN", "built_in", "size_written"]

FloatArray = npt.NDArray[np.float64]
Built = tuple[Family, Generators, dict[str, FloatArray]]

#: As a card writes them.
BUILT_IN = ("so(n)", "o(n)", "so(2)xso(2)", "similarity", "agl(n)", "asl(n)", "line", "line(1)")
#: Matrices of more rows than this are no search space: so(40) has 780 parameters.
LARGEST = 40
_BLOCK = re.compile(r"^(s?o)\(([0-9]{1,3})\)$")
_AFFINE = re.compile(r"^a([gs])l\(([0-9]{1,3})\)$")
_LINE = re.compile(r"^line(?:\(([-+]?[0-9.]+)\))?$")


def built_in(name: str, size: int, scale: float = 1.0) -> Built | None:
    """Family on R^size, its tangents (affine, homogeneous), and the reflections that belong to 'o(n)'.

    Numbers in the name are in the units of the data, which are ``scale`` times those of the coordinates.

    None if ``name`` is none of these, or acts on another number of components.

    >>> family, tangents, _ = built_in("so(2)xso(2)", 4)
    >>> len(family), tangents.labels
    (2, ('J_12', 'J_34'))
    """
    compact = name.replace(" ", "")
    blocks = [_BLOCK.match(part) for part in compact.split("x")]
    if all(blocks):
        return _rotations([(b[1] == "o", int(b[2])) for b in blocks if b], size)
    if found := _AFFINE.match(compact):
        return _affine(found[1] == "s", int(found[2]), size)
    if compact == "similarity" and size == 2:
        turn = Generators("so(2)", -so(2).matrices, ("J",))  # ((c, s), (-s, c)) turns the other way round
        return Similarity(), (turn + dilatation(2)).homogeneous(), {}
    if (found := _LINE.match(compact)) and size == 1:
        return _line(found[1], scale)
    return None


def size_written(name: str) -> int | None:
    """Numbers that a built-in family of this name acts on; None for other names.

    >>> size_written("so(2)xo(3)"), size_written("line"), size_written("lorentz")
    (5, 1, None)
    """
    compact = name.replace(" ", "")
    blocks = [_BLOCK.match(part) for part in compact.split("x")]
    if all(blocks):
        return sum(int(b[2]) for b in blocks if b)
    if found := _AFFINE.match(compact):
        return int(found[2])
    return 2 if compact == "similarity" else 1 if _LINE.match(compact) else None


def _rotations(blocks: list[tuple[bool, int]], size: int) -> Built | None:
    """SO(n) or O(n) of each block of neighbouring coordinates."""
    if sum(n for _, n in blocks) != size or size > LARGEST:
        return None
    planes, mirrors, first = [], {}, 0
    for number, (reflected, n) in enumerate(blocks):
        planes += list(combinations(range(first, first + n), 2))
        first += n
        if reflected:
            label = "reflection" if len(blocks) == 1 else f"reflection[{number + 1}]"
            mirrors[label] = np.diag(np.where(np.arange(size) == first - 1, -1.0, 1.0))
    if not planes:
        raise CardError("so(1) contains no rotation", hint="give a block of at least two coordinates")
    whole = so(size)
    labels = [whole.labels[list(combinations(range(size), 2)).index(plane)] for plane in planes]
    name = "so(" + ")xso(".join(str(n) for _, n in blocks) + ")"
    return PlaneRotations(size, planes), whole.subset(labels, name).homogeneous(), mirrors


def _affine(unimodular: bool, n: int, size: int) -> Built | None:
    if n != size or size > LARGEST:
        return None
    if n < 2:
        raise CardError("affine maps of one coordinate have the name 'line'", hint="write 'line'")
    linear = sl(n) if unimodular else gl(n)
    return Iwasawa(n, unimodular=unimodular), linear + translations(n), {}


def _line(intercept: str | None, scale: float) -> Built:
    if intercept is None:
        return AffineLine(), dilatation(1) + translations(1), {}
    try:
        b = float(intercept) / scale
    except ValueError as error:
        raise CardError(f"'line({intercept})' needs a number") from error
    # exp(delta T) keeps b where it is: T = ((1, -b), (0, 0)), so that b + c x stays b + c' x
    about = np.array([[[1.0, -b], [0.0, 0.0]]])
    return AffineLine(b), Generators("scaling about the intercept", about, ("D",), affine=True), {}

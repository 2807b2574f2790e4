"""Elements that can be read: reflections of coordinates, exchanges of particles, and their products."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations, product

import numpy as np
import numpy.typing as npt

__all__ = ["Readable", "readable"]

FloatArray = npt.NDArray[np.float64]

#: All signed permutations of up to so many coordinates are considered, of more only those of whole vectors and swaps;
#: all signs of up to so many components.
ALL_OF = 4
IDENTITY = "identity"


@dataclass(frozen=True, eq=False)
class Readable:
    """``name``, the ``matrix`` (D, D), and how many things it does, ``factors``."""

    name: str
    matrix: FloatArray
    factors: int


def readable(names: Sequence[str]) -> list[Readable]:
    """Signed permutations of coordinates with these ``names``, the simplest first.

    Names that differ by a number at their end belong to particles: 'px1', 'py1', 'px2', 'py2' are two of (px, py). Not
    so if that is all that they differ by: 'x1', 'x2' are two coordinates.

    >>> [one.name for one in readable(["px1", "py1", "px2", "py2"])][:4]
    ['identity', 'reflection(py)', 'reflection(px)', 'inversion']
    >>> [one.name for one in readable(["x1", "x2"])][:4]
    ['identity', 'reflection(x2)', 'reflection(x1)', 'inversion']
    """
    found = [_read(places, signs, names) for places, signs in _candidates(names)]
    # Of reflections of one vector that of the last coordinate comes first, as in O(n) = SO(n) x {1, F}.
    return sorted(
        found, key=lambda one: (one.factors, one.name != IDENTITY, not one.name.endswith(_last(names)))
    )


def _last(names: Sequence[str]) -> str:
    return f"reflection({_split(names)[-1][0]})"


def _split(names: Sequence[str]) -> list[tuple[str, str]]:
    """Component and particle of each name, '' for those that belong to none."""
    matched = [re.fullmatch(r"(.*?\D)(\d+)", name) for name in names]
    if len({m[1] for m in matched if m}) < 2:
        return [(name, "") for name in names]
    return [(m[1], m[2]) if m else (name, "") for m, name in zip(matched, names, strict=True)]


def _candidates(names: Sequence[str]) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Places (coordinate i goes to place[i]) and signs."""
    size = len(names)
    if size <= ALL_OF:
        yield from product(permutations(range(size)), product((1, -1), repeat=size))
        return
    split = _split(names)
    bases = list(dict.fromkeys(base for base, _ in split))
    labels = list(dict.fromkeys(label for _, label in split))
    places = [tuple(range(size))]
    for axis, values in ((1, labels), (0, bases)):
        for one, two in combinations(values, 2):
            turned = {one: two, two: one}
            wanted = [
                (base, turned.get(label, label)) if axis else (turned.get(base, base), label)
                for base, label in split
            ]
            if all(pair in split for pair in wanted):
                places.append(tuple(split.index(pair) for pair in wanted))
    # of more than a few components one alone is reflected, or all of them
    every = tuple(product((1, -1), repeat=len(bases))) if len(bases) <= ALL_OF else _single(len(bases))
    for signs in every:
        for place in places:
            yield place, tuple(signs[bases.index(base)] for base, _ in split)


def _single(size: int) -> tuple[tuple[int, ...], ...]:
    """No sign, one, or all of them: ``size`` + 2 choices."""
    one = tuple(tuple(-1 if i == k else 1 for i in range(size)) for k in range(size))
    return ((1,) * size, *one, (-1,) * size)


def _read(places: Sequence[int], signs: Sequence[int], names: Sequence[str]) -> Readable:
    size = len(names)
    matrix = np.zeros((size, size))
    matrix[places, np.arange(size)] = np.asarray(signs)
    words = [*_moved(places, names), *_turned([names[places[i]] for i in range(size) if signs[i] < 0], names)]
    # A longer permutation is less simple than two things at once, what is done to one particle alone than what is done
    # to all of them.
    single = {name for name, (_, particle) in zip(names, _split(names), strict=True) if particle}
    alone = sum(bool(single & set(re.findall(r"\w+", word))) for word in words)
    factors = len(words) + alone + 2 * any("permutation" in word for word in words)
    return Readable(" x ".join(words) or IDENTITY, matrix, factors)


def _turned(negative: Sequence[str], names: Sequence[str]) -> list[str]:
    """Reflections of whole components, of single coordinates, or of everything."""
    if len(negative) == len(names) > 1:
        return ["inversion"]
    words, bases = list[str](), [base for base, _ in _split(names)]
    for base in dict.fromkeys(bases):
        all_of = [name for name, own in zip(names, bases, strict=True) if own == base]
        those = [name for name in negative if name in all_of]
        words += [f"reflection({base})"] if len(those) == len(all_of) else [f"reflection({n})" for n in those]
    return words


def _moved(places: Sequence[int], names: Sequence[str]) -> list[str]:
    """Exchanges of particles, swaps of components, single swaps, or the cycle notation."""
    if list(places) == list(range(len(names))):
        return []
    split = _split(names)
    ends = [split[p] for p in places]
    for axis, word in ((1, "exchange"), (0, "swap")):
        alike = all(start[1 - axis] == end[1 - axis] for start, end in zip(split, ends, strict=True))
        turned = {start[axis]: end[axis] for start, end in zip(split, ends, strict=True)}
        whole = all(turned[start[axis]] == end[axis] for start, end in zip(split, ends, strict=True))
        moved = [value for value, end in turned.items() if value != end]
        if alike and whole and len(moved) == 2:
            return [f"{word}({','.join(moved)})"]
    moved_ones = [i for i in range(len(names)) if places[i] != i]
    if len(moved_ones) == 2:
        return [f"swap({names[moved_ones[0]]},{names[moved_ones[1]]})"]
    arrows = ", ".join(f"{names[i]}>{names[places[i]]}" for i in moved_ones)
    return [f"permutation({arrows})"]

"""Layered drawing of an ordered set: nodes in rows, few crossings, straight edges (Sugiyama, Tagawa, Toda 1981)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

__all__ = ["Layering", "arrange"]

FloatArray = npt.NDArray[np.float64]

SWEEPS = 24


@dataclass(frozen=True)
class Layering:
    """x of every node, and per edge (upper, lower) the points (x, row) that it passes, from above to below."""

    x: dict[str, float]
    paths: dict[tuple[str, str], list[tuple[float, int]]]


def arrange(
    rows: Sequence[Sequence[str]], edges: Sequence[tuple[str, str]], widths: Mapping[str, float], gap: float
) -> Layering:
    """Order the nodes of each row and place them: rows from above, edges (upper, lower), widths as drawn.

    Edges that skip rows are led through gaps: a row that they cross holds a place for them. The order comes from
    barycentres, swept down and up, and from exchanges of neighbours, keeping the fewest crossings; the positions
    minimise the distances along edges with the order and the gaps kept.

    >>> drawn = arrange([["a"], ["b", "c"]], [("a", "b"), ("a", "c")], {"a": 1, "b": 1, "c": 1}, 0.5)
    >>> {name: round(float(x), 6) for name, x in drawn.x.items()}
    {'a': 0.0, 'b': -0.75, 'c': 0.75}
    """
    level = {name: r for r, row in enumerate(rows) for name in row}
    order = [list(row) for row in rows]
    chains, width = {}, dict(widths)
    for upper, lower in edges:
        between = [f"{upper}\n{lower}\n{r}" for r in range(level[upper] + 1, level[lower])]
        for r, name in enumerate(between, start=level[upper] + 1):
            order[r].append(name)
            width[name] = 0.0
        chains[upper, lower] = [upper, *between, lower]
    up: dict[str, list[str]] = defaultdict(list)
    down: dict[str, list[str]] = defaultdict(list)
    for chain in chains.values():
        for a, b in pairwise(chain):
            down[a].append(b)
            up[b].append(a)
    order = _untangle(order, up, down)
    x = _place(order, up, down, width, gap)
    level.update({name: r for r, row in enumerate(order) for name in row})
    paths = {edge: [(x[name], level[name]) for name in chain] for edge, chain in chains.items()}
    return Layering({name: x[name] for name in widths}, paths)


def _untangle(
    order: list[list[str]], up: Mapping[str, list[str]], down: Mapping[str, list[str]]
) -> list[list[str]]:
    best, fewest = [list(row) for row in order], _crossings(order, down)
    for sweep in range(SWEEPS):
        downward = sweep % 2 == 0
        for r in range(1, len(order)) if downward else range(len(order) - 2, -1, -1):
            fixed = {name: float(i) for i, name in enumerate(order[r - 1] if downward else order[r + 1])}
            near = up if downward else down
            own = {name: i * len(fixed) / len(order[r]) for i, name in enumerate(order[r])}
            order[r].sort(key=lambda n: np.mean([fixed[m] for m in near.get(n, [])] or [own[n]]))
            _exchange(order, r, down)
        crossings = _crossings(order, down)
        if crossings < fewest:
            best, fewest = [list(row) for row in order], crossings
    return best


def _exchange(order: list[list[str]], r: int, down: Mapping[str, list[str]]) -> None:
    """Exchange neighbours of row r as long as that removes crossings."""
    row, improved = order[r], True
    near = order[max(0, r - 1) : r + 2]
    while improved:
        improved = False
        for i in range(len(row) - 1):
            before = _crossings(near, down)
            row[i], row[i + 1] = row[i + 1], row[i]
            if _crossings(near, down) < before:
                improved = True
            else:
                row[i], row[i + 1] = row[i + 1], row[i]


def _crossings(order: Sequence[Sequence[str]], down: Mapping[str, list[str]]) -> int:
    total = 0
    for upper, lower in pairwise(order):
        place = {name: i for i, name in enumerate(lower)}
        ends = np.array([(i, place[m]) for i, n in enumerate(upper) for m in down.get(n, []) if m in place])
        if len(ends):
            delta = np.sign(ends[:, None] - ends[None])
            total += int((delta[..., 0] * delta[..., 1] < 0).sum()) // 2
    return total


def _place(
    order: list[list[str]],
    up: Mapping[str, list[str]],
    down: Mapping[str, list[str]],
    width: Mapping[str, float],
    gap: float,
) -> dict[str, float]:
    offsets = []
    x: dict[str, float] = {}
    for row in order:
        step = [(width[a] + width[b]) / 2 + gap for a, b in pairwise(row)]
        offset = np.concatenate([[0.0], np.cumsum(step)])
        offsets.append(offset)
        x.update(zip(row, offset - offset[-1] / 2, strict=True))
    for sweep in range(60):
        for r in range(len(order)) if sweep % 2 == 0 else range(len(order) - 1, -1, -1):
            near = [[x[m] for m in (*up.get(n, []), *down.get(n, []))] or [x[n]] for n in order[r]]
            weights = np.array(
                [len(points) * (1.0 if width[n] else 4.0) for n, points in zip(order[r], near, strict=True)]
            )
            wanted = np.array([np.mean(points) for points in near])
            x.update(zip(order[r], _spaced(wanted, weights, offsets[r]), strict=True))
    return x


def _spaced(wanted: FloatArray, weights: FloatArray, offset: FloatArray) -> FloatArray:
    """Nearest positions with at least the offsets' differences between neighbours: pool adjacent violators."""
    blocks: list[tuple[float, float, int]] = []
    for value, weight in zip(wanted - offset, weights, strict=True):
        mean, total, count = float(value), float(weight), 1
        while blocks and blocks[-1][0] > mean:
            before, heavy, many = blocks.pop()
            mean = (before * heavy + mean * total) / (heavy + total)
            total, count = heavy + total, count + many
        blocks.append((mean, total, count))
    return np.concatenate([np.full(count, mean) for mean, _, count in blocks]) + offset

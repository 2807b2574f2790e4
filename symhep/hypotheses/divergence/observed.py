"""Events in blocks of independent units, which images under an element are compared with, projection by projection."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice, pairwise
from typing import Any

import hist
import numpy as np
import numpy.typing as npt

from symhep.hypotheses.divergence.projections import Projection, histogram
from symhep.stats.divergence import BLOCKS, HALVES, Excess, block_of, divergence, excess

__all__ = ["PREFIX", "Observed", "images"]

FloatArray = npt.NDArray[np.float64]

#: Keys of the histograms of projections start with it.
PREFIX = "projection: "
#: Events at once, and elements at once, so that memory does not grow with them.
ROWS, TOGETHER = 1 << 14, 16


class Observed:
    """N events with their projections, counted in blocks.

    Parameters
    ----------
    projections
        J of them, all with as many bins.
    x, weights
        (N, D) rows as the projections take them, (N,) signed weights.
    unit
        (N,) independent unit of each event: those of one unit share a block; None: each is its own.
    rng
        Deals the units out to the blocks.
    like
        Others: units that these have go into the block they have there, so that what differs between the two is not
        the dealing.
    """

    def __init__(
        self,
        projections: Sequence[Projection],
        x: FloatArray,
        weights: FloatArray,
        unit: npt.NDArray[np.int64] | None,
        rng: np.random.Generator,
        like: Observed | None = None,
    ) -> None:
        self.projections = list(projections)
        self.names = tuple(p.name for p in self.projections)
        self.bins = self.projections[0].axis.size if self.projections else 0
        self._x, self._weights = x, weights
        self._unit = np.arange(len(x)) if unit is None else unit
        self._block = block_of(self._unit, rng)
        if like is not None:
            units, first = np.unique(like._unit, return_index=True)
            place = np.searchsorted(units, self._unit).clip(max=len(units) - 1)
            known = units[place] == self._unit
            self._block = np.where(known, like._block[first[place]], self._block)
        self._before = self.counts(x)

    def counts(self, x: FloatArray) -> FloatArray:
        """(J, BLOCKS, B + 2) of the events at x (N, D), in effective events: first and last bin are beyond the axis."""
        return self._counted(x, [self._weights])[0]

    def _counted(self, x: FloatArray, weights: Sequence[FloatArray]) -> list[FloatArray]:
        """`counts` under each set of weights (N,)."""
        width = self.bins + 2
        totals = [np.zeros((len(self.projections), BLOCKS * width)) for _ in weights]
        edges = [*range(0, len(x), ROWS), len(x)]
        for rows in (slice(*pair) for pair in pairwise(edges)):
            first = self._block[rows] * width
            for j, projection in enumerate(self.projections):
                place = first + projection.bins(x[rows])
                for total, each in zip(totals, weights, strict=True):
                    total[j] += np.bincount(place, each[rows], BLOCKS * width)
        return [
            total.reshape(-1, BLOCKS, width) * float(each.sum() / (each**2).sum())
            for total, each in zip(totals, weights, strict=True)
        ]

    def excess(self, moved: Iterable[FloatArray]) -> Excess:
        """(E, J) of E images (N, D) of the events, in their order."""
        rest, parts = iter(moved), list[Excess]()
        while some := [self.counts(x) for x in islice(rest, TOGETHER)]:
            parts.append(excess(np.stack(some), self._before))
        return self.joined(parts)

    def under(self, elements: FloatArray, weights: Sequence[FloatArray]) -> list[Excess]:
        """`of_elements` under each of several sets of weights (N,), from one projection of the images."""
        before = self._counted(self._x, weights)
        parts: list[list[Excess]] = [[] for _ in weights]
        for moved in images(self._x, elements):
            counted = self._counted(moved, weights)
            for part, after, own in zip(parts, counted, before, strict=True):
                part.append(excess(after[None], own))
        return [self.joined(part) for part in parts]

    def joined(self, parts: Sequence[Excess]) -> Excess:
        """One (E, J) of several, of none where there are none."""
        return Excess.joined(parts) if parts else excess(self._before[None], self._before)[:0]

    def of_elements(self, elements: FloatArray) -> Excess:
        """(E, J) of homogeneous elements (E, D + 1, D + 1)."""
        return self.excess(images(self._x, elements))

    def noise(self) -> FloatArray:
        """(H, J) divergences of halves of the events from each other, for every half: what the identity reads."""
        return divergence(HALVES @ self._before, (1 - HALVES) @ self._before).T

    def histograms(self, samples: Mapping[str, FloatArray]) -> dict[str, hist.Hist[Any]]:
        """'projection: NAME' of the events and of named images (N, D) of them."""
        drawn = {"events": self._x} | dict(samples)
        weighted = {name: (x, self._weights) for name, x in drawn.items()}
        return {f"{PREFIX}{p.name}": histogram(p, weighted) for p in self.projections}


def images(x: FloatArray, elements: FloatArray) -> Iterator[FloatArray]:
    """g x of rows (N, D) for each homogeneous element (E, D + 1, D + 1).

    >>> [y.tolist() for y in images(np.ones((1, 1)), np.array([[[2.0, 3.0], [0.0, 1.0]]]))]
    [[[5.0]]]
    """
    for element in elements:
        yield x @ element[:-1, :-1].T + element[:-1, -1]

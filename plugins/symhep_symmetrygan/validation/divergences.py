"""Kullback-Leibler divergences of projections: after an element against before, and what noise alone makes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from symhep_symmetrygan.sample import Events, Sample
from symhep_symmetrygan.validation.projections import Projection

__all__ = ["counts", "divergence", "noise"]

FloatArray = npt.NDArray[np.float64]

#: Events at once, so that memory does not grow with them.
ROWS = 1 << 14


def divergence(after: FloatArray, before: FloatArray) -> FloatArray:
    """sum_b p_b ln(p_b / q_b) in nats, for counts ``after`` (p) and ``before`` (q), along the last axis.

    Half a count is added to every bin (Krichevsky and Trofimov 1981), so that an empty bin of q is no infinity.

    >>> float(divergence(np.array([30.0, 70.0]), np.array([50.0, 50.0])).round(4))
    0.0806
    """
    p, q = np.maximum(after, 0.0) + 0.5, np.maximum(before, 0.0) + 0.5
    p, q = p / p.sum(-1, keepdims=True), q / q.sum(-1, keepdims=True)
    return np.asarray((p * np.log(p / q)).sum(-1))


def counts(found: Sequence[Projection], sample: Sample, elements: FloatArray) -> FloatArray:
    """Histograms of the events moved by homogeneous ``elements`` (E, D + 1, D + 1): (E, J, B + 2).

    In effective events, sum w times (sum w) / (sum w^2), so that the square root of a count is its error. First and
    last bin: beyond the axis.
    """
    total = np.zeros((len(elements), len(found), _bins(found)))
    for x, weights in _chunks(sample):
        for e, element in enumerate(elements):
            moved = x @ element[:-1, :-1].T + element[:-1, -1]
            for j, projection in enumerate(found):
                total[e, j] += np.bincount(projection.bins(moved), weights, total.shape[-1])
    return total * float(sample.weights.sum() / (sample.weights**2).sum())


def noise(found: Sequence[Projection], events: Events, splits: int, rng: np.random.Generator) -> FloatArray:
    """Divergences of random halves of all events from each other: (splits, J).

    They are multiplied by (events in a half) / (held-out events), effective ones both: a divergence of two samples of n
    events each with the same law is (B - 1) / n on average, and so comparable to one on the held-out events.
    """
    halves = np.zeros((2, splits, len(found), _bins(found)))
    weight = squares = 0.0
    for sample in (events.train, events.held):
        weight, squares = weight + float(sample.weights.sum()), squares + float((sample.weights**2).sum())
        for x, weights in _chunks(sample):
            sides = rng.integers(0, 2, size=(splits, len(x))).astype(np.float64)
            for j, projection in enumerate(found):
                entries = (weights, (np.arange(len(x)), projection.bins(x)))
                table = csr_array(entries, shape=(len(x), halves.shape[-1]))
                one = sides @ table
                halves[0, :, j] += one
                halves[1, :, j] += table.sum(axis=0) - one
    effective = weight**2 / squares
    halves *= weight / squares
    return divergence(halves[0], halves[1]) * (effective / 2 / events.held.effective)


def _bins(found: Sequence[Projection]) -> int:
    """Bins of any of them, with two beyond the axis."""
    return found[0].axis.size + 2 if found else 0


def _chunks(sample: Sample) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Rows and weights in numpy, some at a time."""
    edges = [*range(0, len(sample), ROWS), len(sample)]
    for start, stop in pairwise(edges):
        yield sample.x[start:stop].cpu().numpy(), sample.weights[start:stop].cpu().numpy()

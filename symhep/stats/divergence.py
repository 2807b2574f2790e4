"""How far two histograms of paired events are apart: the Kullback-Leibler divergence less the noise, with its error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.linalg import hadamard
from scipy.stats import t as student

__all__ = ["BLOCKS", "PRIOR", "Excess", "block_of", "divergence", "excess"]

FloatArray = npt.NDArray[np.float64]

#: Blocks of events, a power of two; their spread gives all errors.
BLOCKS = 32
#: Counts that are added to every bin. Logarithms of few counts are too large, a prior makes differences too small:
#: with a quarter of a count the two nearly cancel in an excess, down to a few events per bin
#: (benchmarks/divergence_calibration.py).
PRIOR = 0.25
#: Halves of the blocks, (H, K) of 0 and 1: each with its complement, every two blocks apart in as many (McCarthy 1969).
HALVES: FloatArray = np.concatenate([hadamard(BLOCKS)[1:] > 0, hadamard(BLOCKS)[1:] < 0]).astype(np.float64)
#: Quantile of the one-sided upper limit at 95 % CL, for errors from so many blocks.
LIMIT = float(student.ppf(0.95, BLOCKS - 1))


def divergence(after: FloatArray, before: FloatArray) -> FloatArray:
    """sum_b p_b ln(p_b / q_b) in nats, for counts ``after`` (p) and ``before`` (q), along the last axis.

    A quarter of a count is added to every bin, so that an empty bin of q is no infinity; negative counts, of weights
    that happen to be negative in a bin, are none.

    >>> float(divergence(np.array([30.0, 70.0]), np.array([50.0, 50.0])).round(4))
    0.0814
    """
    p, q = _shares(after), _shares(before)
    return np.asarray((p * np.log(p / q)).sum(-1))


def block_of(unit: npt.NDArray[np.int64], rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Block of each event, (N,): independent units at random in `BLOCKS` blocks of equal size, events of one together.

    >>> block_of(np.array([7, 7, 3]), np.random.default_rng(1)).tolist()
    [1, 1, 0]
    """
    units, number = np.unique(unit, return_inverse=True)
    return np.asarray(rng.permutation(np.arange(len(units)) % BLOCKS)[number])


@dataclass(frozen=True, eq=False)
class Excess:
    """D = KL(g x of one half of the events || x of the other half) - the same without g, for each of (...) elements.

    Let u_k and v_k be the counts of images and of events in block k, X_k = (u_k - v_k) / sum v * K / (2 m)^(1/2) with m
    the mean of the two histograms' shares. To second order D is the mean of X_k . X_l over pairs of different blocks,
    an unbiased estimate of sum_b (q_b - p_b)^2 / (2 p_b) whatever the noise is. Its variance is that of a quadratic
    form

        2 tr(S^2) / (K (K - 1)),  S the covariance of X_k,

    where g is a symmetry (tr S^2 after Bai and Saranadasa 1996), and beside it, where g is none, the variance of the
    mean of the influence of the blocks, ln(q/p) on images and -q/p on events (K - 1 degrees of freedom). As all comes
    from the spread of blocks, weights of any sign and events that share a unit are in the error.

    Attributes
    ----------
    kl
        (...) divergence of images of one half from events of the other half, mean over halves.
    value
        (...) D.
    gram
        (..., K, K) X_k . X_l.
    influence
        (..., K) influence of each block on D, up to a constant; its own counts are left out of q/p.
    plug_in
        (...) divergence of all images from all events: the scale on which the influence is measured.
    rank
        (...) numbers that X_k consists of.
    """

    kl: FloatArray
    value: FloatArray
    gram: FloatArray
    influence: FloatArray
    plug_in: FloatArray
    rank: FloatArray

    def __len__(self) -> int:
        return len(self.value)

    def __getitem__(self, chosen: npt.NDArray[np.bool_] | npt.NDArray[np.int64] | slice | int) -> Excess:
        """Some along the first axis."""
        return Excess(*(getattr(self, f.name)[chosen] for f in fields(self)))

    def mean(self) -> Excess:
        """Of the mean over the first axis, exactly: the elements share their events, and so their errors."""
        parts = {f.name: getattr(self, f.name).mean(axis=0) for f in fields(self)}
        return Excess(**parts | {"rank": self.rank.sum(axis=0)})

    @classmethod
    def joined(cls, parts: Sequence[Excess]) -> Excess:
        """Along the first axis."""
        return cls(*(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(cls)))

    @cached_property
    def error(self) -> FloatArray:
        """(...) standard error of D: of what a symmetry would show, and of what this element shows beyond it."""
        beyond = np.maximum(self._variance_of_influence - 2 * self._variance_of_symmetry, 0.0)
        return np.sqrt(self._variance_of_symmetry + beyond)

    @cached_property
    def upper_95(self) -> FloatArray:
        """(...) largest D with which a value as low as this one, or 0 if it is negative, has a probability of 5 %.

        The variance grows with D as the influence does; where D is negative, the limit is that of D = 0, so that
        none lies below what a symmetry gives in half of all samples.
        """
        return self._limit(np.maximum(self.value, 0.0), self.error**2)

    @cached_property
    def expected_95(self) -> FloatArray:
        """(...) the median of ``upper_95`` if g is a symmetry."""
        return self._limit(np.zeros_like(self.value), self._variance_of_symmetry)

    def _limit(self, value: FloatArray, variance: FloatArray) -> FloatArray:
        """The root of D = value + z (variance + slope (D - value))^(1/2)."""
        square = LIMIT**2
        positive = self.plug_in > 0
        slope = np.where(positive, self._variance_of_influence, 0.0) / np.where(positive, self.plug_in, 1.0)
        half = square * slope / 2
        return np.asarray(value + half + np.sqrt(half**2 + square * variance))

    @cached_property
    def _variance_of_influence(self) -> FloatArray:
        """(...) where g is a symmetry, twice `_variance_of_symmetry` on average (Efron and Stein 1981)."""
        return np.asarray(self.influence.var(axis=-1, ddof=1) / BLOCKS)

    @cached_property
    def _variance_of_symmetry(self) -> FloatArray:
        """(...) 2 tr(S^2) / (K (K - 1)), tr S^2 no smaller than (tr S)^2 / rank."""
        nu = BLOCKS - 1
        centre = self.gram - self.gram.mean(-1, keepdims=True)
        centre = centre - centre.mean(-2, keepdims=True)
        trace = np.trace(centre, axis1=-2, axis2=-1) / nu
        squares = (centre**2).sum((-2, -1)) / nu**2 - trace**2 / nu
        squares = np.maximum(nu**2 / ((nu - 1) * (nu + 2)) * squares, trace**2 / self.rank)
        return np.asarray(2 * squares / (BLOCKS * (BLOCKS - 1)))


def excess(after: FloatArray, before: FloatArray) -> Excess:
    """The excess of images (..., K, B) over the same events (K, B): counts in B bins of each of the K blocks.

    Counts are effective events, sum w times (sum w) / (sum w^2) of all, so that the square root of one is its error.

    >>> v = np.random.default_rng(1).poisson(20.0, (BLOCKS, 10)).astype(float)
    >>> found = excess(np.stack([v, np.roll(v, 1, axis=1), v[:, [9, 1, 2, 3, 4, 5, 6, 7, 8, 9]]]), v)
    >>> found.value.round(3).tolist(), found.error.round(3).tolist()
    ([0.0, -0.001, -0.0], [0.0, 0.001, 0.0])
    """
    total = before.sum((-2, -1))[..., None, None]
    p, q = before.sum(-2), after.sum(-2)
    other = (1 - HALVES) @ before
    kl = divergence(HALVES @ after, other).mean(-1)
    value = kl - divergence(HALVES @ before, other).mean(-1)
    x = (after - before) * (BLOCKS / total) / np.sqrt(2 * _shares((p + q) / 2))[..., None, :]
    # The blocks' own counts left out: with few effective events they would be correlated with themselves.
    rest, other = _shares(q[..., None, :] - after), _shares(p[..., None, :] - before)
    ratio = rest / other
    log = np.log(ratio)
    mean = (rest * log).sum(-1) - 1
    influence = ((after * log).sum(-1) - (before * ratio).sum(-1)) - before.sum(-1) * mean
    gram = x @ x.swapaxes(-1, -2)
    return Excess(
        kl,
        value,
        gram,
        influence * (BLOCKS / total[..., 0]),
        divergence(q, p),
        np.full(kl.shape, p.shape[-1]),
    )


def _shares(counts: FloatArray) -> FloatArray:
    """Of the bins, with the prior."""
    filled = np.maximum(counts, 0.0) + PRIOR
    return np.asarray(filled / filled.sum(-1, keepdims=True))

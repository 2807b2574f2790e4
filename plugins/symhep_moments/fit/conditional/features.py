"""Features for a regression on invariants: splines and waves of their normal scores."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from scipy.special import ndtri

__all__ = ["Features"]

FloatArray = npt.NDArray[np.float64]

#: Normal scores at which a spline may bend.
KNOTS = ndtri(np.array([0.1, 0.3, 0.5, 0.7, 0.9]))
#: Waves, at least and at most, and effective events for each between: what the regressions miss must fall with the
#: number of events. Through up to so many invariants; the sizes of their frequencies.
WAVES, MOST_WAVES, PER_WAVE, THROUGH, FREQUENCIES = 150, 400, 150, 3, (0.5, 1.0, 2.0)
#: Points at which the distribution of an invariant is known.
QUANTILES = 257
#: Spread over size below which an invariant is a constant.
CONSTANT = 1e-9


class Features:
    """J features of I invariants, most important first: normal scores, their squares, hinges, waves.

    Every invariant is replaced by its normal score, the quantile of a normal law that its rank is: a spectrum that
    falls over decades, or a peak, is as wide as any other, so that no scale has to be known. Splines of single ones
    and waves cos(omega . score + b) through up to three of them stand for all smooth functions.

    Parameters
    ----------
    invariants
        (N, I) of the events of both samples.
    most
        J at most.
    rng
        Draws the waves.
    events
        Effective number of events.

    >>> rng = np.random.default_rng(1)
    >>> made = Features(rng.lognormal(size=(1000, 2)), 40, rng)
    >>> made(rng.lognormal(size=(3, 2))).shape
    (3, 40)
    """

    def __init__(
        self, invariants: FloatArray, most: int, rng: np.random.Generator, events: float = 0.0
    ) -> None:
        levels = (np.arange(QUANTILES) + 0.5) / QUANTILES
        self._scores = ndtri(levels)
        quantiles = np.quantile(invariants, levels, axis=0)
        size = np.abs(quantiles).max(axis=0, initial=0.0)
        self._kept = np.flatnonzero(quantiles[-1] - quantiles[0] > CONSTANT * size)
        self._quantiles = quantiles[:, self._kept]
        d = len(self._kept)
        self._most = max(1, most)
        waves = int(np.clip(events / PER_WAVE, WAVES, MOST_WAVES))
        self._omega, self._phase = np.zeros((d, waves)), rng.uniform(0, 2 * np.pi, size=waves)
        for column in self._omega.T:
            some = rng.choice(d, size=min(d, THROUGH), replace=False)
            column[some] = rng.normal(size=len(some)) * rng.choice(FREQUENCIES)
        self._mean, self._spread = np.zeros(1), np.ones(1)
        made = self._made(invariants)
        self._mean, spread = made.mean(axis=0), made.std(axis=0)
        self._spread = np.where(spread > CONSTANT, spread, np.inf)

    @property
    def count(self) -> int:
        """J."""
        return len(self._mean)

    def __call__(self, invariants: FloatArray) -> FloatArray:
        """(n, I) -> (n, J), of mean 0 and variance 1 over the sample."""
        return (self._made(invariants) - self._mean) / self._spread

    def _made(self, invariants: FloatArray) -> FloatArray:
        some = invariants[:, self._kept]
        scores = np.empty_like(some)
        for column, (own, quantiles) in enumerate(zip(some.T, self._quantiles.T, strict=True)):
            scores[:, column] = np.interp(own, quantiles, self._scores)
        parts = [scores, scores**2]
        parts += [np.maximum(scores - knot, 0.0) for knot in KNOTS]
        if self._omega.size:
            # numpy's cosine takes twice the time
            parts.append(torch.from_numpy(scores @ self._omega + self._phase).cos_().numpy())
        return np.concatenate(parts, axis=1)[:, : self._most]

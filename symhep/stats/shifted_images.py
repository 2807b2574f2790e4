"""Exact test of a single map that is given, whatever its powers: how often was it applied to each event?

Let every independent event x get a number k of its own, drawn evenly from a list of powers, and let z = g^k x. If x and
g x have one law, so have x and z, for every k: then z says nothing about k, and what was drawn is no different from
numbers drawn anew. So any statistic of z and k ranks evenly among those of (z, k'), for any map that can be inverted,
any number of events, any functions and any list of powers (Besag and Clifford 1989, Biometrika 76, 633). Events are
recovered as x = g^-k z, so that all of it can be told from the images g^-k' z for the powers k' of the list: of each
event one of them is the event itself.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2, norm

from symhep.stats.randomisation import SequentialP, randomised_sums, sequential_p
from symhep.stats.residual_forms import ridge_form

__all__ = ["shifted_p"]

FloatArray = npt.NDArray[np.float64]

#: Numbers drawn anew at once.
BATCH = 100
#: Shares of the level for the two statistics.
SHARES = (0.75, 0.25)


def shifted_p(
    images: FloatArray,
    numbers: npt.NDArray[np.int64],
    rng: np.random.Generator,
    *,
    most: int,
    signed: bool = False,
) -> SequentialP:
    """p-value of 'x and g x have one law', exact, never below 1 / (``most`` + 1).

    Two statistics are joined, each in the metric of its covariance over ``numbers`` drawn anew, which depends on the
    images alone: events less the means of their images, sum_n f(x_n) - mean_j f(z_nj), and the trend
    sum_n ((M - 1) / 2 - j_n) f(z_n), which sees what adds up from power to power. The smaller of their p-values, over
    shares of 3/4 and 1/4, counts by its rank among the smaller ones of the same draws.

    Parameters
    ----------
    images
        (G, M, K) K functions of z_nj = g^-k_j z_n for M powers k_j, the first of them 0, summed over the events of a
        group; events of a group share their power.
    numbers
        (G,) place in the list of the power that was drawn.
    most
        Numbers are drawn anew so often at most, see `symhep.stats.randomisation.sequential_p`.
    signed
        A single function, larger for events than for their images, if for anything: evidence on one side alone.

    >>> rng = np.random.default_rng(1)
    >>> x, k = rng.normal(size=500), rng.integers(4, size=500)
    >>> def p(shift: float) -> float:  # of the translation x -> x + shift
    ...     z = x + shift * k
    ...     moved = z[:, None] - shift * np.arange(4)
    ...     return shifted_p(np.stack([np.cos(moved), np.sin(moved)], 2), k, rng, most=999).p
    >>> p(0.0), p(0.5)
    (0.10152284263959391, 0.001)
    """
    groups, count, _ = images.shape
    base = images[:, 0] - images[:, 0].mean(axis=0)
    trend = ((count - 1) / 2 - np.arange(count))[:, None] * base[:, None]
    sums = [images - images.mean(axis=1, keepdims=True), trend]
    scales = [_Scale(part, signed) for part in sums]
    at = np.arange(groups)
    observed = [part[at, numbers].sum(axis=0)[None] for part in sums]

    def drawn() -> Iterator[FloatArray]:
        for start in range(0, most, BATCH):
            found = randomised_sums(sums, rng, min(BATCH, most - start))
            yield _strongest(scales, found)

    return sequential_p(float(_strongest(scales, observed)[0]), drawn(), most)


def _strongest(scales: list[_Scale], values: list[FloatArray]) -> FloatArray:
    """(B,) -ln of the smaller p-value over its share, by the law for many events: one scale, and the rank is exact."""
    logs: FloatArray = np.stack([scale.evidence(v) for scale, v in zip(scales, values, strict=True)]).max(
        axis=0
    )
    return logs


class _Scale:
    """A statistic of sums over groups, and its law where there are many."""

    def __init__(self, sums: FloatArray, signed: bool) -> None:
        groups, count, functions = sums.shape
        flat = (sums - sums.mean(axis=1, keepdims=True)).reshape(-1, functions)
        form = ridge_form(flat.T @ flat / count, max(groups - 1, 1))
        self._signed = signed
        self._transform = form.transform
        first, second = float(form.weights.sum()), float((form.weights**2).sum())
        self._factor, self._freedom = (first / second, first**2 / second) if second > 0 else (0.0, 1.0)

    def evidence(self, values: FloatArray) -> FloatArray:
        """(B,) of ``values`` (B, K)."""
        white = values @ self._transform.T
        if self._signed:
            return np.asarray(-norm.logsf(np.abs(white[:, 0]) * np.sign(values[:, 0])))
        return np.asarray(-chi2.logsf((white**2).sum(axis=1) * self._factor, self._freedom))

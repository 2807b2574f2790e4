"""Rank decisions against noise: what is zero within the errors, and how far each decision was from its border.

A noisy quantity is carried as samples (B, ...): the first is the value, the
others are the value with errors drawn anew. Whatever is computed from it is
computed for all samples at once, so that errors propagate without formulas.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from symhep.lie.structure import FloatArray

__all__ = [
    "BORDER",
    "RankDecision",
    "aligned",
    "decide_rank",
    "kernel",
    "number_of_draws",
    "row_space",
    "upper_limit",
    "with_rounding",
]

#: A value is zero if noise alone exceeds it as rarely as a Gaussian number exceeds this many standard deviations.
BORDER = 4.0
QUANTILES = (0.8, 0.95)
CHANCE = 2 * float(special.ndtr(-BORDER))


DRAWS = 40
#: Fewer draws for large algebras, whose noise averages itself.
MAX_NUMBERS = 4_000_000


@dataclass(frozen=True)
class RankDecision:
    """One decision: ``values`` are the singular values, ``rank`` of them are not zero.

    ``above``: the smallest value called nonzero, over the border it had to exceed (inf if there is none).
    ``below``: the largest value called zero, over its border (0 if there is none).
    A sound decision has ``above`` well above 1 and ``below`` well below 1.
    ``resolution``: the border over the size that a nonzero value has where there is one, 0 if no value was called zero.
    Where it nears 1, zero means only that the errors hide what is there.
    """

    question: str
    rank: int
    values: tuple[float, ...]
    above: float
    below: float
    resolution: float = 0.0


def upper_limit(squares: FloatArray) -> float:
    """What a further square, drawn like ``squares``, exceeds with the probability of BORDER standard deviations.

    For a multiple of chi^2 with k degrees of freedom the cube root is Gaussian to good accuracy (Wilson and
    Hilferty, PNAS 17 (1931) 684); its mean and width are taken from the median and the 80 % quantile, so
    that a few large draws, where noise is no longer small, do not count. No square is
    wider than that of one number, k = 1.
    """
    median, *uppers = np.quantile(np.cbrt(squares), (0.5, *QUANTILES)).tolist()
    limits = []
    for quantile, upper in zip(QUANTILES, uppers, strict=True):
        gaussian = median + (upper - median) / special.ndtri(quantile) * special.ndtri(1 - CHANCE)
        one = BORDER / special.ndtri((1 + quantile) / 2)
        limits.append(min(gaussian**3, upper**3 * one**2))
    return float(max(limits))


def decide_rank(samples: FloatArray, question: str, size: float | None = None) -> RankDecision:
    """Rank of ``samples[0]`` (m, n), given how the others differ from it.

    ``size``: what the largest singular value is expected to be, should the rank not be 0; enters the ``resolution``
    alone, which without it is known only for a rank above 0.

    Sequential test: the rank is the smallest r for which s_{r+1} is explained by noise. If
    M has rank r but for noise dM, then s_{r+1} = |(1 - U U^T) dM (1 - V V^T)| to first order, U and V the
    leading r singular vectors (Stewart and Sun, Matrix Perturbation Theory, 1990, section V.4);
    its size over the drawn dM is the border (:func:`upper_limit`). A change of basis, which turns
    U and V, does not enter. Rounding, 16 eps max(m, n) s_1, is added to the noise.
    """
    value, change = samples[0], samples[1:] - samples[0]
    m, n = value.shape
    if m < n:
        value, change = value.T, np.swapaxes(change, 1, 2)
        m, n = n, m
    if n == 0:
        return RankDecision(question, 0, (), np.inf, 0.0)
    u, s, vt = np.linalg.svd(value, full_matrices=False)
    square = vt @ (np.swapaxes(change, 1, 2) @ change) @ vt.T
    turned = u.T @ change @ vt.T
    rounding = 16 * np.finfo(np.float64).eps * m * s[0]

    def border(r: int) -> float:
        block = square[:, r:, r:] - np.swapaxes(turned[:, :r, r:], 1, 2) @ turned[:, :r, r:]
        largest = np.linalg.eigvalsh(block)[:, -1]
        return float(np.sqrt(upper_limit(np.maximum(largest, 0.0)) + (BORDER * rounding) ** 2))

    values = tuple(float(one) for one in s)
    whole = border(0)
    rank = int(np.sum(s > whole))  # no block is noisier than the whole
    above = float(s[rank - 1] / whole) if rank and whole > 0 else np.inf
    while rank < n:
        limit = border(rank)
        if s[rank] <= limit:
            below = float(s[rank] / limit) if limit > 0 else 0.0
            expected = max(float(s[0]) if rank else 0.0, size or 0.0) or np.inf
            return RankDecision(question, rank, values, above, below, limit / expected if limit > 0 else 0.0)
        above = float(s[rank] / limit) if limit > 0 else np.inf
        rank += 1
    return RankDecision(question, rank, values, above, 0.0)


def _right_vectors(samples: FloatArray) -> FloatArray:
    """Right singular vectors (B, n, n) as columns, by decreasing singular value."""
    if samples.shape[1] > 2 * samples.shape[2]:
        samples = np.asarray(np.linalg.qr(samples, mode="r"))
    return np.swapaxes(np.linalg.svd(samples)[2], 1, 2)


def aligned(spans: FloatArray) -> FloatArray:
    """Orthonormal columns (B, n, r) spanning the same, each chosen as close to the first sample's as can be."""
    return spans @ (np.swapaxes(spans, 1, 2) @ spans[0])


def kernel(samples: FloatArray, rank: int) -> FloatArray:
    """Null space of each sample (B, m, n) if its rank is ``rank``: columns (B, n, n - rank)."""
    b, m, n = samples.shape
    if rank == n:
        return np.empty((b, n, 0))
    if m < n:
        samples = np.concatenate([samples, np.zeros((b, n - m, n))], axis=1)
    return aligned(_right_vectors(samples)[:, :, rank:])


def row_space(samples: FloatArray, rank: int) -> FloatArray:
    """Span of the rows of each sample (B, m, n) if its rank is ``rank``: columns (B, n, rank)."""
    b, m, n = samples.shape
    if rank == 0:
        return np.empty((b, n, 0))
    if m < n:
        samples = np.concatenate([samples, np.zeros((b, n - m, n))], axis=1)
    return aligned(_right_vectors(samples)[:, :, :rank])


def with_rounding(samples: FloatArray, seed: int) -> FloatArray:
    """Constants (B, G, G, G), the copies with rounding errors added, below which no decision can go: 16 eps G |f|."""
    copies, g = samples[1:], samples.shape[1]
    size = 16 * np.finfo(np.float64).eps * g * max(float(np.abs(samples[0]).max(initial=0.0)), 1.0)
    pairs = np.triu_indices(g, 1)
    if np.abs(copies[0][pairs] - samples[0][pairs]).min(initial=np.inf) > size:
        return samples  # the errors are larger everywhere
    drawn = size * np.random.default_rng([seed, 1]).normal(size=copies.shape) / np.sqrt(2)
    return np.concatenate([samples[:1], copies + drawn - drawn.transpose(0, 2, 1, 3)])


def number_of_draws(dimension: int) -> int:
    """How many copies with noise are kept: 40, fewer for large algebras, 4 at least."""
    return int(np.clip(MAX_NUMBERS // max(dimension, 1) ** 3, 4, DRAWS))

"""Which quantities the relevant latents carry: one by one in a run, and together in all runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from symhep_vae.fit.combinations import EXACT, Combination

__all__ = ["Followed", "LatentCorrelations", "best_combination", "carried_whole", "correlate"]

FloatArray = npt.NDArray[np.float64]

#: Correlations closer than this are the same; the more telling kind of combination is then named.
TIE = 0.01
#: A multiple correlation above this (R^2 = 0.9) means that a combination is carried.
CARRIED = 0.95
#: Combinations whose correlation matrix has a smaller eigenvalue repeat each other.
NEW = 0.02
_PREFERENCE = ("difference", "sum", "pair", "norm", "particle", "feature")
_LINEAR_FIRST = ("difference", "sum", "feature", "norm", "pair", "particle")


@dataclass(frozen=True)
class LatentCorrelations:
    """R runs, L latents in order of relevance, K combinations that vary.

    Attributes
    ----------
    combinations
        The K combinations.
    matrix
        (R, L, K) correlation coefficients of the latent means.
    span
        (R, K) squared multiple correlation with all relevant latents of the run:
        the share of a combination's variance that is a linear function of them.
        Unlike single latents it does not change when latents are rotated into each other.
    """

    combinations: tuple[Combination, ...]
    matrix: FloatArray
    span: FloatArray

    def best_match(self, relevant: Sequence[int]) -> FloatArray:
        """(R, K) |r| of the relevant latent that matches best; signs and order of latents carry no meaning."""
        return np.stack(
            [
                np.abs(self.matrix[r, :n]).max(axis=0) if n else np.zeros(self.matrix.shape[2])
                for r, n in enumerate(relevant)
            ]
        )


@dataclass(frozen=True)
class Followed:
    """The combination that a latent follows most closely, with its correlation and the error of that."""

    name: str
    r: float
    error: float


def correlate(
    means: FloatArray, relevant: Sequence[int], combinations: Sequence[Combination], weights: FloatArray
) -> LatentCorrelations:
    """Correlate latent means (R, n, L), sorted by relevance, with combinations of the same n events.

    ``relevant`` (R) says how many of the leading latents count in each run.
    """
    varying = tuple(c for c in combinations if c.values.std() > EXACT * max(c.scale, 1e-300))
    runs, _, latents = means.shape
    matrix = np.zeros((runs, latents, len(varying)))
    span = np.zeros((runs, len(varying)))
    if not varying:
        return LatentCorrelations(varying, matrix, span)
    w = (weights / weights.sum())[:, None]
    c = np.stack([v.values for v in varying], axis=1)
    c = c - (w * c).sum(axis=0)
    c_variance = np.maximum((w * c**2).sum(axis=0), 1e-300)
    for run, count in enumerate(relevant):
        z = means[run].astype(np.float64)
        z = z - (w * z).sum(axis=0)
        covariance, cross = z.T @ (w * z), z.T @ (w * c)
        z_variance = np.maximum(np.diag(covariance), 1e-300)
        matrix[run] = np.clip(cross / np.sqrt(z_variance[:, None] * c_variance), -1, 1)
        if count:
            explained = np.linalg.pinv(covariance[:count, :count], hermitian=True) @ cross[:count]
            span[run] = np.clip((cross[:count] * explained).sum(axis=0) / c_variance, 0, 1)
    return LatentCorrelations(varying, matrix, span)


def best_combination(
    correlations: LatentCorrelations, run: int, latent: int, events: float
) -> Followed | None:
    """What a latent follows in a run; among equals, differences and sums before single features.

    The error is (1 - r^2) / sqrt(n), for n effective events.
    """
    if not correlations.combinations:
        return None
    r = correlations.matrix[run, latent]
    close = np.flatnonzero(np.abs(r) >= np.abs(r).max() - TIE)
    order = [(_PREFERENCE.index(correlations.combinations[i].kind), -abs(r[i]), i) for i in close]
    index = int(min(order)[2])
    error = float((1 - r[index] ** 2) / np.sqrt(max(events, 1.0)))
    return Followed(correlations.combinations[index].name, float(r[index]), error)


def carried_whole(correlations: LatentCorrelations) -> list[int]:
    """Combinations that the latents carry almost whole, linear ones first, each new beside those before it."""
    found, r = correlations.combinations, np.sqrt(correlations.span).mean(axis=0)
    order: list[int] = sorted(
        np.flatnonzero(r > CARRIED).tolist(), key=lambda i: (_LINEAR_FIRST.index(found[i].kind), -r[i])
    )
    chosen: list[int] = []
    for i in order:
        trial = np.corrcoef([found[k].values for k in [*chosen, i]]) if chosen else np.ones((1, 1))
        # The smallest eigenvalue tells whether the newcomer is a linear function of the others.
        if np.linalg.eigvalsh(trial)[0] > NEW:
            chosen.append(i)
    return chosen

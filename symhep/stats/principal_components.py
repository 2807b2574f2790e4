"""Principal components of weighted events, with bootstrap errors."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

__all__ = ["PrincipalComponents", "principal_components"]

FloatArray = npt.NDArray[np.float64]

BLOCKS = 200
RESAMPLES = 200


@dataclass(frozen=True)
class PrincipalComponents:
    """Eigenvalues (F,) of the covariance in decreasing order, and their errors (F,)."""

    variances: FloatArray
    errors: FloatArray

    @property
    def explained(self) -> FloatArray:
        """Share of the total variance per component."""
        total = self.variances.sum()
        return self.variances / total if total > 0 else np.zeros_like(self.variances)

    def rank(self, tolerance: float = 1e-6) -> int:
        """Components with more than ``tolerance`` of the largest variance: F minus the linear constraints."""
        return int((self.variances > tolerance * self.variances.max(initial=0.0)).sum())


def principal_components(
    x: FloatArray, weights: FloatArray | None = None, seed: int | np.random.SeedSequence = 0
) -> PrincipalComponents:
    """Eigenvalues of the weighted covariance of ``x`` (N, F).

    Errors: 200 bootstrap resamples of 200 blocks of events (of single events in
    small samples), so the cost does not grow with resamples times events. Signed
    weights enter linearly; eigenvalues that they make negative are set to 0.

    >>> pc = principal_components(np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 0.5], [0.0, -0.5]]))
    >>> pc.variances.tolist()
    [0.5, 0.125]
    """
    w = np.ones(len(x)) if weights is None else np.asarray(weights, dtype=np.float64)
    centred = x - np.average(x, axis=0, weights=w)  # far from the origin the second moments would cancel
    edges = np.linspace(0, len(x), min(BLOCKS, len(x)) + 1).astype(np.int64)
    blocks = [slice(a, b) for a, b in pairwise(edges)]
    totals = np.array([w[b].sum() for b in blocks])
    first = np.array([w[b] @ centred[b] for b in blocks])
    second = np.array([(centred[b].T * w[b]) @ centred[b] for b in blocks])

    def covariance(counts: FloatArray) -> FloatArray:
        total = counts @ totals
        mean = counts @ first / total
        return np.asarray(np.tensordot(counts, second, 1) / total - np.outer(mean, mean))

    values = np.linalg.eigvalsh(covariance(np.ones(len(totals))))
    rng = np.random.default_rng(seed)
    resampled = rng.multinomial(len(totals), np.full(len(totals), 1 / len(totals)), size=RESAMPLES)
    usable = [counts.astype(float) for counts in resampled if counts @ totals > 0]
    spectra = np.array([np.linalg.eigvalsh(covariance(counts)) for counts in usable])
    errors = spectra.std(axis=0) if len(usable) > 1 else np.full(len(values), np.nan)
    return PrincipalComponents(np.maximum(values[::-1], 0.0), errors[::-1])

"""Densities that are known: sums of Gaussians."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

__all__ = ["Mixture"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Mixture:
    """p(x) = sum_k w_k N(x; m_k, S_k) on R^D.

    Attributes
    ----------
    weights
        (K,) positive, of sum one.
    means, covariances
        (K, D), (K, D, D).

    >>> bimodal = Mixture.of([[-1.0], [1.0]], [[[1.0]]])
    >>> bimodal.mean.tolist(), bimodal.covariance.tolist()
    ([0.0], [[2.0]])
    """

    weights: FloatArray
    means: FloatArray
    covariances: FloatArray

    @classmethod
    def of(
        cls,
        means: npt.ArrayLike,
        covariances: npt.ArrayLike,
        weights: Sequence[float] | FloatArray | None = None,
    ) -> Mixture:
        """Gaussians of equal weights unless given; one covariance serves all. Raises ValueError if it is no density."""
        m = np.atleast_2d(np.asarray(means, dtype=np.float64))
        count, size = m.shape
        s = np.broadcast_to(np.asarray(covariances, dtype=np.float64), (count, size, size))
        w = np.full(count, 1 / count) if weights is None else np.asarray(weights, dtype=np.float64)
        if w.shape != (count,) or (w <= 0).any():
            raise ValueError(f"{count} Gaussians need {count} positive weights")
        if not np.allclose(s, s.mT) or np.linalg.eigvalsh(s).min() <= 0:
            raise ValueError("a covariance must be a symmetric matrix with positive eigenvalues")
        return cls(w / w.sum(), m, s.copy())

    @property
    def size(self) -> int:
        """D."""
        return int(self.means.shape[1])

    @property
    def mean(self) -> FloatArray:
        """Of the whole, (D,)."""
        return self.weights @ self.means

    @property
    def covariance(self) -> FloatArray:
        """Of the whole, (D, D)."""
        apart = self.means - self.mean
        within = np.tensordot(self.weights, self.covariances, 1)
        return np.asarray(within + (self.weights[:, None] * apart).T @ apart)

    def moved(self, matrix: npt.ArrayLike, translation: npt.ArrayLike) -> Mixture:
        """The density of A x + b."""
        a = np.asarray(matrix, dtype=np.float64)
        return Mixture(self.weights, self.means @ a.T + np.asarray(translation), a @ self.covariances @ a.T)

    def scaled(self, scale: float) -> Mixture:
        """The density of x / scale: in the units that `symhep_symmetrygan.sample.Events` are trained in."""
        return self.moved(np.eye(self.size) / scale, np.zeros(self.size))

    def density(self, x: Tensor) -> Tensor:
        """p, (..., D) -> (...), differentiable; the exponents of all Gaussians are one matrix product."""
        precision = np.linalg.inv(self.covariances)
        rows, columns = np.triu_indices(self.size)
        quadratic = np.where(rows == columns, 0.5, 1.0) * precision[:, rows, columns]
        linear = np.einsum("kij,kj->ki", precision, self.means)
        norm = np.log(self.weights) - 0.5 * np.linalg.slogdet(self.covariances)[1]
        norm = norm - 0.5 * (linear * self.means).sum(-1) - 0.5 * self.size * math.log(2 * math.pi)
        coefficients = torch.as_tensor(np.concatenate([-quadratic, linear], 1)).to(x)
        powers = torch.cat([x[..., rows] * x[..., columns], x], -1)
        return (powers @ coefficients.mT + torch.as_tensor(norm).to(x)).exp().sum(-1)

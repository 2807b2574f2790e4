"""Events against their images under random elements of a subgroup, by plane waves."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep_symmetrygan.sample import Sample
from symhep_symmetrygan.subgroups.images import moved_rows
from symhep_symmetrygan.validation.waves import Waves

__all__ = ["Comparison", "mean_and_covariance"]

FloatArray = npt.NDArray[np.float64]

#: Rows times test functions at once: what fits into a processor's cache.
BLOCK = 1 << 19


class Comparison:
    """f(x) of a sample, kept, and f(x) - f(h x) for any h.

    ``shared`` neighbouring events (all, if there are fewer) have the same h; events that fill no such group are left
    out.
    """

    def __init__(self, waves: Waves, sample: Sample, shared: int = 1, most: int | None = None) -> None:
        count = len(sample) if most is None else min(most, len(sample))
        shared = min(shared, count)
        count = count // shared * shared
        self.groups, self.weights = count // shared, sample.weights[:count]
        self._waves, self._sample, self._x = waves, sample, sample.rows[:count]
        self._before = self._values(self._x)

    def differences(self, elements: Tensor) -> Tensor:
        """f(x) - f(h x) for h (m, 5, 5): (N, K), in single precision."""
        return self._before - self._values(self.images(elements))

    def images(self, elements: Tensor) -> Tensor:
        """h x for h (m, 5, 5): rows (N, D + S)."""
        return moved_rows(elements, self._x, self._sample)

    def means(self, elements: Tensor) -> FloatArray:
        """E_w[f(x) - f(h x)] for several sets of h (S, m, 5, 5): (S, K)."""
        w = (self.weights / self.weights.sum()).float()
        return torch.stack([w @ self.differences(h) for h in elements]).double().cpu().numpy()

    def _values(self, x: Tensor) -> Tensor:
        one = self._waves.identity(x.shape[1])
        parts = []
        for rows in torch.split(x.float(), max(1, BLOCK // len(self._waves))):
            parts.append(self._waves.values(torch.nn.functional.pad(rows, (0, 1), value=1.0), one)[0])
        return torch.cat(parts)


def mean_and_covariance(values: Tensor, weights: Tensor) -> tuple[FloatArray, FloatArray]:
    """Weighted mean of values (N, K), and sum w^2 (d - D)(d - D)^T / (sum w)^2, the covariance of the mean.

    >>> mean, covariance = mean_and_covariance(torch.tensor([[0.0], [2.0]]), torch.ones(2))
    >>> mean.tolist(), covariance.tolist()
    ([1.0], [[0.5]])
    """
    d, w = values.double(), (weights / weights.sum()).double()
    mean = w @ d
    left = (d - mean) * w[:, None]
    return mean.cpu().numpy(), (left.T @ left).cpu().numpy()

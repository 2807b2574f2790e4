"""Plane waves as test functions: what an affine map does to their means, and how that moves with the map."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep_symmetrygan.sample import Sample

__all__ = ["Waves", "blocks", "homogeneous"]

FloatArray = npt.NDArray[np.float64]
ComplexArray = npt.NDArray[np.complex128]

#: Directions narrower than this share of the widest count as that wide.
NARROWEST = 0.02
#: Range of the root mean square phase of a wave over events.
SLOWEST, FASTEST = 0.25, 4.0
#: Events at once, and numbers at once (events x elements x waves): what fits into a processor's cache.
ROWS, BLOCK = 2048, 1 << 20


@dataclass(frozen=True, eq=False)
class Waves:
    """K = 2 F test functions cos(w.x) and sin(w.x) of rows x of D numbers.

    For elements g(x) = A x + b the means of f(g x) are values of the characteristic function of the events,
    E[exp(i w.(A x + b))]. Two laws with the same characteristic function are the same law, so that enough waves miss
    no difference; and all derivatives along the map follow from E[x exp(i w.g x)].

    Attributes
    ----------
    frequencies
        (F, D), per unit of the scaled coordinates.

    >>> sample = Sample(torch.tensor([[0.0], [2.0]], dtype=torch.float64), torch.ones(2, dtype=torch.float64))
    >>> turned = np.array([[[-1.0, 0.5], [0.0, 1.0]]])  # 1/2 - x
    >>> mean = Waves(np.array([[np.pi]])).means(sample, turned)  # of exp(i pi (1/2 - x)) and of x times that
    >>> mean.shape, bool(np.abs(mean[0, 0] - [1j, 1j]).max() < 1e-6)
    ((1, 1, 2), True)
    """

    frequencies: FloatArray

    @classmethod
    def draw(cls, sample: Sample, count: int, rng: np.random.Generator) -> Waves:
        """``count`` random waves that see every direction of the events at its own width.

        In the principal axes V of the events, of widths s_i, w = r V diag(s_i^-u s_max^(u - 1)) V^T z: z a random unit
        vector, r log-uniform in [1/4, 4] and u uniform in [0, 1], so that a narrow direction (the sum of the momenta
        of two jets) is seen at all scales from its own to that of the widest: the fine ones measure, the coarse
        ones find the way.
        """
        x, weights = sample.rows, sample.weights.abs() / sample.weights.abs().sum()
        centred = x - weights @ x
        spectrum, axes = np.linalg.eigh((centred.T @ (centred * weights[:, None])).cpu().numpy())
        size = np.sqrt(np.maximum(spectrum, 0.0))
        widest = size[-1] if size[-1] > 0 else 1.0
        ratio = np.maximum(size / widest, NARROWEST)
        z = rng.normal(size=(count, len(size)))
        z /= np.linalg.norm(z, axis=1, keepdims=True)
        turns = np.exp(rng.uniform(np.log(SLOWEST), np.log(FASTEST), size=(count, 1)))
        # A function of the covariance: no choice of axes, of signs or of those of equal widths, changes a wave.
        along = z @ axes * (turns / widest / ratio ** rng.uniform(size=(count, 1)))
        return cls(along @ axes.T)

    def __len__(self) -> int:
        """Functions K."""
        return 2 * len(self.frequencies)

    def means(self, sample: Sample, elements: FloatArray) -> ComplexArray:
        """E_w[exp(i w.g x) (x, 1)] for homogeneous ``elements`` (E, D + 1, D + 1): (E, F, D + 1).

        Single precision within a block of events, whose rounding is far below the noise; double precision between
        blocks. Memory does not grow with the events.
        """
        count, f, width = len(elements), len(self.frequencies), elements.shape[-1]
        phases = self._phases(elements, sample.x.device)
        total = torch.zeros(2, count * f, width, dtype=torch.float64, device=sample.x.device)
        group = max(1, BLOCK // (ROWS * f)) * f
        for rows, weights in blocks(sample):
            weighted = rows * weights[:, None]
            for start in range(0, count * f, group):
                part = slice(start, start + group)
                phase = rows @ phases[:, part]
                total[0, part] += phase.cos().T @ weighted
                total[1, part] += phase.sin_().T @ weighted
        real, imaginary = (total / sample.weights.sum()).view(2, count, f, width).cpu().numpy()
        return np.asarray(real + 1j * imaginary)

    def identity(self, width: int) -> FloatArray:
        """(1, D + 1, D + 1) the map that changes nothing, of rows of ``width`` numbers."""
        return np.eye(width + 1)[None]

    def values(self, rows: Tensor, elements: FloatArray) -> Tensor:
        """cos(w.g x), then sin(w.g x), of homogeneous ``rows`` (n, D + 1) float32: (E, n, K)."""
        f = len(self.frequencies)
        phase = (rows @ self._phases(elements, rows.device)).view(len(rows), len(elements), f)
        return torch.cat([phase.cos(), phase.sin()], -1).transpose(0, 1)

    def gathered(
        self, rows: Tensor, element: FloatArray, after: Tensor, pulled: Tensor, squares: Tensor
    ) -> Tensor:
        """sum_n s_n sum_k p_nk d f_k(g x_n) / d (w_k.A, w_k.b) of one element (1, D + 1, D + 1): (F, D + 1).

        ``after`` (n, K) are its `values`, ``pulled`` (n, K) p, ``squares`` (n, 1) s.
        """
        f = len(self.frequencies)
        slope = pulled[:, f:] * after[:, :f] - pulled[:, :f] * after[:, f:]
        return slope.T @ (rows * squares)

    def derivatives(self, sample: Sample, generators: FloatArray) -> FloatArray:
        """(G, n, K) of the functions of every event along exp(delta_a T_a) at delta = 0."""
        x = sample.rows.cpu().numpy()
        phase = x @ self.frequencies.T
        speeds = np.einsum(
            "fi,gij,nj->gnf", self.frequencies, generators[:, :-1], np.c_[x, np.ones(len(x))], optimize=True
        )
        return np.concatenate([-np.sin(phase) * speeds, np.cos(phase) * speeds], -1)

    def _phases(self, elements: FloatArray, device: torch.device) -> Tensor:
        """(D + 1, E F): rows (x, 1) times this are the phases w.g x."""
        full = np.einsum("fi,eij->jef", self.frequencies, elements[:, :-1])
        return torch.from_numpy(full.reshape(len(full), -1)).to(device, torch.float32)


def blocks(sample: Sample) -> Iterator[tuple[Tensor, Tensor]]:
    """Homogeneous rows (n, D + 1) and weights (n,) in single precision, a block of events at a time."""
    every = sample.rows
    for start in range(0, len(sample), ROWS):
        rows = every[start : start + ROWS].float()
        yield torch.cat([rows, torch.ones_like(rows[:, :1])], 1), sample.weights[start : start + ROWS].float()


def homogeneous(generators: FloatArray, size: int) -> FloatArray:
    """Generators (G, D + 1, D + 1), from (G, D, D) that translate nothing or those given: ``size`` is D.

    >>> homogeneous(np.ones((1, 1, 1)), 1).tolist()
    [[[1.0, 0.0], [0.0, 0.0]]]
    """
    if generators.shape[-1] == size + 1:
        return generators
    return np.pad(generators, ((0, 0), (0, 1), (0, 1)))

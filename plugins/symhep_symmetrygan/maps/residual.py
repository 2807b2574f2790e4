"""A map of parameters that starts as the identity and is deepened while it is trained."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

__all__ = ["CosineFeatures", "ResidualMap"]

FloatArray = npt.NDArray[np.float64]


class CosineFeatures:
    """cos(w.u + phase) of parameters, F of them, smooth over a given length: random Fourier features.

    Rahimi and Recht, Random Features for Large-Scale Kernel Machines (2007), for a Gaussian kernel. u are the
    parameters divided by their ``spread``; one with a period enters by its cosine and sine.

    >>> features = CosineFeatures(np.array([2 * np.pi]), np.ones(1), count=64, length=0.5, seed=1)
    >>> turn = torch.tensor([[0.3], [0.3 + 2 * torch.pi]])
    >>> values = features(turn)
    >>> values.shape, bool(torch.allclose(values[0], values[1], atol=1e-4))
    (torch.Size([2, 64]), True)
    """

    def __init__(self, periods: FloatArray, spread: FloatArray, count: int, length: float, seed: int) -> None:
        random = np.random.default_rng(seed)
        self._turns = torch.as_tensor(periods > 0)
        self._rates = torch.as_tensor(2 * math.pi / periods[periods > 0], dtype=torch.float32)
        self._spread = torch.as_tensor(spread[periods == 0], dtype=torch.float32)
        inputs = len(spread) + int((periods > 0).sum())
        self._waves = torch.as_tensor(random.normal(size=(inputs, count)) / length, dtype=torch.float32)
        self._phases = torch.as_tensor(random.uniform(0, 2 * math.pi, count), dtype=torch.float32)
        self._size = math.sqrt(2 / count)

    def to(self, device: str) -> CosineFeatures:
        """Itself, with its numbers on the device."""
        for name in ("_turns", "_rates", "_spread", "_waves", "_phases"):
            setattr(self, name, getattr(self, name).to(device))
        return self

    def __call__(self, parameters: Tensor) -> Tensor:
        """(N, K) -> (N, F), of mean square 1 / F."""
        angles = parameters[:, self._turns] * self._rates
        inputs = torch.cat([parameters[:, ~self._turns] / self._spread, angles.cos(), angles.sin()], 1)
        return self._size * torch.cos(inputs @ self._waves + self._phases)


@dataclass(frozen=True, eq=False)
class ResidualMap:
    """Omega = (1 + f V_L) o ... o (1 + f V_1) with features f and weights V (L, F, K).

    Each layer moves points a little, as a smooth function of where they are by then: neighbours on the two sides of a
    barrier are driven apart at every layer, so that a step, as in eq. (A6), needs no steep network.
    """

    features: CosineFeatures
    layers: Tensor

    @torch.no_grad()
    def __call__(self, parameters: FloatArray) -> FloatArray:
        """Omega(c), (N, K) -> (N, K)."""
        at = torch.as_tensor(parameters, dtype=self.layers.dtype, device=self.layers.device)
        for weights in self.layers:
            at = at + self.features(at) @ weights
        return at.double().cpu().numpy()

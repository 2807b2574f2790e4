"""Adam on one flat vector: a handful of kernels a step, however many replicas and layers there are."""

from __future__ import annotations

from math import sqrt

import torch
from torch import Tensor

__all__ = ["Adam"]


class Adam:
    """Kingma and Ba, arXiv:1412.6980, Algorithm 1, for parameters that live in one vector.

    ``weight_decay`` is the decoupled one of Loshchilov and Hutter, arXiv:1711.05101: each step also
    shrinks the values by learning_rate * weight_decay. Same numbers as ``torch.optim.Adam`` and
    ``AdamW`` up to rounding.

    >>> x = torch.tensor([1.0])
    >>> Adam(x, torch.tensor([3.0]), learning_rate=0.1).step()
    >>> round(x.item(), 6)
    0.9
    """

    def __init__(
        self,
        values: Tensor,
        gradients: Tensor,
        learning_rate: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        self.values, self.gradients = values, gradients
        self.learning_rate, self.betas, self.epsilon = learning_rate, betas, epsilon
        self.weight_decay = weight_decay
        self.steps = 0
        self._mean = torch.zeros_like(values)
        self._square = torch.zeros_like(values)
        self._work = torch.zeros_like(values)

    @torch.no_grad()
    def step(self) -> None:
        """Move the values once along the gradients as they stand."""
        self.steps += 1
        first, second = self.betas
        self._mean.lerp_(self.gradients, 1 - first)
        self._square.mul_(second).addcmul_(self.gradients, self.gradients, value=1 - second)
        root = sqrt(1 - second**self.steps)
        torch.sqrt(self._square, out=self._work).add_(self.epsilon * root)
        rate = self.learning_rate * root / (1 - first**self.steps)
        if self.weight_decay:
            self.values.mul_(1 - self.learning_rate * self.weight_decay)
        self.values.addcdiv_(self._mean, self._work, value=-rate)

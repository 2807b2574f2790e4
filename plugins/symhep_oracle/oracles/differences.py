"""Gradients of functions that cannot be differentiated: central differences, and how good they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from symhep_oracle.oracles.interface import Oracle
from symhep_oracle.oracles.layout import Layout

__all__ = ["DifferencedOracle"]


class DifferencedOracle(Oracle):
    """phi with d phi / d x_i = (phi(x + h_i) - phi(x - h_i)) / 2 h_i.

    The step is h_i = eps^(1/3) s, with eps the relative rounding of phi and s the size of x: rounding (eps / h)
    and truncation (h^2) are then alike. ``precision`` is measured: the difference between the gradients
    with h and 2 h, relative to the gradient; truncation alone would be a third of it.

    Parameters
    ----------
    function
        (N, D) -> (N, k).
    rounding
        Relative rounding of the values of phi: 2.2e-16 for float64, 1.2e-7 for float32.
    sample
        (n, D) points that set the size and the precision.

    >>> cubes = DifferencedOracle(Layout(1, 1), lambda x: x**3, 2.2e-16, torch.ones(4, 1, dtype=torch.float64))
    >>> abs(cubes.gradient(torch.ones(1, 1, dtype=torch.float64)).item() - 3) < 1e-9
    True
    >>> cubes.precision < 1e-9
    True
    """

    def __init__(
        self, layout: Layout, function: Callable[[Tensor], Tensor], rounding: float, sample: Tensor
    ) -> None:
        super().__init__(layout)
        self.function = function
        self.outputs = function(sample[:1]).shape[1]
        size = layout.split(sample).square().mean().sqrt()
        self.step = float(rounding ** (1 / 3) * size)
        few = sample[:200]
        near, far = self._differences(few, self.step), self._differences(few, 2 * self.step)
        scale = near.square().mean().sqrt().clamp_min(torch.finfo(torch.float64).tiny)
        self.precision = max(float((near - far).square().mean().sqrt() / scale), rounding)

    def __call__(self, x: Tensor) -> Tensor:
        values: Tensor = _Differenced.apply(x.flatten(0, -2), self)  # type: ignore[no-untyped-call]
        return values.view(*x.shape[:-1], self.outputs)

    def gradient(self, x: Tensor) -> Tensor:
        """(N, k, D), from 2 D evaluations of the function on all points."""
        return self._differences(x, self.step)

    def _differences(self, x: Tensor, step: float) -> Tensor:
        slopes = []
        for i in range(x.shape[1]):
            shift = torch.zeros_like(x)
            shift[:, i] = step
            above, below = x + shift, x - shift
            # What was really stepped: x + h - x is not h in floating point.
            width = (above - below)[:, i, None]
            slopes.append((self.function(above) - self.function(below)) / width)
        return torch.stack(slopes, dim=2)


class _Differenced(torch.autograd.Function):
    """Tells automatic differentiation the slopes, for the solvers that train."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, oracle: DifferencedOracle) -> Tensor:
        ctx.oracle = oracle
        ctx.save_for_backward(x)
        return oracle.function(x)

    @staticmethod
    def backward(ctx: Any, *pull: Tensor) -> tuple[Tensor, None]:
        (x,) = ctx.saved_tensors
        return torch.einsum("nk,nkd->nd", pull[0], ctx.oracle.gradient(x)), None

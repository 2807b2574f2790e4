"""What an oracle is: a function of the event, batched, in double precision, with its gradient."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from symhep_oracle.oracles.layout import Layout

__all__ = ["DOUBLE", "Oracle"]

#: Relative rounding of a float64 number.
DOUBLE = float(np.finfo(np.float64).eps)


class Oracle(ABC):
    """phi: R^D -> R^k, evaluated on many points at once; float64 in, float64 out.

    A complete oracle::

        class Length(Oracle):
            outputs = 1

            def __call__(self, x):
                return x.norm(dim=-1, keepdim=True)

        Length(Layout(1, 3)).gradient(torch.randn(5, 3, dtype=torch.float64))  # (5, 1, 3)

    Attributes
    ----------
    layout
        How the D numbers fall into vectors.
    outputs
        k.
    precision
        Relative error of value and gradient: that of float64, unless the oracle computes in
        fewer digits or its gradient comes from differences.
    anywhere
        May it be evaluated off the data? Only then can symmetries that hold on the data's
        support alone be told from those that hold everywhere.
    members
        The k outputs fall into so many equal groups, one after the other: estimates of the same function
        by the members of an ensemble, whose spread is a noise.
    approximate
        Is the function itself an estimate (a trained network), so that no symmetry can be exact?
    built_by
        A function and its arguments that make the same oracle, where it is sent to another process: functions of users
        and programs from files cannot be sent.
    """

    outputs: int
    precision: float = DOUBLE
    anywhere: bool = True
    approximate: bool = False
    members: int = 1
    built_by: tuple[Callable[..., Oracle], tuple[Any, ...]] | None = None

    def __reduce_ex__(self, protocol: Any) -> Any:
        return self.built_by or super().__reduce_ex__(protocol)

    def __init__(self, layout: Layout) -> None:
        self.layout = layout

    @abstractmethod
    def __call__(self, x: Tensor) -> Tensor:
        """phi(x): (..., D) -> (..., k)."""

    def gradient(self, x: Tensor) -> Tensor:
        """d phi_j / d x_i at each point: (N, D) -> (N, k, D), by automatic differentiation."""
        points = x.detach().requires_grad_(True)
        with torch.enable_grad():
            values = self(points)
            # Events do not mix, so the slope of a sum over events holds the slope of each.
            slopes = [
                torch.autograd.grad(values[:, j].sum(), points, retain_graph=j + 1 < self.outputs)[0]
                for j in range(self.outputs)
            ]
        return torch.stack(slopes, dim=1)

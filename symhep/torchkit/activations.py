"""Activation functions with their derivative as a function of the output, for gradients written out by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

__all__ = ["ACTIVATIONS", "Activation"]

_aten = torch.ops.aten
LEAK = 0.2


@dataclass(frozen=True)
class Activation:
    """``apply(x)`` gives y, and may overwrite x; ``pull(g, y)`` overwrites g with g * dy/dx."""

    apply: Callable[[Tensor], Tensor]
    pull: Callable[[Tensor, Tensor], Tensor]


ACTIVATIONS: dict[str, Activation] = {
    "relu": Activation(torch.relu_, lambda g, y: _aten.threshold_backward(g, y, 0, grad_input=g)),
    "leaky_relu": Activation(
        lambda x: functional.leaky_relu_(x, LEAK),
        lambda g, y: _aten.leaky_relu_backward(g, y, LEAK, True, grad_input=g),
    ),
    "tanh": Activation(torch.tanh_, lambda g, y: _aten.tanh_backward(g, y, grad_input=g)),
    "elu": Activation(
        functional.elu_, lambda g, y: _aten.elu_backward(g, 1.0, 1.0, 1.0, True, y, grad_input=g)
    ),
    "softplus": Activation(functional.softplus, lambda g, y: g.mul_(torch.expm1(-y).neg_())),
}

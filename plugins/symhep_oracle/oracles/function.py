"""A function of the user's as an oracle: torch where it can be differentiated, numpy otherwise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from symhep.errors import MethodError
from symhep_oracle.layout import Layout
from symhep_oracle.oracles.differences import DifferencedOracle
from symhep_oracle.oracles.interface import DOUBLE, Oracle

__all__ = ["TorchFunction", "function_oracle"]


class TorchFunction(Oracle):
    """A function made of torch operations: differentiated exactly.

    >>> phi = TorchFunction(Layout(1, 2), lambda x: x[:, 0] * x[:, 1], 1)
    >>> phi.gradient(torch.tensor([[2.0, 5.0]], dtype=torch.float64)).tolist()
    [[[5.0, 2.0]]]
    """

    def __init__(self, layout: Layout, function: Callable[[Tensor], Any], outputs: int) -> None:
        super().__init__(layout)
        self.function, self.outputs = function, outputs

    def __call__(self, x: Tensor) -> Tensor:
        values: Tensor = self.function(x.flatten(0, -2)).to(torch.float64)
        return values.reshape(*x.shape[:-1], self.outputs)


def function_oracle(layout: Layout, function: Callable[[Any], Any], name: str, sample: Tensor) -> Oracle:
    """The oracle of ``function``: (N, D) -> (N,) or (N, k).

    A torch tensor is tried first; if the function cannot take it, or what it returns does not know
    its derivative, a numpy array is.

    Raises
    ------
    MethodError
        If the function fails on both, or returns something of another shape, or NaN.

    >>> sample = torch.ones(3, 2, dtype=torch.float64)
    >>> phi = function_oracle(Layout(1, 2), lambda x: np.hypot(*np.asarray(x).T), "norm", sample)
    >>> phi.outputs, phi.precision < 1e-9
    (1, True)
    """
    points = sample[:200].detach().clone().requires_grad_(True)
    try:
        with torch.enable_grad():
            values = function(points)
        differentiable = isinstance(values, Tensor) and values.requires_grad
    except Exception:  # a numpy function may fail on a tensor in any way
        differentiable = False
    if differentiable:
        outputs = _outputs(values.detach().numpy(), points, name)
        oracle = TorchFunction(layout, function, outputs)
        if values.dtype != torch.float64:
            oracle.precision = float(torch.finfo(values.dtype).eps)
        return oracle
    try:
        array = np.asarray(function(sample[:200].numpy()))
    except Exception as error:  # strangers' code may raise anything
        raise MethodError(f"the oracle '{name}' fails: {type(error).__name__}: {error}") from error
    outputs = _outputs(array, sample[:200], name)

    def evaluate(x: Tensor) -> Tensor:
        values = np.asarray(function(x.detach().numpy()), dtype=np.float64)
        return torch.from_numpy(values.reshape(len(x), outputs))

    rounding = float(np.finfo(array.dtype).eps) if array.dtype.kind == "f" else DOUBLE
    return DifferencedOracle(layout, evaluate, rounding, sample)


def _outputs(values: Any, points: Tensor, name: str) -> int:
    """k, if the values are (N,) or (N, k) finite numbers."""
    n = len(points)
    if (
        values.ndim not in (1, 2)
        or values.shape[0] != n
        or values.size == 0
        or values.dtype.kind not in "fiu"
    ):
        raise MethodError(
            f"the oracle '{name}' must give one number or row of numbers per event: ({n},) or ({n}, k), "
            f"not {values.dtype} of shape {values.shape}"
        )
    if not np.isfinite(values).all():
        raise MethodError(
            f"the oracle '{name}' is not finite on all events; cut such events away in a selection"
        )
    return 1 if values.ndim == 1 else int(values.shape[1])

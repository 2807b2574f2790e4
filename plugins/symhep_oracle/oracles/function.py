"""A function of the user's as an oracle: torch where it can be differentiated, numpy otherwise."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from symhep.errors import MethodError, SymhepError
from symhep.plugin.isolation import isolated
from symhep_oracle.oracles.differences import DifferencedOracle
from symhep_oracle.oracles.interface import DOUBLE, Oracle
from symhep_oracle.oracles.layout import Layout

__all__ = ["TorchFunction", "function_oracle"]

#: Events on which a function is tried.
TRIED = 200
#: Relative steps: one that float32 cannot tell from none, and one that it can.
_SMALL, _LARGE = 1e-9, 1e-5
NO_SLOPE = (
    "its gradient is zero on all events. Steps have no gradient: make their edges smooth. Also "
    "check for detach()"
)


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
        If the function fails on both, with both errors and where they arose; if it returns something of another
        shape, or NaN; if it varies, but its gradient is zero at all events.

    >>> sample = torch.ones(3, 2, dtype=torch.float64)
    >>> phi = function_oracle(Layout(1, 2), lambda x: np.hypot(*np.asarray(x).T), "norm", sample)
    >>> phi.outputs, phi.precision < 1e-9
    (1, True)
    """
    points = sample[:TRIED].detach().clone().requires_grad_(True)
    try:
        with isolated(), torch.enable_grad():
            values = function(points)
    except SymhepError as error:  # a numpy function may fail on a tensor in any way
        return _with_numpy(layout, function, name, sample, _told(error.__cause__ or error, function))
    if not isinstance(values, Tensor):
        told = f"it returns {type(values).__name__}, which has no derivative"
        return _with_numpy(layout, function, name, sample, told)
    if not values.requires_grad:
        return _with_numpy(layout, function, name, sample, NO_SLOPE)
    outputs = _outputs(values.detach().numpy(), points, name)
    oracle = TorchFunction(layout, function, outputs)
    _check_events(oracle, points.detach(), name, sample)
    oracle.precision = max(_rounding(oracle, sample), float(torch.finfo(values.dtype).eps))
    return _sloped(oracle, name, sample)


def _with_numpy(
    layout: Layout, function: Callable[[Any], Any], name: str, sample: Tensor, torch_failure: str
) -> Oracle:
    """The oracle from differences; ``torch_failure`` tells what happened with a tensor."""
    array = sample[:TRIED].numpy().copy()
    try:
        with isolated():
            values = np.asarray(function(array))
    except SymhepError as error:
        given = f"of shape {array.shape}, {array.dtype}"
        failure = _told(error.__cause__ or error, function)
        also = "the same" if failure == torch_failure else failure
        raise MethodError(
            f"the oracle '{name}' fails on a torch tensor {given}: {torch_failure}; "
            f"and on a numpy array {given}: {also}"
        ) from error
    outputs = _outputs(values, sample[:TRIED], name)

    def evaluate(x: Tensor) -> Tensor:
        values = np.asarray(function(x.detach().numpy()), dtype=np.float64)
        return torch.from_numpy(values.reshape(len(x), outputs))

    _check_events(evaluate, torch.from_numpy(array), name, sample)
    rounding = float(np.finfo(values.dtype).eps) if values.dtype.kind == "f" else DOUBLE
    rounding = max(_rounding(evaluate, sample), rounding)
    return _sloped(DifferencedOracle(layout, evaluate, rounding, sample), name, sample)


def _check_events(evaluate: Callable[[Tensor], Tensor], given: Tensor, name: str, sample: Tensor) -> None:
    """Raise `MethodError` if the trial changed the points ``given``, or if an event's value depends on others."""
    if not torch.equal(given, sample[: len(given)]):
        raise MethodError(f"the oracle '{name}' changes its input array: use a copy")
    half = max(len(given) // 2, 1)
    with torch.no_grad():
        whole, part = evaluate(sample[: len(given)].clone())[:half], evaluate(sample[:half].clone())
    if not torch.allclose(whole, part, rtol=1e-4, atol=1e-6 * float(whole.abs().max())):
        raise MethodError(
            f"the oracle '{name}' gives a value for an event that depends on the other events: it must "
            f"treat each event separately, without means or norms over events"
        )


@torch.no_grad()
def _rounding(evaluate: Callable[[Tensor], Tensor], sample: Tensor) -> float:
    """Relative rounding of the function: that of float32 if it does not feel what only float64 can tell apart."""
    points = sample[:TRIED].clone()
    shift = torch.randn(points.shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    shift *= points.square().mean(dim=0).sqrt()  # of each number: they may be of very different size
    start = evaluate(points.clone())
    small, large = (evaluate(points + size * shift) - start for size in (_SMALL, _LARGE))
    expected = large * (_SMALL / _LARGE)
    missed, size = (small - expected).square().mean(), expected.square().mean()
    return float(np.finfo(np.float32).eps) if bool(missed > 1e-4 * size) else DOUBLE


def _sloped(oracle: Oracle, name: str, sample: Tensor) -> Oracle:
    """``oracle``, unless it varies from event to event without a slope at any."""
    some = sample[: 10 * TRIED]
    values = oracle(some).detach()
    if not (values != values[0]).any() or (oracle.gradient(some) != 0).any():
        return oracle
    raise MethodError(f"the oracle '{name}': {NO_SLOPE}")


def _told(error: BaseException, function: Callable[[Any], Any]) -> str:
    """'KeyError: 'foo' (my_oracles.py:12)', with the last line of the user's file that was running."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [""]
    # TorchScript tells the story first and the error last.
    message = lines[-1] if lines[0].startswith("The following operation failed") else lines[0]
    if not message.startswith(type(error).__name__):
        message = f"{type(error).__name__}: {message}"
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename != __file__]
    own = getattr(getattr(function, "__code__", None), "co_filename", None)
    frames = [f for f in frames if f.filename == own]
    return f"{message} ({frames[-1].filename}:{frames[-1].lineno})" if frames else message


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
            f"the oracle '{name}' is not finite for some events; remove them with a cut in a selection"
        )
    return 1 if values.ndim == 1 else int(values.shape[1])

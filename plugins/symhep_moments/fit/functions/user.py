"""Test functions of the user's, made of torch operations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from symhep.errors import MethodError
from symhep.plugin.isolation import isolated
from symhep_moments.fit.functions.interface import TestFunctions

__all__ = ["UserFunctions"]

#: Events on which a function is tried.
TRIED = 50


class UserFunctions(TestFunctions):
    """The k columns of ``function`` of vectors (n, P, d) in the units of the data, differentiated by torch.

    It should be bounded and smooth, and must treat every event by itself.

    Parameters
    ----------
    function
        (n, P, d) -> (n,) or (n, k).
    name
        As the card writes it.
    sample
        (n, P, d) scaled events to try it on.
    scale
        What the events were divided by.
    dimension
        d, where events have columns beyond their components, which the function is not given; None: all.

    Raises
    ------
    MethodError
        If it fails on a tensor; if it gives something of another shape, NaN, or what torch cannot differentiate;
        if an event's value depends on other events.

    >>> x = torch.tensor([[[0.5, 1.0]]], dtype=torch.float64)
    >>> square = UserFunctions(lambda x: x[:, 0] ** 2, "my:square", x, scale=2.0)
    >>> square.values(x).tolist(), square.along(x, torch.ones(1, 1, 1, 2)).tolist()
    ([[1.0, 4.0]], [[[4.0], [8.0]]])
    """

    def __init__(
        self, function: Callable[[Tensor], Any], name: str, sample: Tensor, scale: float,
        dimension: int | None = None,
    ) -> None:  # fmt: skip
        self._function, self._name, self._scale, self._dimension = function, name, scale, dimension
        count = self._tried(sample[:TRIED])
        self.labels = (name,) if count == 1 else tuple(f"{name} {k + 1}" for k in range(count))
        self.blocks = {"user": slice(0, count)}

    def values(self, x: Tensor) -> Tensor:
        with torch.no_grad():
            return self._evaluate(x)

    def along(self, x: Tensor, v: Tensor) -> Tensor:
        gradient = self._gradient(x)[0][..., : v.shape[-1]].flatten(2).to(v.dtype)
        return gradient @ v.flatten(2).transpose(1, 2)

    def _gradient(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(n, k, P, d), and the values (n, k): one pass backwards for each of the few functions."""
        with torch.enable_grad():
            points = x.detach().clone().requires_grad_(True)
            values = self._evaluate(points)
            if not values.requires_grad:
                raise MethodError(
                    f"the test function '{self._name}' has no derivative: use smooth torch operations, "
                    "without steps, numpy or detach()"
                )
            slopes = [
                torch.autograd.grad(column.sum(), points, retain_graph=True)[0]
                for column in values.unbind(dim=1)
            ]
        return torch.stack(slopes, dim=1), values.detach()

    def _evaluate(self, x: Tensor) -> Tensor:
        with isolated(
            f"the test function '{self._name}' raised an error for a tensor of shape {tuple(x.shape)}",
            MethodError,
        ):
            values = self._function(x[..., : self._dimension] * self._scale)
        if (
            not isinstance(values, Tensor)
            or values.ndim not in (1, 2)
            or len(values) != len(x)
            or values.numel() == 0
        ):
            given = f"a tensor {tuple(values.shape)}" if isinstance(values, Tensor) else type(values).__name__
            raise MethodError(
                f"the test function '{self._name}' must return a tensor of shape ({len(x)},) or ({len(x)}, "
                f"k), not {given}"
            )
        return values.reshape(len(x), -1).to(torch.float64)

    def _tried(self, sample: Tensor) -> int:
        """k, if the function can be used."""
        slopes, values = self._gradient(sample)
        if not (torch.isfinite(values).all() and torch.isfinite(slopes).all()):
            raise MethodError(
                f"the test function '{self._name}' or its gradient is not finite for some events"
            )
        half = max(len(sample) // 2, 1)
        alone = self.values(sample[:half])
        if not torch.allclose(values[:half], alone, rtol=1e-6, atol=1e-9 * float(values.abs().max())):
            raise MethodError(
                f"the value of the test function '{self._name}' for an event depends on other events; it "
                "must treat each event independently"
            )
        return values.shape[1]

"""A function that the card names as a term of the loss."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from symhep.errors import CardError
from symhep.lie.groups import Family
from symhep.plugin.isolation import isolated
from symhep_symmetrygan.terms.interface import LossTerm

__all__ = ["UserTerm"]


class UserTerm(LossTerm):
    """``function``(family, parameters (R, K), x (R, B, D), **settings) -> (R,), of torch operations.

    >>> term = UserTerm("mine:far", lambda family, parameters, x: (parameters**2).sum(1), {})
    >>> parameters = torch.tensor([[3.0, 4.0]], requires_grad=True)
    >>> term.value(None, parameters, torch.zeros(1, 1, 1)).tolist()
    [25.0]
    """

    def __init__(self, name: str, function: Callable[..., Any], settings: dict[str, Any]) -> None:
        self.name, self._function, self._settings = name, function, settings

    def value(self, family: Family, parameters: Tensor, x: Tensor) -> Tensor:
        """Raises `CardError` if the function fails, or gives no number per restart that the parameters change."""
        with isolated(f"the loss term '{self.name}' raised an error", CardError):
            given = self._function(family, parameters, x, **self._settings)
        if not isinstance(given, torch.Tensor) or given.shape != parameters.shape[:1]:
            shape = tuple(given.shape) if isinstance(given, torch.Tensor) else type(given).__name__
            raise CardError(
                f"the loss term '{self.name}' must return one number per restart, shape "
                f"({len(parameters)},), not {shape}"
            )
        if not given.requires_grad:
            raise CardError(
                f"the loss term '{self.name}' has no gradient: compute it from the parameters with torch "
                "operations"
            )
        return given

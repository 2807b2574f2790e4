"""What a term of the loss offers to the training."""

from __future__ import annotations

from abc import ABC, abstractmethod

from torch import Tensor

from symhep.lie.groups import Family

__all__ = ["LossTerm"]


class LossTerm(ABC):
    """A number per restart that the maps make small, besides keeping the density.

    A subclass gives `value`; what its constructor takes by name are the ``settings`` of the card.
    """

    #: Restarts that belong together: r, ..., r + coupled - 1 for r a multiple of it are trained side by side.
    coupled: int = 1

    @abstractmethod
    def value(self, family: Family, parameters: Tensor, x: Tensor) -> Tensor:
        """(R,), differentiable in the ``parameters`` (R, K) of the maps; ``x`` (R, B, D) is the batch at hand."""

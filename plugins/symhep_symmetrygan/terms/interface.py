"""What a term of the loss offers to the training."""

from __future__ import annotations

from abc import ABC, abstractmethod

from torch import Tensor

from symhep.lie.groups import Family

__all__ = ["LossTerm"]


class LossTerm(ABC):
    """A number per restart that the maps make small, besides keeping the density.

    A subclass gives `value`; what its constructor takes by name are the ``settings`` of the card.

    Attributes
    ----------
    coupled
        Restarts that belong together: r, ..., r + coupled - 1 for r a multiple of it are trained side by side.

    Examples
    --------
    >>> import torch
    >>> from symhep.lie.groups import PlaneRotations
    >>> class Repelled(LossTerm):
    ...     def __init__(self, width=1.0):
    ...         self.width = width
    ...
    ...     def value(self, family, parameters, x):
    ...         moved = family.transform(parameters, x) - x
    ...         return (-moved.square().sum(-1) / self.width**2).exp().mean(-1)
    >>> Repelled(width=2.0).value(PlaneRotations(2), torch.zeros(3, 1), torch.ones(3, 5, 2)).tolist()
    [1.0, 1.0, 1.0]
    """

    coupled: int = 1

    @abstractmethod
    def value(self, family: Family, parameters: Tensor, x: Tensor) -> Tensor:
        """The term, for every restart.

        Parameters
        ----------
        family
            The maps.
        parameters
            (R, K) of the restarts.
        x
            (R, B, D) batch at hand, scaled.

        Returns
        -------
        Tensor
            (R,), differentiable in the parameters.
        """

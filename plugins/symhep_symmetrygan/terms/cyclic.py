"""Maps that return every event after q applications."""

from __future__ import annotations

import torch
from torch import Tensor

from symhep.lie.groups import Family
from symhep_symmetrygan.terms.interface import LossTerm

__all__ = ["Cyclic"]


class Cyclic(LossTerm):
    """mean over events of |g^q(x) - x|^2: SymmetryGAN's eq. (18), which finds subgroups Z_q.

    For affine maps g^q is a power of the homogeneous matrix. Raises ``ValueError`` unless q > 0.

    >>> from symhep.lie.groups import AffineLine
    >>> Cyclic(order=2).value(AffineLine(), torch.tensor([[0.0, 2.0]]), torch.tensor([[[1.0], [0.0]]])).tolist()
    [4.5]
    """

    def __init__(self, order: int = 2) -> None:
        if not isinstance(order, int) or order < 1:
            raise ValueError(f"the order of a cyclic group must be a positive integer, not {order}")
        self.order = order

    def value(self, family: Family, parameters: Tensor, x: Tensor) -> Tensor:
        """(R,)."""
        image = x
        if family.affine:
            power = torch.linalg.matrix_power(family.homogeneous(parameters), self.order)
            image = x @ power[..., :-1, :-1].mT + power[..., None, :-1, -1]
        else:
            for _ in range(self.order):
                image = family.transform(parameters, image)
        return (image - x).square().sum(-1).mean(-1)

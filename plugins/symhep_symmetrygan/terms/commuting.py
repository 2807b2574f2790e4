"""Pairs of maps that commute."""

from __future__ import annotations

from torch import Tensor

from symhep.lie.groups import Family
from symhep_symmetrygan.terms.interface import LossTerm

__all__ = ["Commuting"]


class Commuting(LossTerm):
    """mean over events of |g_1(g_2(x)) - g_2(g_1(x))|^2 / 2: SymmetryGAN's eq. (41), half of it with either map.

    Restarts 2k and 2k + 1 are g_1 and g_2; each brings its own batch. Of affine maps the homogeneous matrices are
    multiplied, not the events.

    >>> import torch
    >>> from symhep.lie.groups import AffineLine
    >>> shift_and_double = torch.tensor([[1.0, 1.0], [0.0, 2.0]])
    >>> Commuting().value(AffineLine(), shift_and_double, torch.zeros(2, 5, 1)).tolist()  # 2 x + 1 and 2 (x + 1)
    [0.5, 0.5]
    """

    coupled = 2

    def value(self, family: Family, parameters: Tensor, x: Tensor) -> Tensor:
        """(R,), the same for both of a pair but for their batches."""
        if family.affine:
            maps = family.homogeneous(parameters)
            partners = _exchanged(maps)
            difference = maps @ partners - partners @ maps
            moved = x @ difference[..., :-1, :-1].mT + difference[..., None, :-1, -1]
            return moved.square().sum(-1).mean(-1) / 2
        other = _exchanged(parameters)
        one = family.transform(parameters, family.transform(other, x))
        two = family.transform(other, family.transform(parameters, x))
        return (one - two).square().sum(-1).mean(-1) / 2


def _exchanged(pairs: Tensor) -> Tensor:
    """Rows 1, 0, 3, 2, ..."""
    return pairs.reshape(-1, 2, *pairs.shape[1:]).flip(1).flatten(0, 1)

"""Random elements of subgroups: as often h as its inverse, and far enough to be seen."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi

import torch
from torch import Tensor

from symhep.lie.groups import exponential
from symhep.lie.groups.family import SPREAD

__all__ = ["Draws", "random_elements"]

#: No generator is followed farther than this standard deviation: a screw of small pitch turns a few times.
FARTHEST = 5.0
#: Normal numbers beyond are set to it, which keeps exponents in the domain of the exponential.
CLIP = 2.5


@dataclass(frozen=True, eq=False)
class Draws:
    """Uniform numbers in [-1, 1) and clipped standard normal ones, (..., m, k) each: what u_a is made of."""

    uniform: Tensor
    normal: Tensor

    @classmethod
    def of(cls, uniform: Tensor, normal: Tensor) -> Draws:
        """From numbers uniform in [0, 1) and standard normal ones."""
        return cls(2 * uniform - 1, normal.clamp(-CLIP, CLIP))

    def part(self, step: int, k: int) -> Draws:
        """Those of a step, of (R, steps, m, ..), for ``k`` generators: (R, m, k)."""
        return Draws(self.uniform[:, step, :, :k], self.normal[:, step, :, :k])


def random_elements(generators: Tensor, compact: Tensor, draws: Draws) -> Tensor:
    """h = exp(sum_a u_a X_a) for homogeneous ``generators`` X (..., k, 5, 5): (..., m, 5, 5).

    u_a is uniform angle where ``compact`` (..., k) says that exp(u X_a) is periodic with 2 pi; else normal with
    the width 1/2 in units of the generator's boosts and translations, (boost^2 + translation^2)^(1/2) of X_a in the
    frame of the events: so a conjugation that shrinks a generator, as a boost shrinks a null rotation, shrinks no
    element.
    u and -u are equally likely, and so are h and h^-1: with a density that is invariant under all h, (x, h x) has
    the law of (h x, x).

    >>> from symhep.lie.bases import lorentz
    >>> turn = torch.tensor(lorentz().homogeneous()["J_z"][None])
    >>> half = Draws(torch.ones(1, 1, dtype=torch.float64), torch.zeros(1, 1, dtype=torch.float64))
    >>> random_elements(turn, torch.tensor([True]), half)[0].diagonal().round().tolist()
    [1.0, -1.0, -1.0, 1.0, 1.0]
    """
    far = generators[..., 0, 1:4].square().sum(-1) + generators[..., :4, 4].square().sum(-1)
    width = SPREAD / far.clamp_min((SPREAD / FARTHEST) ** 2).sqrt()
    u = torch.where(compact[..., None, :], pi * draws.uniform, width[..., None, :] * draws.normal)
    return exponential(torch.einsum("...mk,...kij->...mij", u, generators))

"""Maps of the plane that keep areas and are not linear."""

from __future__ import annotations

import torch
from torch import Tensor

from symhep.lie.groups import Nonlinear, Streams

__all__ = ["Henon"]


class Henon(Nonlinear):
    """g(x, y) = (x, s y - a x^2): every area is kept, so the uniform inertial density is too (upfront restriction).

    With s = 1 and a = 1 it is the example of SymmetryGAN's section III; with s = -1 it reflects the plane in the
    parabola y = -a x^2 / 2. Start: a uniform in [-2, 2], either sign.

    >>> Henon().transform(torch.tensor([[1.0, -1.0]]), torch.tensor([[[3.0, 5.0]]])).tolist()
    [[[3.0, -14.0]]]
    """

    name = "Henon"
    labels = ("a", "s")
    vector = 2

    def transform(self, parameters: Tensor, x: Tensor) -> Tensor:
        """(R, N, 2)."""
        a, sign = parameters[..., :1], parameters[..., 1:].detach().sign()
        first, second = x.unbind(-1)
        image = sign * second - a * first**2
        return torch.stack([first.expand_as(image), image], -1)

    def initial(self, streams: Streams) -> Tensor:
        """(R, 2)."""
        drawn = streams.uniform(2)
        return torch.stack([4 * drawn[:, 0] - 2, torch.where(drawn[:, 1] < 0.5, -1.0, 1.0)], -1)

"""Several sets of test functions as one."""

from __future__ import annotations

import torch
from torch import Tensor

from symhep_moments.fit.functions.interface import TestFunctions

__all__ = ["AsBlock", "Joined"]


class Joined(TestFunctions):
    """The functions of ``parts``, one after the other; parts must not share the name of a block.

    >>> from symhep_moments.fit.functions.polynomials import Polynomials
    >>> from symhep_moments.fit.functions.fourier import Fourier
    >>> wave = Fourier(torch.ones(1, 1, 2, dtype=torch.float64), torch.zeros(1, dtype=torch.float64))
    >>> Joined(Polynomials(2, 1), wave).blocks
    {'low': slice(0, 2, None), 'fourier': slice(2, 3, None)}
    """

    def __init__(self, *parts: TestFunctions) -> None:
        self.parts = parts
        self.labels = tuple(label for part in parts for label in part.labels)
        self.blocks = {}
        first = 0
        for part in parts:
            for name, block in part.blocks.items():
                if name in self.blocks:
                    raise ValueError(f"two sets of test functions are called '{name}'; rename one")
                self.blocks[name] = slice(first + block.start, first + block.stop)
            first += part.count

    def values(self, x: Tensor) -> Tensor:
        return torch.cat([part.values(x).T for part in self.parts]).T

    def along(self, x: Tensor, v: Tensor) -> Tensor:
        return torch.cat([part.along(x, v).permute(2, 1, 0) for part in self.parts], dim=1).permute(2, 1, 0)

    def sum_along(self, x: Tensor, v: Tensor, w: Tensor) -> Tensor:
        return torch.cat([part.sum_along(x, v, w) for part in self.parts])


class AsBlock(TestFunctions):
    """The functions ``inner`` as one block of this name.

    >>> from symhep_moments.fit.functions.polynomials import Polynomials
    >>> AsBlock("few", Polynomials(2, 1)).blocks
    {'few': slice(0, 2, None)}
    """

    def __init__(self, name: str, inner: TestFunctions) -> None:
        self.inner, self.labels, self.blocks = inner, inner.labels, {name: slice(0, inner.count)}

    def values(self, x: Tensor) -> Tensor:
        return self.inner.values(x)

    def along(self, x: Tensor, v: Tensor) -> Tensor:
        return self.inner.along(x, v)

    def sum_along(self, x: Tensor, v: Tensor, w: Tensor) -> Tensor:
        return self.inner.sum_along(x, v, w)

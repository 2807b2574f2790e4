"""Test functions made from test functions: what lies around them, and what within."""

from __future__ import annotations

from abc import abstractmethod

from torch import Tensor

from symhep_moments.functions.interface import TestFunctions
from symhep_moments.functions.joined import Joined

__all__ = ["Constant", "Layer", "innermost", "with_constant"]


class Constant(TestFunctions):
    """The function 1, in a block of its own.

    >>> import torch
    >>> Constant().values(torch.zeros(2, 1, 3, dtype=torch.float64)).tolist()
    [[1.0], [1.0]]
    """

    labels = ("1",)
    blocks = {"constant": slice(0, 1)}

    def values(self, x: Tensor) -> Tensor:
        return x.new_ones(len(x), 1)

    def along(self, x: Tensor, v: Tensor) -> Tensor:
        return x.new_zeros(len(x), 1, v.shape[1])


class Layer(TestFunctions):
    """K functions, each made from one of the K functions ``inner``, under the same name."""

    def __init__(self, inner: TestFunctions) -> None:
        self.inner, self.labels, self.blocks = inner, inner.labels, inner.blocks

    @abstractmethod
    def around(self, inner: TestFunctions) -> Layer:
        """The same layer around other functions."""


def with_constant(functions: TestFunctions) -> TestFunctions:
    """``functions`` with the function 1 before them, inside of all layers."""
    if isinstance(functions, Layer):
        return functions.around(with_constant(functions.inner))
    return Joined(Constant(), functions)


def innermost(functions: TestFunctions) -> TestFunctions:
    """``functions`` without layers."""
    return innermost(functions.inner) if isinstance(functions, Layer) else functions

"""Test functions made from test functions: what lies around them, and what within."""

from __future__ import annotations

from abc import abstractmethod

from torch import Tensor

from symhep.lie.generators import Generators
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.fit.functions.union import Joined

__all__ = [
    "Constant",
    "Layer",
    "along_fields",
    "around",
    "innermost",
    "log_density",
    "weight",
    "with_constant",
]


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

    def along_fields(self, generators: Generators) -> Layer:
        """The same layer, to be asked for derivatives along the fields of these generators."""
        return self

    def weight(self, x: Tensor) -> Tensor:
        """What values are multiplied with: (n, P, d) -> (n,)."""
        return x.new_ones(len(x))

    def log_density(self, x: Tensor) -> Tensor:
        """Logarithm of the density that the invariance is relative to, up to a constant: (n, P, d) -> (n,)."""
        return x.new_zeros(len(x))


def with_constant(functions: TestFunctions) -> TestFunctions:
    """``functions`` with the function 1 before them, inside of all layers."""
    return around(functions, Joined(Constant(), innermost(functions)))


def around(functions: TestFunctions, inner: TestFunctions) -> TestFunctions:
    """The layers of ``functions`` around other functions."""
    return functions.around(around(functions.inner, inner)) if isinstance(functions, Layer) else inner


def along_fields(functions: TestFunctions, generators: Generators) -> TestFunctions:
    """``functions``, to be asked for derivatives along the fields of these generators."""
    if not isinstance(functions, Layer):
        return functions
    return functions.along_fields(generators).around(along_fields(functions.inner, generators))


def weight(functions: TestFunctions, x: Tensor) -> Tensor:
    """Product of the weights of all layers: (n, P, d) -> (n,)."""
    return (
        functions.weight(x) * weight(functions.inner, x)
        if isinstance(functions, Layer)
        else x.new_ones(len(x))
    )


def log_density(functions: TestFunctions, x: Tensor) -> Tensor:
    """Sum of the logarithms of all layers: (n, P, d) -> (n,)."""
    return (
        functions.log_density(x) + log_density(functions.inner, x)
        if isinstance(functions, Layer)
        else x.new_zeros(len(x))
    )


def innermost(functions: TestFunctions) -> TestFunctions:
    """``functions`` without layers."""
    return innermost(functions.inner) if isinstance(functions, Layer) else functions

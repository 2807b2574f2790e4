"""Networks of an ensemble, all members side by side, with their gradients written out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor

from symhep.torchkit.network import Perceptron
from symhep.torchkit.parameters import ReplicaParameters
from symhep.torchkit.streams import ReplicaStreams
from symhep_oracle.learned.options import LearnedOracleOptions
from symhep_oracle.oracles.layout import Layout

__all__ = ["ACTIVATION", "Network", "PlainNetwork", "PooledNetwork", "make_network"]

#: A smooth function needs a smooth activation: the generators come from its derivative.
ACTIVATION = "softplus"


class Network(Protocol):
    """R functions R^D -> R^k of the same shape. ``parameters`` holds what is trained."""

    parameters: ReplicaParameters

    def initialise(self, streams: ReplicaStreams) -> None:
        """Draw the starting parameters of every member."""
        ...

    def __call__(self, x: Tensor) -> Tensor:
        """(R, N, D) -> (R, N, k)."""
        ...

    def trace(self, x: Tensor) -> Sequence[Tensor]:
        """What `backward` needs; the last entry is the output (R, N, k)."""
        ...

    def backward(self, trace: Sequence[Tensor], slope: Tensor) -> None:
        """Write d loss / d parameters, given ``slope`` = d loss / d output (which is overwritten)."""
        ...


class PlainNetwork:
    """One perceptron on all D numbers of the event."""

    def __init__(self, sizes: Sequence[int], parameters: ReplicaParameters) -> None:
        self.parameters = parameters
        self._head = Perceptron(parameters, "head", sizes, ACTIVATION)

    def initialise(self, streams: ReplicaStreams) -> None:
        """Draw the starting parameters of every member."""
        self._head.initialise(streams)

    def __call__(self, x: Tensor) -> Tensor:
        return self._head(x)

    def trace(self, x: Tensor) -> list[Tensor]:
        """What enters each layer, then the output."""
        return self._head.trace(x)

    def backward(self, trace: Sequence[Tensor], slope: Tensor) -> None:
        """Write the gradient of every parameter."""
        self._head.backward(trace, slope, to_input=False)


class PooledNetwork:
    """f(s, s^2, spectators) with s = sum_p g(x_p, tags of p) over the vectors there are, the square entry by entry.

    It does not depend on the order of the vectors (Zaheer et al., arXiv:1703.06114) and knows of no metric.
    The squares make any quadratic form of a sum linear in what f sees.
    """

    def __init__(
        self, layout: Layout, inner: Sequence[int], outer: Sequence[int], parameters: ReplicaParameters
    ) -> None:
        self.parameters, self._layout = parameters, layout
        self._depth = len(inner)  # entries of the trace that belong to g
        self._vector = Perceptron(parameters, "vector", inner, ACTIVATION)
        self._head = Perceptron(parameters, "head", outer, ACTIVATION)

    def initialise(self, streams: ReplicaStreams) -> None:
        """Draw the starting parameters of every member."""
        self._vector.initialise(streams)
        self._head.initialise(streams)

    def __call__(self, x: Tensor) -> Tensor:
        return self.trace(x)[-1]

    def trace(self, x: Tensor) -> list[Tensor]:
        """What enters each layer of g and its output, then the same of f."""
        layout = self._layout
        acted = x[..., : layout.features] if layout.beside else x
        vectors = layout.split(acted)
        if layout.tags:
            end = layout.features + layout.vectors * layout.tags
            tags = x[..., layout.features : end].reshape(*x.shape[:-1], layout.vectors, layout.tags)
            vectors = torch.cat([vectors, tags], 3)
        inner = self._vector.trace(vectors.flatten(1, 2))
        each = inner[-1].view(len(x), -1, layout.vectors, inner[-1].shape[2])
        if layout.masked:
            each = each * self._mask(inner[0]).view(*each.shape[:3], 1)
        total = each.sum(dim=2)
        seen = [total, total.square()]
        if layout.spectators:
            seen.append(x[..., layout.total - layout.spectators :])
        return [*inner, *self._head.trace(torch.cat(seen, dim=2))]

    def _mask(self, inputs: Tensor) -> Tensor:
        """(R, N P) which vectors are there, from what enters g."""
        return self._layout.present(inputs[..., : self._layout.width])

    def backward(self, trace: Sequence[Tensor], slope: Tensor) -> None:
        """Write the gradient of every parameter."""
        inner, outer = trace[: self._depth], trace[self._depth :]
        width = inner[-1].shape[2]
        by_input = self._head.backward(outer, slope)
        of_total, of_square = by_input[..., :width], by_input[..., width : 2 * width]
        total = outer[0][..., :width]
        pooled = torch.addcmul(of_total, of_square, total, value=2.0)
        each = pooled.repeat_interleave(self._layout.vectors, dim=1)
        if self._layout.masked:
            each = each * self._mask(inner[0])[..., None]
        self._vector.backward(inner, each, to_input=False)


def make_network(
    options: LearnedOracleOptions,
    layout: Layout,
    outputs: int,
    replicas: int,
    device: str = "cpu",
    dtype: torch.dtype = torch.float32,
) -> PlainNetwork | PooledNetwork:
    """The networks that ``options`` describe, R of them, with parameters zero until drawn or loaded."""
    if options.network == "plain":
        sizes = (layout.total, *options.hidden, outputs)
        shapes = Perceptron.shapes("head", sizes)
        return PlainNetwork(sizes, ReplicaParameters(shapes, replicas, device, dtype=dtype))
    inner = (layout.width + layout.tags, *options.pooled)
    outer = (2 * options.pooled[-1] + layout.spectators, *options.hidden, outputs)
    shapes = Perceptron.shapes("vector", inner) | Perceptron.shapes("head", outer)
    return PooledNetwork(layout, inner, outer, ReplicaParameters(shapes, replicas, device, dtype=dtype))

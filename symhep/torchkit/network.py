"""Multilayer perceptrons, one per replica, evaluated and differentiated side by side."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import sqrt

import torch
from torch import Tensor

from symhep.torchkit.activations import ACTIVATIONS
from symhep.torchkit.parameters import ReplicaParameters
from symhep.torchkit.streams import ReplicaStreams

__all__ = ["Perceptron"]


class Perceptron:
    """R networks of the same shape: h -> act(h W + b) in every layer but the last, which is linear.

    One layer of all replicas is one ``baddbmm``. The backward pass is written
    out, because for networks this small the bookkeeping of automatic
    differentiation takes a good part of the step (see benchmarks/vae.py); under
    autograd the forward pass works as well.

    >>> sizes = (3, 8, 2)
    >>> p = ReplicaParameters(Perceptron.shapes("net", sizes), replicas=5)
    >>> Perceptron(p, "net", sizes, "tanh")(torch.zeros(5, 7, 3)).shape
    torch.Size([5, 7, 2])
    """

    def __init__(
        self, parameters: ReplicaParameters, name: str, sizes: Sequence[int], activation: str = "relu"
    ) -> None:
        self.activation = ACTIVATIONS[activation]
        blocks = [(f"{name}.{i}.weight", f"{name}.{i}.bias") for i in range(len(sizes) - 1)]
        self._weights = [parameters[w] for w, _ in blocks]
        self._biases = [parameters[b] for _, b in blocks]
        self._weight_slopes = [parameters.gradient(w) for w, _ in blocks]
        self._bias_slopes = [parameters.gradient(b) for _, b in blocks]

    @staticmethod
    def shapes(name: str, sizes: Sequence[int]) -> dict[str, tuple[int, ...]]:
        """What `ReplicaParameters` must hold for a network with these layer sizes."""
        shapes: dict[str, tuple[int, ...]] = {}
        for i, (fan_in, fan_out) in enumerate(pairwise(sizes)):
            shapes[f"{name}.{i}.weight"] = (fan_in, fan_out)
            shapes[f"{name}.{i}.bias"] = (1, fan_out)
        return shapes

    @torch.no_grad()
    def initialise(self, streams: ReplicaStreams) -> None:
        """Uniform in +-1/sqrt(fan in), weights and biases: the rule of ``torch.nn.Linear``."""
        for weight, bias in zip(self._weights, self._biases, strict=True):
            bound = 1 / sqrt(weight.shape[1])
            for tensor in (weight, bias):
                tensor.copy_((2 * streams.uniform(*tensor.shape[1:]) - 1) * bound)

    def trace(self, x: Tensor) -> list[Tensor]:
        """What enters each layer, then the output: (R, N, width) each."""
        steps = [x]
        last = len(self._weights) - 1
        for i, (weight, bias) in enumerate(zip(self._weights, self._biases, strict=True)):
            h = torch.baddbmm(bias, steps[-1], weight)
            steps.append(h if i == last else self.activation.apply(h))
        return steps

    def __call__(self, x: Tensor) -> Tensor:
        return self.trace(x)[-1]

    def backward(self, trace: Sequence[Tensor], slope: Tensor, *, to_input: bool = True) -> Tensor:
        """Write d loss / d parameters, given ``slope`` = d loss / d output.

        Returns d loss / d input (R, N, in), or with ``to_input=False`` the slope at
        the first layer's output. Gradients are overwritten, not added to.
        """
        for i in reversed(range(len(self._weights))):
            if i < len(self._weights) - 1:
                slope = self.activation.pull(slope, trace[i + 1])
            torch.bmm(trace[i].transpose(1, 2), slope, out=self._weight_slopes[i])
            torch.sum(slope, 1, keepdim=True, out=self._bias_slopes[i])
            if i or to_input:
                slope = torch.bmm(slope, self._weights[i].transpose(1, 2))
        return slope

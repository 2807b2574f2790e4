"""Replica-batched perceptrons against torch.nn and against automatic differentiation."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from symhep.torchkit.activations import ACTIVATIONS, LEAK
from symhep.torchkit.network import Perceptron
from symhep.torchkit.parameters import ReplicaParameters
from symhep.torchkit.streams import ReplicaStreams, replica_seeds

SIZES = (3, 8, 5, 2)
MODULES = {
    "relu": nn.ReLU(), "leaky_relu": nn.LeakyReLU(LEAK), "tanh": nn.Tanh(), "elu": nn.ELU(), "softplus": nn.Softplus()
}  # fmt: skip


def build(activation: str, *, autograd: bool = False) -> tuple[ReplicaParameters, Perceptron, torch.Tensor]:
    parameters = ReplicaParameters(Perceptron.shapes("net", SIZES), 4, autograd=autograd)
    network = Perceptron(parameters, "net", SIZES, activation)
    streams = ReplicaStreams(replica_seeds(np.random.SeedSequence(3), 4))
    network.initialise(streams)
    return parameters, network, streams.normal(6, 3)


def test_every_activation_is_tested() -> None:
    assert set(MODULES) == set(ACTIVATIONS)


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
def test_forward_is_a_stack_of_linear_layers(activation: str) -> None:
    parameters, network, x = build(activation)
    out = network(x)
    for r in range(4):
        h = x[r]
        for i in range(3):
            h = h @ parameters[f"net.{i}.weight"][r] + parameters[f"net.{i}.bias"][r]
            h = MODULES[activation](h) if i < 2 else h
        torch.testing.assert_close(out[r], h)


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
def test_written_out_gradient_is_that_of_autograd(activation: str) -> None:
    parameters, network, x = build(activation)
    slope = torch.randn(4, 6, 2, generator=torch.Generator().manual_seed(5))
    to_input = network.backward(network.trace(x), slope)
    theirs, other, _ = build(activation, autograd=True)
    x = x.requires_grad_()
    (other(x) * slope).sum().backward()
    torch.testing.assert_close(parameters.gradients, theirs.gradients)
    assert x.grad is not None
    torch.testing.assert_close(to_input, x.grad)


def test_initial_weights_follow_the_rule_of_torch() -> None:
    parameters, _, _ = build("relu")
    weight = parameters["net.1.weight"]
    assert weight.abs().max() <= 8**-0.5
    assert weight.std().item() == pytest.approx(8**-0.5 / 3**0.5, rel=0.15)

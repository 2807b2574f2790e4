"""Networks against automatic differentiation and against their own definition, written in the test."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn.functional import softplus

from symhep.torchkit.streams import ReplicaStreams, replica_seeds
from symhep_oracle.learned.networks import PooledNetwork, make_network
from symhep_oracle.learned.options import LearnedOracleOptions
from symhep_oracle.oracles.layout import Layout

LAYOUT = Layout(3, 4)


def build(network: str, replicas: int = 2) -> PooledNetwork:
    options = LearnedOracleOptions(kind="learned", network=network, hidden=(7, 5), pooled=(6, 4))
    made = make_network(options, LAYOUT, 2, replicas, dtype=torch.float64)
    made.initialise(ReplicaStreams(replica_seeds(np.random.SeedSequence(1), replicas)))
    return made


def points(replicas: int = 2) -> torch.Tensor:
    return torch.randn(replicas, 5, 12, dtype=torch.float64, generator=torch.Generator().manual_seed(2))


def test_pooled_network_is_a_function_of_sums_and_their_squares() -> None:
    network, x = build("pooled"), points()
    p = network.parameters
    for r in range(2):
        h = x[r].view(5, 3, 4)
        h = softplus(h @ p["vector.0.weight"][r] + p["vector.0.bias"][r])
        s = (h @ p["vector.1.weight"][r] + p["vector.1.bias"][r]).sum(dim=1)
        h = torch.cat([s, s**2], dim=1)
        for layer in range(3):
            h = h @ p[f"head.{layer}.weight"][r] + p[f"head.{layer}.bias"][r]
            h = softplus(h) if layer < 2 else h
        torch.testing.assert_close(network(x)[r], h)


@pytest.mark.parametrize("kind", ["plain", "pooled"])
def test_the_written_out_gradient_is_that_of_autograd(kind: str) -> None:
    network, x = build(kind), points()
    slope = torch.randn(2, 5, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(3))
    flat = network.parameters.values.clone()

    def objective(values: torch.Tensor) -> torch.Tensor:
        other, start = build(kind), 0
        for name in other.parameters.names():
            size = other.parameters[name].numel()
            other.parameters._values[name] = values[start : start + size].view_as(other.parameters[name])
            start += size
        for part, stem in ((getattr(other, "_vector", None), "vector"), (other._head, "head")):
            if part is not None:
                layers = range(len(part._weights))
                part._weights = [other.parameters[f"{stem}.{i}.weight"] for i in layers]
                part._biases = [other.parameters[f"{stem}.{i}.bias"] for i in layers]
        return (other(x) * slope).sum()

    expected = torch.autograd.functional.jacobian(objective, flat)
    network.backward(network.trace(x), slope.clone())
    torch.testing.assert_close(network.parameters.gradients, expected)


def test_the_order_of_the_vectors_does_not_matter_to_a_pooled_network() -> None:
    x = points()
    shuffled = x.view(2, 5, 3, 4)[:, :, [2, 0, 1]].reshape(2, 5, 12)
    torch.testing.assert_close(build("pooled")(x), build("pooled")(shuffled))
    assert (build("plain")(x) - build("plain")(shuffled)).abs().max() > 1e-3

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


MASKED = Layout(3, 4, masked=True, tags=1, spectators=2)


def sets(places: int = 3, replicas: int = 2) -> torch.Tensor:
    """Points of two vectors and an empty place, or more of these, with a tag of each and two spectators."""
    x, tags = points(replicas).view(replicas, 5, 3, 4).clone(), points(replicas)[..., :3].clone()
    x[:, :, 2], tags[:, :, 2] = 0.0, 0.0
    x, tags = (
        torch.nn.functional.pad(x, (0, 0, 0, places - 3)),
        torch.nn.functional.pad(tags, (0, places - 3)),
    )
    return torch.cat([x.flatten(2), tags, points(replicas)[..., 3:5]], 2)


def masked(layout: Layout = MASKED) -> PooledNetwork:
    options = LearnedOracleOptions(kind="learned", network="pooled", hidden=(7, 5), pooled=(6, 4))
    made = make_network(options, layout, 2, 2, dtype=torch.float64)
    made.initialise(ReplicaStreams(replica_seeds(np.random.SeedSequence(1), 2)))
    return made


def test_empty_places_add_nothing() -> None:
    """By hand: the sum is over two vectors, each with its tag, and the spectators stand beside it."""
    network, x = masked(), sets()
    p = network.parameters
    for r in range(2):
        h = torch.cat([x[r, :, :8].view(5, 2, 4), x[r, :, 12:14, None]], 2)
        h = softplus(h @ p["vector.0.weight"][r] + p["vector.0.bias"][r])
        s = (h @ p["vector.1.weight"][r] + p["vector.1.bias"][r]).sum(dim=1)
        h = torch.cat([s, s**2, x[r, :, 15:]], dim=1)
        for layer in range(3):
            h = h @ p[f"head.{layer}.weight"][r] + p[f"head.{layer}.bias"][r]
            h = softplus(h) if layer < 2 else h
        torch.testing.assert_close(network(x)[r], h)


def test_more_empty_places_change_nothing() -> None:
    wide = masked(Layout(6, 4, masked=True, tags=1, spectators=2))
    torch.testing.assert_close(masked()(sets()), wide(sets(6)))


def test_the_written_out_gradient_of_sets_is_that_of_autograd() -> None:
    network, x = masked(), sets()
    slope = torch.randn(2, 5, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(3))
    network.backward(network.trace(x), slope.clone())
    found, h = network.parameters.gradients.clone(), 1e-6
    for k in range(0, len(found), 17):
        ends = []
        for step in (h, -2 * h):
            network.parameters.values[k] += step
            ends.append(float((network(x) * slope).sum()))
        network.parameters.values[k] += h
        assert float(found[k]) == pytest.approx((ends[0] - ends[1]) / (2 * h), rel=1e-5, abs=1e-7)

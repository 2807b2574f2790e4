"""Strengths against densities whose breaking is known by construction."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from symhep.lie.generators import Generators
from symhep.lie.sums import algebra_sum
from symhep.readers.toy.acceptance import Accepted
from symhep.readers.toy.decays import TwoBody
from symhep.readers.toy.dijets import Dijets
from symhep_moments.fit.breaking import Breaking, breakings
from symhep_moments.fit.functions.choice import build_functions
from symhep_moments.fit.functions.edges import Edge
from symhep_moments.fit.functions.member_edges import edged
from symhep_moments.fit.functions.options import FunctionOptions
from symhep_moments.sample import Events

MOMENTUM = ("E", "px", "py", "pz")


def _events(
    x: np.ndarray, labels: list[str], algebra: str = "poincare", weights: np.ndarray | None = None
) -> Events:
    generators: Generators = algebra_sum(algebra, x.shape[2]).homogeneous().subset(labels)
    scale = float(np.sqrt((x**2).mean()))
    w = np.ones(len(x)) if weights is None else weights
    return Events(torch.from_numpy(x / scale), torch.from_numpy(w), scale, MOMENTUM, "GeV", True, generators)


def _strengths(events: Events, seed: int = 0) -> list[Breaking]:
    return breakings(events, build_functions(events, FunctionOptions(), np.random.default_rng(seed)))


@pytest.mark.parametrize("order", [1, 2])
def test_coverage_of_the_modulation(order: int) -> None:
    """Of 1 + eps cos(m phi), eps = 0.15, 30 toys with signed weights: 95 % give at least 25 (all but 1 in 300)."""
    eps, inside = 0.15, 0
    for toy in range(30):
        rng = np.random.default_rng([5, toy, order])
        x = Accepted(Dijets(), modulation=eps, order=order).draw(rng, 1500)
        found = _strengths(_events(x, ["J_z"], weights=np.where(rng.random(1500) < 0.05, -1.0, 1.0)), toy)[0]
        inside += found.interval.low <= eps <= found.interval.high
    assert inside >= 25


def test_a_strong_modulation_is_not_biased() -> None:
    x = Accepted(Dijets(), modulation=0.4).draw(np.random.default_rng(1), 20_000)
    found = _strengths(_events(x, ["J_z"]))[0]
    assert (found.kind, found.unit, found.events) == ("modulation", "", 20_000)
    assert found.interval.low < 0.4 < found.interval.high
    assert found.interval.high - found.interval.low < 0.05
    assert found.to_number().value == found.interval.value


def test_what_is_not_broken_stays_below_what_is_visible() -> None:
    x = TwoBody(width=0.03).draw(np.random.default_rng(2), 4000)
    for found in _strengths(_events(x, ["J_x", "J_y", "J_z"])):
        assert found.interval.low == 0.0
        assert found.interval.high < found.smallest_visible


def test_rates_of_a_gaussian_are_the_roots_of_its_fisher_information() -> None:
    """Translations of N(0, sigma^2) in GeV: 1 / sigma per GeV; the functions see all but a few per cent of it."""
    sigma = 50 * np.array([1.0, 1.0, 2.0, 0.5])
    x = np.random.default_rng(3).normal(size=(10_000, 1, 4)) * sigma
    found = _strengths(_events(x, ["P_t", "P_x", "P_y", "P_z"]))
    for one, width in zip(found, sigma, strict=True):
        assert (one.kind, one.unit) == ("rate", "per GeV")
        assert one.interval.value == pytest.approx(1 / width, rel=0.05)
        assert one.interval.low < one.interval.value < one.interval.high


def test_the_rate_per_unit_of_rapidity_does_not_depend_on_the_length_of_the_generator() -> None:
    events = _events(Dijets().draw(np.random.default_rng(4), 3000), ["K_z"])
    longer = Generators("3 K_z", 3 * events.generators.matrices, ("3 K_z",), affine=True)
    stretched = Events(events.x, events.weights, events.scale, MOMENTUM, "GeV", True, longer)
    one, other = _strengths(events)[0], _strengths(stretched)[0]
    assert one.unit == other.unit == "per unit of rapidity"
    assert other.interval.value == pytest.approx(one.interval.value, rel=1e-6)


def test_inside_edges_a_cut_does_not_count_as_breaking() -> None:
    """Isotropic decays with |eta| < 1: rotations about x look broken, but not inside of the declared edge."""
    x = TwoBody(width=0.03).draw(np.random.default_rng(6), 12_000)
    eta = np.arcsinh(x[:, 0, 3] / np.hypot(x[:, 0, 1], x[:, 0, 2]))
    events = _events(x[np.abs(eta) < 1], ["J_x"])
    functions = build_functions(events, FunctionOptions(), np.random.default_rng(0))
    edge = [Edge(variable="abs_eta", below=1.0, width=0.5)]
    inside = edged(functions, edge, events.scale, MOMENTUM, 2)
    assert breakings(events, functions)[0].interval.low > 0.3
    assert breakings(events, inside)[0].interval.low < 0.02

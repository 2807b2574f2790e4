"""Limits and intervals against densities whose breaking is known by construction."""

from __future__ import annotations

from dataclasses import replace
from math import inf, pi

import numpy as np
import numpy.typing as npt
import pytest
import torch

from symhep.lie.generators import Generators
from symhep.lie.sums import algebra_sum
from symhep.readers.toy.acceptance import Accepted
from symhep.readers.toy.decays import TwoBody
from symhep.readers.toy.dijets import Dijets
from symhep_moments.fit.bounds.limits import Bound, Bounds, bounds_of
from symhep_moments.fit.bounds.options import BoundOptions
from symhep_moments.fit.functions.choice import build_functions
from symhep_moments.fit.functions.edges import Edge
from symhep_moments.fit.functions.member_edges import edged
from symhep_moments.fit.functions.options import FunctionOptions
from symhep_moments.sample import Events

MOMENTUM = ("E", "px", "py", "pz")
FloatArray = npt.NDArray[np.float64]


def _events(
    x: FloatArray,
    algebra: str = "poincare",
    labels: list[str] | None = None,
    weights: FloatArray | None = None,
) -> Events:
    generators: Generators = algebra_sum(algebra, x.shape[2]).homogeneous()
    generators = generators if labels is None else generators.subset(labels)
    scale, d = float(np.sqrt((x**2).mean())), x.shape[2]
    w = np.ones(len(x)) if weights is None else weights
    names = MOMENTUM if d == 4 else tuple(f"x{i + 1}" for i in range(d))
    return Events(torch.from_numpy(x / scale), torch.from_numpy(w), scale, names, "GeV", d == 4, generators)


def _bounds(events: Events, orders: int = 6) -> Bounds:
    functions = build_functions(events, FunctionOptions(), np.random.default_rng(0))
    return bounds_of(events, functions, BoundOptions(orders=orders))


def _candidate(bounds: Bounds, label: str) -> Bound:
    found = bounds.candidate(label)
    assert found is not None
    return found


def test_the_size_is_that_of_the_modulation() -> None:
    """1 + 0.4 cos 2 phi has v_2 = 0.2 of the first vector, and of the one opposite to it."""
    x = Accepted(Dijets(), modulation=0.4).draw(np.random.default_rng(1), 20_000)
    found = _candidate(_bounds(_events(x)), "J_z")
    assert (found.kind, found.unit) == ("v_m", "")
    assert found.function in ("v_2 of vector 1 about z", "v_2 of vector 2 about z")
    assert found.low < 0.2 < found.high
    assert found.value == pytest.approx(0.2, abs=0.01)
    assert found.high - found.low < 0.06


def test_a_narrow_peak_is_broken_by_less_than_one() -> None:
    rng = np.random.default_rng(2)
    phi, pt = 0.01 * rng.normal(size=2000), rng.exponential(size=2000) + 1
    x = np.stack([pt * 2, pt * np.cos(phi), pt * np.sin(phi), pt], axis=1)[:, None]
    found = _candidate(_bounds(_events(x, "rotations")), "J_z")
    assert 0.99 < found.value < found.high <= 1.0


def test_the_expected_limit_of_a_harmonic_is_that_of_the_rayleigh_law() -> None:
    """A uniform angle: C = 1 / (2 n), T^2 = - 2 ln(tail) for many events, median of |m| sqrt(2 ln 2) sigma."""
    n = 20_000
    phi = np.random.default_rng(3).uniform(-pi, pi, n)
    events = _events(np.stack([np.cos(phi), np.sin(phi)], axis=1)[:, None], "so(2)")
    bounds = _bounds(events)
    assert bounds.region.count == 6
    tail = 1 - 0.95 ** (1 / 6)
    expected = (np.sqrt(-2 * np.log(tail)) + np.sqrt(2 * np.log(2))) / np.sqrt(2 * n)
    for name in bounds.region.quantities:
        assert bounds.region[name].expected_95 == pytest.approx(expected, rel=0.01)
    # six independent harmonics: the median of the largest |m| is where (1 - exp(-t^2 / 2))^6 = 1 / 2
    largest = np.sqrt(-2 * np.log(1 - 0.5 ** (1 / 6)))
    whole = (np.sqrt(-2 * np.log(tail)) + largest) / np.sqrt(2 * n)
    assert _candidate(bounds, bounds.labels[0]).expected == pytest.approx(whole, rel=0.02)


def test_limits_grow_with_the_group() -> None:
    """Of a generator, the plane's others, all rotations; of axes and the sphere."""
    x = TwoBody(width=0.03).draw(np.random.default_rng(4), 3000)
    bounds = _bounds(_events(x))
    rows = np.eye(10)
    everything = bounds.span(rows[:3])
    assert isinstance(everything, Bound)
    for row in rows[:3]:
        one = bounds.span(row[None])
        assert isinstance(one, Bound)
        assert one.high <= everything.high
        assert one.low <= everything.low
    sphere = bounds.sphere()
    for axis in (np.array([1.0, 0, 0]), np.array([0.6, 0, 0.8]), np.array([1.0, 2, 3])):
        assert bounds.about(axis).high <= sphere.high
    one_axis, all_axes = bounds.of_class(1, np.array([0.6, 0.0, 0.8])), bounds.of_class(3, None)
    assert one_axis is not None
    assert all_axes is not None
    assert one_axis.high <= bounds.about(np.array([0.6, 0.0, 0.8])).high
    assert one_axis.high <= all_axes.high


def test_a_tilted_axis_has_the_limit_of_directions() -> None:
    """A density about an axis that is turned by half a radian: what is about it is small, what is about z is not."""
    rng, angle = np.random.default_rng(5), 0.5
    n = rng.normal(size=(4000, 3)) * [0.3, 0.3, 1.0]
    turned = n @ np.array([[np.cos(angle), 0, -np.sin(angle)], [0, 1, 0], [np.sin(angle), 0, np.cos(angle)]])
    x = np.concatenate([np.linalg.norm(turned, axis=1)[:, None], turned], axis=1)[:, None]
    bounds = _bounds(_events(x))
    axis = np.array([np.sin(angle), 0, np.cos(angle)])
    found = bounds.span(np.concatenate([axis, np.zeros(7)])[None])
    assert isinstance(found, Bound)
    assert "of the direction of" in found.function
    assert found.low == 0
    assert bounds.about(np.array([0.0, 0, 1])).low > 0.1


def test_boosts_have_no_limit() -> None:
    x = Dijets().draw(np.random.default_rng(6), 2000)
    bounds = _bounds(_events(x))
    assert "no predefined observable" in str(bounds.span(np.eye(10)[[2, 5]]))
    boost = _candidate(bounds, "K_z")
    assert (boost.kind, boost.expected, boost.unit) == ("rate", None, "per unit of rapidity")
    assert boost.limits(0.05) == {
        "upper_95": None, "expected_95": None, "below_delta": None, "function": boost.function,
    }  # fmt: skip
    assert "rate" in str(bounds.why_none("K_z"))


def test_rates_of_a_gaussian_are_the_roots_of_its_fisher_information() -> None:
    """Translations of N(0, sigma^2) in GeV: 1 / sigma per GeV; the functions see all but a few per cent of it."""
    sigma = 50 * np.array([1.0, 1.0, 2.0, 0.5])
    x = np.random.default_rng(3).normal(size=(10_000, 1, 4)) * sigma
    bounds = _bounds(_events(x))
    for label, width in zip(("P_t", "P_x", "P_y", "P_z"), sigma, strict=True):
        one = _candidate(bounds, label)
        assert (one.kind, one.unit) == ("rate", "per GeV")
        assert one.value == pytest.approx(1 / width, rel=0.05)
        assert one.low < one.value < one.high


def test_the_rate_per_unit_of_rapidity_does_not_depend_on_the_length_of_the_generator() -> None:
    events = _events(Dijets().draw(np.random.default_rng(4), 3000), labels=["K_z"])
    longer = Generators("3 K_z", 3 * events.generators.matrices, ("3 K_z",), affine=True)
    one = _candidate(_bounds(events), "K_z")
    other = _candidate(_bounds(replace(events, generators=longer)), "3 K_z")
    assert one.unit == other.unit == "per unit of rapidity"
    assert (other.low, other.high) == pytest.approx((one.low, one.high), rel=1e-6)


def test_events_doubled_with_the_same_unit_give_the_same_region() -> None:
    x = Dijets().draw(np.random.default_rng(7), 1000)
    events = _events(x)
    again = np.tile(np.arange(1000), 2)
    twice = replace(_events(np.concatenate([x, x])), source=again, scale=events.scale)
    one, two = _bounds(events), _bounds(twice)
    for name in one.region.quantities:
        assert two.region.ends(name) == pytest.approx(one.region.ends(name), rel=1e-6, abs=1e-12)
    independent = _bounds(replace(twice, source=None))
    assert _candidate(independent, "J_z").high < _candidate(two, "J_z").high


def test_the_region_does_not_depend_on_the_seed_of_the_tests() -> None:
    events = _events(Dijets().draw(np.random.default_rng(8), 1000))
    regions = [
        bounds_of(
            events, build_functions(events, FunctionOptions(), np.random.default_rng(seed)), BoundOptions()
        )
        for seed in (1, 2)
    ]
    assert _candidate(regions[0], "K_x") == _candidate(regions[1], "K_x")
    assert _candidate(regions[0], "J_z") == _candidate(regions[1], "J_z")


def test_a_rotation_among_linear_maps_has_harmonics() -> None:
    """sl(2) is made of matrix units, whose flows do not come back: E_12 - E_21 is the rotation."""
    x = np.random.default_rng(9).normal(size=(4000, 1, 2))
    bounds = _bounds(_events(x, "sl(2)+T"))
    label = {name: i for i, name in enumerate(bounds.labels)}
    row = np.zeros(len(label))
    row[label["E_12"]], row[label["E_21"]] = 1.0, -1.0
    found = bounds.span(row[None])
    assert isinstance(found, Bound)
    assert found.function.endswith("along J_12")
    assert found.low == 0
    row[label["E_21"]] = 1.0
    assert "no predefined observable" in str(bounds.span(row[None]))


def test_inside_edges_a_cut_does_not_count_as_breaking() -> None:
    """Isotropic decays with |eta| < 1: the edge turns with rotations about x, which have a rate; about z it stays."""
    x = TwoBody(width=0.03).draw(np.random.default_rng(6), 12_000)
    eta = np.arcsinh(x[:, 0, 3] / np.hypot(x[:, 0, 1], x[:, 0, 2]))
    events = _events(x[np.abs(eta) < 1], "rotations")
    functions = build_functions(events, FunctionOptions(), np.random.default_rng(0))
    inside = edged(functions, [Edge(variable="abs_eta", below=1.0, width=0.5)], events.scale, MOMENTUM, 2)
    assert _candidate(bounds_of(events, functions, BoundOptions()), "J_x").low > 0.15
    bounds = bounds_of(events, inside, BoundOptions())
    across = _candidate(bounds, "J_x")
    assert (across.kind, across.unit, across.low) == ("rate", "per radian", 0.0)
    assert "edges" in str(bounds.why_none("J_x"))
    assert _candidate(bounds, "J_z").kind == "v_m"
    assert bounds.of_class(3, None) is None


def test_too_few_events_bound_nothing() -> None:
    x = np.random.default_rng(10).normal(size=(40, 1, 2))
    weights = np.r_[np.ones(2), np.full(38, 1e-6)]
    found = _candidate(_bounds(_events(x, "so(2)", weights=weights)), "J_12")
    assert (found.low, found.high) == (0.0, inf)
    assert found.limits(0.5) == {
        "upper_95": None, "expected_95": None, "below_delta": None, "function": found.function,
    }  # fmt: skip


@pytest.mark.parametrize("order", [1, 2])
def test_coverage_with_signed_weights(order: int) -> None:
    """Of v_m = 0.075, 30 toys: 95 % give at least 25 (all but 1 in 300)."""
    inside = 0
    for toy in range(30):
        rng = np.random.default_rng([5, toy, order])
        x = Accepted(Dijets(), modulation=0.15, order=order).draw(rng, 1500)
        weights = np.where(rng.random(1500) < 0.05, -1.0, 1.0)
        found = _candidate(_bounds(_events(x, labels=["J_z"], weights=weights)), "J_z")
        inside += found.low <= 0.075 <= found.high
    assert inside >= 25

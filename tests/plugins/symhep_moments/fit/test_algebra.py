"""Names and nearest closed algebras of fitted spans, on events whose algebra is known."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.stats import binom

from symhep.lie.bases import poincare
from symhep.lie.structure import structure_constants
from symhep_moments.fit.algebra import AlgebraTest, algebra_test
from symhep_moments.fit.functions.choice import build_functions
from symhep_moments.fit.functions.options import FunctionOptions
from symhep_moments.fit.moments import Moments
from symhep_moments.fit.rank import rank_test
from symhep_moments.fit.region import region
from symhep_moments.fit.sums import moments_of
from symhep_moments.sample import Events

WIDTHS = {3: (1.5, 1.0, 1.0, 1.0), 1: (1.5, 1.0, 1.0, 2.0)}


def gaussian_moments(seed: int, r: int, events: int = 3000) -> Moments:
    """Normal four-vectors: of equal widths of three components, so(3), or of two, so(2)."""
    rng = np.random.default_rng(seed)
    x = torch.from_numpy(rng.normal(size=(events, 1, 4)) * WIDTHS[r])
    w = torch.ones(events, dtype=torch.float64)
    made = Events(x, w, 1.0, ("E", "px", "py", "pz"), "GeV", True, poincare())
    return moments_of(x, w, build_functions(made, FunctionOptions(), rng), poincare())


def algebra_of(seed: int, r: int) -> AlgebraTest:
    moments = gaussian_moments(seed, r)
    test = rank_test(moments, r)
    return algebra_test(moments, test, region(test), poincare())


@pytest.mark.parametrize(("r", "name"), [(1, "so(2)"), (3, "so(3)")])
def test_rotations_are_recognised(r: int, name: str) -> None:
    found = [algebra_of(seed, r) for seed in range(5)]
    assert [one.identification.name for one in found] == [name] * 5
    assert all(one.identification.stability > 0.6 for one in found)
    assert min(one.log_p for one in found if one.log_p is not None) > np.log(1e-3)
    assert all(one.conditions == (15 if r == 3 else 0) for one in found)
    for one in found:
        assert one.theta is not None
        closed = structure_constants(poincare().combination(one.theta.T))
        assert closed.residual < 1e-8


LORENTZ = poincare().subset(["J_x", "J_y", "J_z", "K_x", "K_y", "K_z"])


def lorentz_moments(rng: np.random.Generator, symmetric: list[str], sizes: list[float]) -> Moments:
    """20 moments with independent noise of one, of which ``symmetric`` have no mean, and the others these sizes."""
    broken = [label not in symmetric for label in LORENTZ.labels]
    mean = rng.normal(size=(20, 6))
    mean[:, broken] += rng.normal(size=(20, len(sizes))) * sizes
    mean[:, [not b for b in broken]] = rng.normal(size=(20, len(symmetric)))
    covariance = np.eye(120).reshape(20, 6, 20, 6)
    return Moments(mean, covariance, 1e5, LORENTZ, tuple(f"f{k}" for k in range(20)), {})


def found_algebra(moments: Moments, r: int) -> AlgebraTest:
    test = rank_test(moments, r)
    return algebra_test(moments, test, region(test), LORENTZ)


def test_a_span_that_is_no_algebra_is_rejected() -> None:
    """J_x and J_y without J_z do not close; the nearest algebra is far from what such moments allow."""
    found = found_algebra(lorentz_moments(np.random.default_rng(1), ["J_x", "J_y"], [30, 30, 30, 30]), 2)
    assert found.closure_log_p is not None
    assert found.closure_log_p < np.log(1e-20)
    assert found.identification.name == "not closed"


@pytest.mark.parametrize("toys", [8, pytest.param(100, marks=pytest.mark.slow)])
def test_closure_holds_where_broken_generators_are_hardly_seen(toys: int) -> None:
    """J_z and K_z, which commute; J_x and J_y broken by half of the noise, so that the span is known badly.

    The few toys where no algebra is found near tell nothing.
    """
    rng = np.random.default_rng(2)
    found = [found_algebra(lorentz_moments(rng, ["J_z", "K_z"], [0.7, 0.7, 10, 10]), 2) for _ in range(toys)]
    told = [one.closure_log_p for one in found if one.closure_log_p is not None]
    assert len(told) > toys // 2
    assert sum(log_p < np.log(0.05) for log_p in told) <= binom(toys, 0.05).ppf(1 - 1e-6)
    assert all(one.theta is not None for one in found if one.closure_log_p is not None)
    assert not any(one.identification.name == "not closed" for one in found if one.theta is not None)


def test_errors_too_large_for_a_name() -> None:
    """Directions whose errors are larger than themselves, where nothing is seen to be broken, are not refused."""
    found = [
        found_algebra(lorentz_moments(np.random.default_rng(seed), ["J_z"], [0.02] * 5), 1).identification
        for seed in range(4)
    ]
    assert {one.name for one in found} == {"ambiguous"}
    refused = [one for one in found if "linearly dependent within their errors" in one.how]
    assert refused
    assert all(one.stability == 0.0 for one in refused)

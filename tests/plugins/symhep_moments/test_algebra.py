"""Names and nearest closed algebras of fitted spans, on events whose algebra is known."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from symhep.lie.bases import poincare
from symhep.lie.structure import structure_constants
from symhep_moments.accumulate import moments_of
from symhep_moments.algebra import AlgebraTest, algebra_test
from symhep_moments.events import Events
from symhep_moments.functions.building import build_functions
from symhep_moments.functions.options import FunctionOptions
from symhep_moments.moments import Moments
from symhep_moments.rank import rank_test
from symhep_moments.region import region

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
    assert all(one.identification.confidence > 0.6 for one in found)
    assert min(one.log_p for one in found if one.log_p is not None) > np.log(1e-3)
    assert all(one.conditions == (15 if r == 3 else 0) for one in found)
    for one in found:
        assert one.theta is not None
        closed = structure_constants(poincare().combination(one.theta.T))
        assert closed.residual < 1e-8


def test_a_span_that_is_no_algebra_is_rejected() -> None:
    """Two rotations do not close: with errors too small for anything else, the nearest algebra is far."""
    moments = gaussian_moments(9, 3)
    sure = rank_test(moments, 3)
    two = np.eye(10)[:, [poincare().labels.index("J_x"), poincare().labels.index("J_y")]]
    normal = np.delete(np.eye(10), two.argmax(axis=0), axis=1)
    test = type(sure)(2, 0.0, {}, two, normal, 1e-4**2 * np.eye(16))
    found = algebra_test(moments, test, region(test), poincare())
    assert found.closure_log_p < np.log(1e-20)
    assert found.identification.name == "not closed"


def test_errors_too_large_for_a_name() -> None:
    """A direction whose errors are larger than itself, as of few events, is reported, not refused."""
    moments = gaussian_moments(9, 1)
    sure = rank_test(moments, 1)
    test = type(sure)(1, 0.0, {}, sure.theta, sure.normal, 100 * np.eye(9) * (sure.theta**2).sum())
    found = algebra_test(moments, test, region(test), poincare())
    assert found.identification.name == "ambiguous"
    assert found.identification.confidence == 0.0
    assert "linearly dependent within their errors" in found.identification.how

"""Means over weighted events and units."""

from __future__ import annotations

import numpy as np
import pytest

from symhep.hypotheses.bounds.sample_mean import degrees_of_freedom, sample_mean


def test_equal_weights_give_the_usual_covariance() -> None:
    f = np.random.default_rng(1).normal(size=(50, 3))
    found = sample_mean("f", f, np.full(50, 2.5))
    assert found.covariance == pytest.approx(np.cov(f.T) / 50)
    assert found.nu == 49


@pytest.mark.parametrize("signed", [False, True])
def test_copies_of_events_are_one_unit(signed: bool) -> None:
    rng = np.random.default_rng(2)
    f, w = rng.normal(size=(30, 2)), rng.lognormal(size=30)
    if signed:
        w[:6] *= -1
    once = sample_mean("f", f, w)
    twice = sample_mean("f", np.repeat(f, 2, axis=0), np.repeat(w, 2), np.repeat(np.arange(30), 2))
    assert twice.mean == pytest.approx(once.mean)
    assert twice.covariance == pytest.approx(once.covariance)
    assert twice.nu == pytest.approx(once.nu)


def test_weights_of_one_event_leave_no_freedom() -> None:
    assert degrees_of_freedom(np.array([5.0, 0.0, 0.0])) == 0
    assert degrees_of_freedom(np.zeros(3)) == 0

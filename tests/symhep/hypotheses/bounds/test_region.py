"""Ends of ellipses, tails of several quantities, expected limits: against brute force and printed tables."""

from __future__ import annotations

from math import inf, sqrt

import numpy as np
import pytest

from symhep.hypotheses.bounds.region import Quantity, Region, ellipse_ends, hotelling, simultaneous


@pytest.mark.parametrize("d", [1, 2, 3])
def test_ends_are_those_of_all_points_of_the_ellipse(d: int) -> None:
    rng = np.random.default_rng(d)
    for _ in range(60):
        variances = 10 ** rng.uniform(-2, 1, d)
        mean = rng.normal(size=d) * 10 ** rng.uniform(-2, 1)
        if rng.random() < 0.3:
            mean[rng.integers(d)] = 0.0
        if rng.random() < 0.3:
            variances[:] = variances[0]
        squared = 10 ** rng.uniform(-1, 1.5)
        directions = rng.normal(size=(40_000, d))
        directions /= np.linalg.norm(directions, axis=1)[:, None]
        sizes = np.linalg.norm(mean + directions * np.sqrt(squared * variances), axis=1)
        inside = (mean**2 / variances).sum() <= squared
        low, high = ellipse_ends(mean, variances, squared)
        assert sizes.max() * (1 - 1e-9) <= high <= sizes.max() * 1.002
        assert low <= (0 if inside else sizes.min()) + 1e-9
        assert low >= (0 if inside else sizes.min()) - 0.02 * high


def test_a_component_without_noise_is_what_it_is() -> None:
    low, high = ellipse_ends(np.array([3.0, 0.0]), np.array([0.0, 4.0]), 4.0)
    assert (low, high) == pytest.approx((3.0, 5.0))
    assert ellipse_ends(np.array([3.0, 4.0]), np.zeros(2), 4.0) == pytest.approx((5.0, 5.0))


def test_hotelling_against_tables() -> None:
    # F(2, 19) at 5 % is 3.522 (Fisher and Yates), so T^2 = 2 * 20 / 19 * 3.522
    assert hotelling(2, 20, 0.05) == pytest.approx(2 * 20 / 19 * 3.5219, rel=1e-4)
    # Student's t at 10 degrees of freedom, two-sided 5 %: 2.228
    assert sqrt(hotelling(1, 10, 0.05)) == pytest.approx(2.228, abs=1e-3)
    assert hotelling(2, inf, 0.01) == pytest.approx(9.2103, abs=1e-4)


def test_signed_ends_and_size_of_an_asymmetry() -> None:
    found = simultaneous([Quantity("a", np.array([-0.03]), np.array([[1e-4]]))])["a"]
    assert found.signed == pytest.approx((-0.03, -0.03 - 0.0195996, -0.03 + 0.0195996), abs=1e-6)
    assert (found.value, found.low, found.upper_95) == pytest.approx((0.03, 0.0104004, 0.0495996), abs=1e-6)
    # the median of |z| is 0.67449
    assert found.expected_95 == pytest.approx(0.01 * (1.959964 + 0.674490), rel=1e-5)


def test_value_has_its_noise_taken_off() -> None:
    found = simultaneous([Quantity("v", np.array([0.03, 0.04]), np.eye(2) * 4e-4)])["v"]
    assert found.value == pytest.approx(sqrt(0.0025 - 0.0008))
    assert simultaneous([Quantity("v", np.array([0.01, 0.0]), np.eye(2))])["v"].value == 0.0


@pytest.mark.parametrize("ratio", [1.0, 0.3, 0.01])
@pytest.mark.parametrize("d", [1, 2, 5])
def test_expected_limit_is_the_median_of_symmetric_samples(d: int, ratio: float) -> None:
    covariance = np.diag(np.geomspace(1.0, ratio, d))
    rng = np.random.default_rng(17)
    limits = []
    for _ in range(800):
        mean = rng.normal(size=d) * np.sqrt(np.diag(covariance))
        region = Region([Quantity("v", mean, covariance)], among=60)
        limits.append(region.ends("v")[2])
    assert region["v"].expected_95 == pytest.approx(np.median(limits), rel=0.03)


def test_all_hold_at_once() -> None:
    """Ten correlated harmonics with estimated covariances: 95 % of samples have all of them inside."""
    rng = np.random.default_rng(5)
    mixing = rng.normal(size=(20, 20)) + 3.0
    missed = 0
    for _ in range(200):
        x = rng.normal(size=(60, 20)) @ mixing.T
        quantities = [
            Quantity(str(j), x[:, 2 * j : 2 * j + 2].mean(axis=0), np.cov(x[:, 2 * j : 2 * j + 2].T) / 60, 59)
            for j in range(10)
        ]
        region = Region(quantities)
        missed += any(region.ends(name)[1] > 0 for name in region.quantities)
    # strongly correlated: fewer than 10 of 200; 19 is the 99 % end of 5 %
    assert missed <= 19


def test_more_quantities_widen_and_a_sample_too_small_bounds_nothing() -> None:
    one = Quantity("a", np.array([0.1, 0.0]), np.eye(2) * 1e-4, 100)
    assert simultaneous([one], among=10)["a"].high > simultaneous([one])["a"].high
    assert simultaneous([Quantity("a", np.array([0.1, 0.0]), np.eye(2), 1)])["a"].upper_95 == inf
    with pytest.raises(ValueError, match="two quantities of one name"):
        simultaneous([one, one])
    with pytest.raises(ValueError, match="2 quantities among 1"):
        simultaneous([one, Quantity("b", np.zeros(1), np.eye(1))], among=1)
    with pytest.raises(ValueError, match="do not match"):
        Quantity("a", np.zeros(2), np.eye(3))


def test_a_shadow_is_inside_of_what_the_whole_allows() -> None:
    """mu_1 of an ellipse in two dimensions: m_1 -+ sqrt(T^2 C_11), T^2 of two dimensions."""
    q = Quantity("v", np.array([0.3, 0.4]), np.array([[0.01, 0.004], [0.004, 0.02]]))
    region = Region([q])
    half = sqrt(hotelling(2, inf, 0.05) * 0.01)
    found = region.seen("v", np.array([[1.0, 0.0]]))
    assert found.signed == pytest.approx((0.3, 0.3 - half, 0.3 + half))
    assert found.upper_95 <= region["v"].upper_95

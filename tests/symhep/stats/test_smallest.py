"""The smallest of dependent p-values, against the bivariate normal distribution and against toys."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from symhep.errors import MethodError
from symhep.stats.smallest import smallest_p


@pytest.mark.parametrize("correlation", [0.0, 0.3, 0.7, 0.99])
@pytest.mark.parametrize("p", [1e-6, 0.01, 0.3, 0.8])
def test_two_are_bivariate_normal(p: float, correlation: float) -> None:
    h = stats.norm.isf(p)
    normal = stats.multivariate_normal([0, 0], [[1, correlation], [correlation, 1]])
    expected = 2 * p - (1 - 2 * stats.norm.cdf(h) + normal.cdf([h, h]))
    assert np.exp(smallest_p(np.log([p, 0.9]), [correlation])) == pytest.approx(expected, rel=1e-5)


def test_sums_of_squares_that_share_terms_are_calibrated() -> None:
    """chi^2_7 inside chi^2_25, of correlation (7 / 25)^(1/2): the law is not normal, the joint p holds all the same."""
    rng = np.random.default_rng(1)
    part = rng.chisquare(7, 20_000)
    whole = part + rng.chisquare(18, 20_000)
    logs = np.c_[stats.chi2.logsf(part, 7), stats.chi2.logsf(whole, 25)]
    p = np.exp([smallest_p(one, [np.sqrt(7 / 25)]) for one in logs])
    assert np.mean(p < 0.05) == pytest.approx(0.05, abs=0.005)
    assert np.mean(p < 0.5) == pytest.approx(0.5, abs=0.015)


def test_one_is_itself_and_three_are_bounded() -> None:
    assert smallest_p([-3.0], []) == -3.0
    p = np.exp(smallest_p(np.log([0.02, 0.5, 0.7]), [0.4, 0.4]))
    assert 0.02 < p < 0.06  # between that of one and Bonferroni's


def test_of_many_the_tree_of_the_largest_correlations_counts() -> None:
    """Two pairs of equal numbers, unrelated to each other, are two numbers."""
    equal = np.kron(np.eye(2), np.ones((2, 2)))
    logs = np.log([0.02, 0.5, 0.3, 0.7])
    assert smallest_p(logs, equal) == pytest.approx(np.log(1 - 0.98**2), rel=1e-9)
    star = np.array([[1, 0.2, 0.6], [0.2, 1, 0.7], [0.6, 0.7, 1]])
    assert smallest_p(logs[:3], star) == pytest.approx(smallest_p(logs[:3], star[-1, :2]), rel=1e-12)


def test_certainties() -> None:
    assert smallest_p([0.0, 0.0], [0.5]) == 0.0
    assert smallest_p([-np.inf, -1.0], [0.5]) == -np.inf


def test_what_is_no_p_value_is_refused() -> None:
    with pytest.raises(MethodError, match="zero or negative"):
        smallest_p([0.1, -1.0], [0.0])
    with pytest.raises(MethodError, match=r"2 p-values need 1 correlations"):
        smallest_p([-1.0, -1.0], [1.5])

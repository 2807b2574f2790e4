"""Statistics on the scale of log p, against scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2, norm

from symhep.hypotheses.discrete.statistics import Quadratic, Smallest, Squares, Upward

RNG = np.random.default_rng(1)


def test_one_function_is_a_squared_pull() -> None:
    sums, second = np.array([[6.0]]), np.array([[4.0]])
    # z = 3, T = z^2 / (1 + tau) ~ chi^2_1 / (1 + tau)
    assert Quadratic.of(second, [0]).log_p(sums)[0] == pytest.approx(chi2.logsf(9.0, 1))
    assert Squares.of(second, [0]).log_p(sums)[0] == pytest.approx(chi2.logsf(9.0, 1))
    assert Upward(0, 2.0).log_p(sums)[0] == pytest.approx(norm.logsf(3.0))


def test_functions_that_depend_on_each_other_count_once() -> None:
    """Three copies of one function: R has one eigenvalue 3, T = 3 z^2 / (3 + tau) ~ 3 / (3 + tau) chi^2_1."""
    found = Quadratic.of(np.full((3, 3), 4.0), np.array([True, True, True])).log_p(np.full((1, 3), 5.0))
    assert found[0] == pytest.approx(chi2.logsf(6.25, 1), rel=1e-6)


def test_means_of_independent_functions_are_those_of_chi_squared() -> None:
    """Without the ridge's effect, both forms are chi^2_K."""
    z = RNG.normal(size=(5, 4))
    exact = chi2.logsf((z**2).sum(axis=1), 4)
    assert Squares.of(np.eye(4), range(4)).log_p(z) == pytest.approx(exact)
    assert Quadratic.of(np.eye(4), range(4)).log_p(z) == pytest.approx(exact)


def test_the_smallest_of_several() -> None:
    one, two = Upward(0, 1.0), Upward(1, 1.0)
    assert Smallest((one, two)).log_p(np.array([[1.0, 2.0], [3.0, 0.0]])).tolist() == [
        two.log_p(np.array([[1.0, 2.0]]))[0], one.log_p(np.array([[3.0, 0.0]]))[0],
    ]  # fmt: skip


def test_far_out_statistics_are_still_in_order() -> None:
    assert np.isfinite(Quadratic.of(np.eye(2), [0, 1]).log_p(np.full((1, 2), 1e6))).all()

"""Sign flips: exact size for any law of the differences, Hotelling's statistic, power."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy import stats

from symhep.errors import MethodError
from symhep.stats.paired import sign_flip_test


def _hotelling(y: np.ndarray) -> tuple[float, float]:
    """T^2 and its p-value from the textbook: covariance with n - 1, (n - k) / (k (n - 1)) T^2 ~ F(k, n - k)."""
    n, k = y.shape
    t2 = float(n * y.mean(axis=0) @ np.linalg.solve(np.atleast_2d(np.cov(y.T)), y.mean(axis=0)))
    return t2, float(stats.f(k, n - k).sf((n - k) / (k * (n - 1)) * t2))


def test_statistic_of_the_textbook() -> None:
    rng = np.random.default_rng(1)
    d, w = rng.normal(size=(60, 4)) @ rng.normal(size=(4, 4)) * [1, 1e-3, 1e4, 1] + 0.2, rng.normal(1, 1, 60)
    test = sign_flip_test(d, rng, w, randomisations=1)
    t2, p = _hotelling(w[:, None] * d)
    assert test.statistic == pytest.approx(t2, rel=1e-6)
    assert test.log_p_hotelling == pytest.approx(np.log(p), rel=1e-6)
    assert (test.rank, test.events, test.randomisations) == (4, 60, 1)


def test_one_function_is_students_t() -> None:
    d = np.random.default_rng(2).normal(0.3, 1, (25, 1))
    test = sign_flip_test(d, np.random.default_rng(3), randomisations=99)
    student = stats.ttest_1samp(d[:, 0], 0.0)
    assert test.statistic == pytest.approx(student.statistic**2)
    assert test.log_p_hotelling == pytest.approx(np.log(student.pvalue))
    assert test.p_max == test.p_value


def test_all_sign_patterns_of_few_events() -> None:
    """Seven events: the 128 sets of signs give the p-value to which the randomisations converge."""
    rng = np.random.default_rng(4)
    d = rng.normal(0.7, 1, (7, 2))
    signs = np.array(list(product([-1, 1], repeat=7)))
    t2 = np.array([_hotelling(s[:, None] * d)[0] for s in signs])
    pulls = np.abs(signs @ d) / np.sqrt((d**2).sum(axis=0))
    want = (t2 >= t2[-1] * (1 - 1e-9)).mean()
    want_max = (pulls.max(axis=1)[:, None] >= pulls[-1] * (1 - 1e-9)).mean(axis=0)
    test = sign_flip_test(d, rng, randomisations=40_000)
    assert test.p_value == pytest.approx(want, abs=4 * np.sqrt(want / 40_000))
    assert test.p_by_function == pytest.approx(want_max, abs=4 * np.sqrt(want_max.max() / 40_000))
    assert np.abs(test.pulls) == pytest.approx(pulls[-1])


@pytest.mark.parametrize("toys", [400, pytest.param(2000, marks=pytest.mark.slow)])
def test_exact_for_heavy_tails(toys: int) -> None:
    """Cauchy tails, 50 events: the share of p <= 0.05, exact with 199 sets of signs, in the binomial 99 % band."""
    rng = np.random.default_rng(5)
    p = np.empty((toys, 2))
    for toy in range(toys):
        d = rng.standard_t(1, (50, 3)) * np.abs(rng.standard_t(1, (50, 1)))
        test = sign_flip_test(d, rng, rng.choice([-1.0, 1.0, 3.0], 50), randomisations=199)
        p[toy] = test.p_value, test.p_max
    low, high = stats.binom(toys, 0.05).interval(0.99)
    rejected = (p <= 0.05).sum(axis=0)
    assert (low <= rejected).all()
    assert (rejected <= high).all()


def test_hotelling_agrees_with_randomisation_on_normal_differences() -> None:
    rng = np.random.default_rng(6)
    for _ in range(20):
        test = sign_flip_test(rng.normal(0.1, 1, (200, 3)), rng, randomisations=2000)
        p = np.exp(test.log_p_hotelling)
        assert test.p_value == pytest.approx(p, abs=4.5 * np.sqrt(p / 2000) + 0.01)


def test_a_shift_is_seen_and_placed() -> None:
    rng = np.random.default_rng(7)
    test = sign_flip_test(rng.normal(size=(500, 5)) + np.array([0, 0, 0.4, 0, 0]), rng)
    assert test.p_value == test.p_max == 0.001
    assert test.log_p_hotelling < np.log(1e-8)
    assert int(np.argmin(test.p_by_function)) == 2
    assert (np.delete(test.p_by_function, 2) > 0.01).all()


def test_copies_and_constants_add_no_rank() -> None:
    rng = np.random.default_rng(8)
    d = rng.normal(0.1, 1, (100, 2))
    copies = np.c_[d, d.sum(axis=1), np.zeros(100), 1e6 * d[:, 0]]
    plain = sign_flip_test(d, np.random.default_rng(9), randomisations=199)
    test = sign_flip_test(copies, np.random.default_rng(9), randomisations=199)
    assert test.rank == 2
    assert test.statistic == pytest.approx(plain.statistic)
    assert test.p_value == plain.p_value
    assert (test.pulls[3], test.p_by_function[3]) == (0.0, 1.0)
    assert test.pulls[4] == pytest.approx(test.pulls[0])


def test_weights_of_zero_are_no_events() -> None:
    d = np.random.default_rng(10).normal(0.2, 1, (90, 2))
    w = np.repeat([1.0, 0.0, -2.0], 30)
    test = sign_flip_test(d, np.random.default_rng(1), w, randomisations=99)
    used = sign_flip_test(d[w != 0] * w[w != 0, None], np.random.default_rng(1), randomisations=99)
    assert test.events == 60
    assert (test.statistic, test.p_value) == (used.statistic, used.p_value)


def test_nothing_to_test() -> None:
    rng = np.random.default_rng(1)
    for d in (np.zeros((10, 3)), np.zeros((0, 3))):
        test = sign_flip_test(d, rng, randomisations=9)
        assert (test.statistic, test.rank, test.p_value, test.p_max, test.log_p_hotelling) == (0, 0, 1, 1, 0)
    few = sign_flip_test(rng.normal(size=(3, 5)), rng, randomisations=9)
    assert np.isnan(few.statistic)
    assert (few.rank, few.p_value, few.log_p_hotelling) == (3, 1.0, 0.0)


def test_signs_come_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of signs and of events change memory, not the law."""
    monkeypatch.setattr("symhep.stats.paired.SIGNS_AT_ONCE", 64)
    rng = np.random.default_rng(12)
    p = [sign_flip_test(rng.standard_t(2, (100, 2)), rng, randomisations=19).p_value for _ in range(500)]
    low, high = stats.binom(500, 0.05).interval(0.99)
    assert low <= np.sum(np.array(p) <= 0.05) <= high


def test_wrong_arguments() -> None:
    rng = np.random.default_rng(1)
    with pytest.raises(MethodError, match=r"\(events, functions\), not \(3,\)"):
        sign_flip_test(np.ones(3), rng)
    with pytest.raises(MethodError, match="3 events need 3 weights"):
        sign_flip_test(np.ones((3, 1)), rng, [1.0])
    with pytest.raises(MethodError, match="not finite"):
        sign_flip_test(np.array([[np.nan]]), rng)
    with pytest.raises(MethodError, match="the number of randomisations must be at least 1"):
        sign_flip_test(np.ones((3, 1)), rng, randomisations=0)

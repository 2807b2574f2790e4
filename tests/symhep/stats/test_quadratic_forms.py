"""Tails of quadratic forms, against scipy, mpmath, closed forms, published tables and simulation."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from symhep.errors import MethodError
from symhep.stats.quadratic_forms import log_tail


@pytest.mark.parametrize("m", [1, 2, 3, 10, 64, 300])
def test_equal_weights_are_chi2(m: int) -> None:
    t = np.r_[np.geomspace(1e-6, 500, 60), m, m * (1 + 1e-9)]
    want = stats.chi2(m).logsf(t)
    good = np.isfinite(want)
    assert good.sum() > 50
    assert log_tail(2.5 * t, np.full(m, 2.5))[good] == pytest.approx(want[good], rel=1e-8, abs=1e-12)


@pytest.mark.parametrize("m", [1, 3, 64])
@pytest.mark.parametrize("nu", [1, 2, 50, 1e6])
def test_an_estimated_scale_is_f(m: int, nu: float) -> None:
    t = np.r_[np.geomspace(1e-4, 1200, 60), m]
    want = stats.f(m, nu).logsf(t / m)
    good = np.isfinite(want)
    assert good.sum() > 50
    assert log_tail(t, np.ones(m), nu=nu)[good] == pytest.approx(want[good], rel=1e-8, abs=1e-12)


@pytest.mark.parametrize("t", [2e3, 1e5, 1e10])
@pytest.mark.parametrize("m", [1, 2, 20])
def test_no_underflow_where_scipy_has_none_left(m: int, t: float) -> None:
    with mpmath.workdps(40):
        half = mpmath.mpf(m) / 2
        chi2 = float(mpmath.log(mpmath.gammainc(half, mpmath.mpf(t) / 2, mpmath.inf, regularized=True)))
        y = mpmath.mpf(1000) / (1000 + mpmath.mpf(t))
        f = float(mpmath.log(mpmath.betainc(500, half, 0, y, regularized=True)))
    assert chi2 < -900
    assert f < -500
    assert log_tail(t, np.ones(m)) == pytest.approx(chi2, abs=1e-8, rel=1e-13)
    assert log_tail(t, np.ones(m), nu=1000) == pytest.approx(f, abs=1e-8, rel=1e-13)


def test_a_tail_close_to_one_keeps_its_digits() -> None:
    # P(chi2_10 < 1e-6) = x^5 / 5! (1 - 5 x / 6 + ...), x = t / 2
    x = 0.5e-6
    assert log_tail(1e-6, np.ones(10)) == pytest.approx(-(x**5) / 120 * (1 - 5 * x / 6), rel=1e-9, abs=0)


@given(
    st.lists(st.floats(-6, 3), min_size=2, max_size=5, unique_by=lambda v: round(2 * v)),
    st.floats(-2, 3.5),
)
def test_weights_in_pairs_are_sums_of_exponentials(exponents: list[float], place: float) -> None:
    w = np.sort(10.0 ** np.array(exponents))
    if (np.diff(np.log(w)) < 0.3).any():
        return
    t = 2 * w.sum() * 10**place
    # P(T > t) = sum_i prod_{j != i} w_i / (w_i - w_j) exp(-t / (2 w_i)), which cancels for small t
    with mpmath.workdps(80):
        v = [mpmath.mpf(float(x)) for x in w]
        terms = [
            mpmath.exp(-mpmath.mpf(t) / (2 * a)) * mpmath.fprod(a / (a - b) for b in v if b is not a)
            for a in v
        ]
        want = float(mpmath.log(mpmath.fsum(terms)))
    assert log_tail(t, np.repeat(w, 2)) == pytest.approx(want, rel=1e-8, abs=1e-12)


def test_table_of_imhof() -> None:
    # Imhof 1961, Biometrika 48, table 1: Q1, four digits
    p = np.exp(log_tail([0.1, 0.7, 2.0], [0.6, 0.3, 0.1]))
    assert p == pytest.approx([0.9458, 0.5064, 0.1240], abs=6e-5)


@pytest.mark.parametrize(("m", "lam"), [(1, 0.1), (1, 30.0), (3, 1e3), (20, 1e5)])
def test_means_of_one_form_are_a_noncentral_chi2(m: int, lam: float) -> None:
    law = stats.ncx2(m, lam)
    t = law.ppf([1e-6, 0.01, 0.3, 0.5, 0.9, 1 - 1e-6])
    want = np.where(t < m + lam, np.log1p(-law.cdf(t)), np.log(law.sf(t)))
    means = np.full(m, np.sqrt(lam / m))
    assert log_tail(t, np.ones(m), means=means) == pytest.approx(want, rel=1e-7)
    batch = log_tail(t, np.ones((len(t), m)), means=means)
    assert batch == pytest.approx(want, rel=1e-7)


@pytest.mark.parametrize(("nu", "lam"), [(0.5, 40.0), (30.0, 1e3), (2.0, 300.0), (1e3, 5e5)])
def test_means_over_an_estimated_scale(nu: float, lam: float) -> None:
    """A mean over the chi2 of the scale, of a non-central chi2: a far-off form over few degrees of freedom."""
    m, law = 3, stats.chi2(nu)
    t = np.array([0.1, 0.9, 1.0, 1.2, 5.0]) * (m + lam)
    # nodes in the logit of the quantile of the scale; beyond 30 lies a probability of 1e-13
    nodes, weights = np.polynomial.legendre.leggauss(1500)
    q = 30 * nodes
    share = 1 / (1 + np.exp(np.abs(q)))
    y = np.where(q < 0, law.ppf(share), law.isf(share))
    density = 30 * weights * share * (1 - share)
    want = (stats.ncx2.sf(t[:, None] * y / nu, m, lam) * density).sum(axis=1)
    got = np.exp(log_tail(t, np.ones(m), nu=nu, means=[np.sqrt(lam), 0, 0]))
    assert got == pytest.approx(want, abs=1e-8)


@pytest.mark.parametrize("nu", [None, 7.0])
@pytest.mark.parametrize("shift", [0.0, 1.5])
def test_a_million_draws(nu: float | None, shift: float) -> None:
    rng = np.random.default_rng(20)
    w, means, draws = np.array([5.0, 2.0, 0.7, 0.1, 1e-3]), np.array([shift, 0, -shift, 0, 3.0]), 1_000_000
    values = (rng.standard_normal((draws, 5)) + means) ** 2 @ w
    values /= 1.0 if nu is None else rng.chisquare(nu, draws) / nu
    t = np.quantile(values, [0.01, 0.3, 0.5, 0.9, 0.99, 0.9999])
    p = np.exp(log_tail(t, w, nu=nu, means=means))
    share = (values[:, None] > t).mean(axis=0)
    assert (np.abs(share - p) < 4.5 * np.sqrt(p * (1 - p) / draws)).all()


def test_a_batch_has_its_own_weights_and_scales() -> None:
    rng = np.random.default_rng(3)
    w, t, nu = rng.exponential(size=(7, 4)), rng.exponential(size=7) * 5, rng.integers(3, 99, 7)
    together = log_tail(t, w, nu=nu)
    assert together.shape == (7,)
    # a form does not know the order of its weights, nor the unit: (w, t) and (c w, c t) are the same
    for k in range(7):
        assert log_tail(3e5 * t[k], 3e5 * w[k, ::-1], nu=nu[k]) == pytest.approx(together[k], rel=1e-9)


def test_p_values_of_their_own_toys_are_uniform() -> None:
    rng = np.random.default_rng(8)
    w = rng.exponential(size=(4000, 12)) ** 3
    values = (w * rng.standard_normal(w.shape) ** 2).sum(axis=1) / (rng.chisquare(9, 4000) / 9)
    assert stats.kstest(np.exp(log_tail(values, w, nu=9)), "uniform").pvalue > 0.01


def test_edges() -> None:
    got = log_tail([-1.0, 0.0, np.inf, np.nan], [1.0, 0.5])
    assert got[:3].tolist() == [0.0, 0.0, -np.inf]
    assert np.isnan(got[3])
    assert log_tail([0.0, 1.0], [0.0, 0.0]).tolist() == [0.0, -np.inf]
    assert log_tail(np.zeros((0,)), [1.0]).shape == (0,)
    # a weight of zero, or one too small to matter, is none
    assert log_tail(3.0, [1.0, 0.0, 1e-300]) == pytest.approx(stats.chi2(1).logsf(3.0), rel=1e-9)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"weights": [1.0, -1.0]}, "weights"),
        ({"weights": [1.0, np.nan]}, "weights"),
        ({"weights": [1.0], "means": [np.inf]}, "means finite"),
        ({"weights": [1.0], "nu": 0}, "nu"),
    ],
)
def test_wrong_arguments(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(MethodError, match=message):
        log_tail(1.0, **arguments)  # type: ignore[arg-type]

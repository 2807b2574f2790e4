"""The fit of a span: slopes as they are, and never worse than the true span."""

from __future__ import annotations

import numpy as np
import pytest

from symhep.lie.bases import so
from symhep.stats.residual_forms import RIDGE
from symhep_moments.fit.moments import Moments
from symhep_moments.fit.span_fit import at_span, fitted
from symhep_moments.fit.whitening import Whitened, whitened

FUNCTIONS = 14


def weak(seed: int) -> tuple[Whitened, np.ndarray]:
    """Two symmetries of six, and four generators that are broken by no more than the noise; the true span."""
    rng = np.random.default_rng(seed)
    axes = np.linalg.qr(rng.normal(size=(6, 6)))[0]
    size = 6 * FUNCTIONS
    half = rng.normal(size=(size, size)) * rng.uniform(0.2, 2, size=size)[:, None] / np.sqrt(size)
    mean = rng.normal(size=(FUNCTIONS, 4)) @ axes[:, 2:].T + (half @ rng.normal(size=size)).reshape(-1, 6)
    covariance = (half @ half.T).reshape(FUNCTIONS, 6, FUNCTIONS, 6)
    names = tuple(f"f{i}" for i in range(FUNCTIONS))
    return whitened(Moments(mean, covariance, 1e5, so(4), names, {})), axes[:, :2]


def squares(white: Whitened, theta: np.ndarray) -> float:
    """(A theta)^T (C + ridge)^-1 (A theta), written out, for a basis with unit noise."""
    basis = white.generators @ np.linalg.qr(np.linalg.solve(white.generators, theta))[0]
    values = (white.mean @ basis).T.reshape(-1)
    covariance = np.einsum("kalc,ar,cs->rksl", white.covariance, basis, basis).reshape(len(values), -1)
    ridge = RIDGE * np.trace(covariance) / len(values)
    return float(values @ np.linalg.solve(covariance + ridge * np.eye(len(values)), values))


def test_the_tangent_gives_the_slope_of_the_sum_of_squares() -> None:
    """dQ / ddelta = 2 J^T W A theta, by differences; the ridge follows the covariance, which is one per cent of it."""
    white, span = weak(1)
    fit = at_span(white, span)
    assert fit.squares == pytest.approx(squares(white, span), rel=1e-9)
    step = 1e-4
    units = step * np.eye(fit.tangent.shape[1])
    slope = [(squares(white, fit.moved(u)) - squares(white, fit.moved(-u))) / (2 * step) for u in units]
    values, covariance = white.along(fit.theta)
    ridge = RIDGE * np.trace(covariance) / len(values)
    weighted = np.linalg.solve(covariance + ridge * np.eye(len(values)), values)
    expected = 2 * fit.tangent.T @ weighted
    np.testing.assert_allclose(slope, expected, atol=0.05 * np.abs(expected).max())


def test_the_fit_is_no_worse_than_the_truth_where_generators_are_hardly_broken() -> None:
    """From the singular vectors it goes downhill: below the true span, but for rare local minima."""
    better, downhill = 0, 0
    for seed in range(20):
        white, span = weak(seed)
        right = np.linalg.svd(white.mean @ white.generators)[2]
        start = white.generators @ right[-2:].T
        found = fitted(white, start)
        better += found.squares <= squares(white, span) * 1.001
        downhill += squares(white, start) > 1.01 * found.squares
    assert better >= 18
    assert downhill == 20

"""Scaling is what it says, and can be undone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from symhep.events.dataset import Column, Dataset, Scaler

TABLES = arrays(np.float64, st.tuples(st.integers(2, 20), st.integers(1, 5)), elements=st.floats(-1e4, 1e4))


@given(TABLES, st.sampled_from(["standard", "isotropic", "none"]))
def test_invertible(values: np.ndarray, kind: str) -> None:
    scaler = Scaler.fit(values, kind)  # type: ignore[arg-type]
    np.testing.assert_allclose(scaler.invert(scaler.apply(values)), values, rtol=1e-9, atol=1e-7)


def test_standard_gives_weighted_mean_0_and_variance_1() -> None:
    rng = np.random.default_rng(1)
    x, w = rng.normal(3, 5, (500, 2)), rng.uniform(0.5, 2, 500)
    scaled = Scaler.fit(x, "standard", w).apply(x)
    np.testing.assert_allclose(np.average(scaled, axis=0, weights=w), 0, atol=1e-12)
    np.testing.assert_allclose(np.average(scaled**2, axis=0, weights=w), 1, rtol=1e-12)


def test_isotropic_keeps_angles() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(50, 3)) * [1, 10, 100]
    scaled = Scaler.fit(x, "isotropic").apply(x)
    np.testing.assert_allclose(scaled / x, np.full_like(x, (scaled / x)[0, 0]), rtol=1e-12)


def test_a_constant_feature_is_not_blown_up() -> None:
    """45 GeV with rounding noise has a spread of 1e-12: dividing by it would make noise a feature."""
    x = np.full((100, 1), 45.0) + np.random.default_rng(1).normal(size=(100, 1)) * 1e-12
    assert np.abs(Scaler.fit(x, "standard").apply(x)).max() < 1e-9


def test_from_array_checks_shapes() -> None:
    with pytest.raises(ValueError, match=r"shape \(N, F\)"):
        Dataset.from_array([1.0, 2.0])
    with pytest.raises(ValueError, match="2 features but 1 column"):
        Dataset.from_array([[1.0, 2.0]], columns=("a",))
    with pytest.raises(ValueError, match="1 events but weights"):
        Dataset.from_array([[1.0]], weights=[1.0, 2.0])


def test_axis_label() -> None:
    assert Column("px", "GeV", "$p_x$").axis_label == "$p_x$ [GeV]"
    assert Column("n").axis_label == "n"

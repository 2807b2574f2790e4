"""Scaled events and the candidates that are asked when the card names none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from symhep.errors import CardError, MethodError
from symhep.events.dataset import Dataset
from symhep_moments.sample import events_of


def table(features: int, vectors: int = 1, n: int = 100) -> Dataset:
    values = 5.0 * np.random.default_rng(1).normal(size=(n, features * vectors))
    return Dataset.from_array(values, scaling="isotropic", name="points")


def test_momenta_are_scaled_by_one_number_and_meet_the_poincare_group() -> None:
    momenta = np.random.default_rng(1).normal(size=(100, 2, 4)) * 40.0
    weights = np.random.default_rng(2).normal(1.0, 0.5, size=100)
    events = events_of(replace(table(3), momenta=momenta, weights=weights))
    rms = np.sqrt((np.abs(weights) * (momenta**2).mean(axis=(1, 2))).sum() / np.abs(weights).sum())
    assert events.scale == pytest.approx(rms)
    np.testing.assert_allclose(events.x.numpy() * rms, momenta, rtol=1e-12)
    np.testing.assert_array_equal(events.weights.numpy(), weights)
    assert events.generators.labels == ("J_x", "J_y", "J_z", "K_x", "K_y", "K_z", "P_t", "P_x", "P_y", "P_z")
    assert events.momenta
    assert events.unit == "GeV"
    assert events.effective == pytest.approx(weights.sum() ** 2 / (weights**2).sum())


@pytest.mark.parametrize(
    ("features", "name", "count"),
    [(1, "R^1", 1), (2, "sl(2,R) + R^2", 5), (4, "sl(4,R) + R^4", 19), (5, "so(5) + R^5", 15)],
)
def test_features_meet_maps_that_keep_volumes(features: int, name: str, count: int) -> None:
    events = events_of(table(features))
    assert (events.generators.name, len(events.generators)) == (name, count)
    assert events.generators.affine
    assert not events.momenta


def test_named_candidates_act_on_the_vectors() -> None:
    events = events_of(table(3, 2), "so(3) + D", vectors=2)
    assert events.x.shape == (100, 2, 3)
    assert events.generators.matrices.shape == (4, 4, 4)
    assert len(events_of(table(3), max_events=30)) == 30


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("su(2)", r"'su\(2\)' acts on complex vectors, which moments do not support; use a real algebra"),
        ("so(3)", r"'so\(3\)' acts on 3 components, but the vectors have 2"),
        ("so(2)+X", "unknown algebra 'X'"),
    ],
)
def test_candidates_that_cannot_act(name: str, message: str) -> None:
    with pytest.raises(CardError, match=message):
        events_of(table(2), name)


def test_weights_that_describe_no_density() -> None:
    data = table(2)
    with pytest.raises(MethodError, match="the weights of 'points' sum to -100; the sum must be positive"):
        events_of(replace(data, weights=-np.ones(100)))
    half = np.r_[np.ones(55), -np.ones(45)]  # (55 - 45)^2 / 100
    with pytest.raises(MethodError, match=r"'points' has an effective number of events .* = 1 < 10: too few"):
        events_of(replace(data, weights=half))

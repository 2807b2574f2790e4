"""What enters the training, and what is refused."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from symhep.errors import MethodError
from symhep.events.dataset import Dataset
from symhep_vae.method import VaeRelevance
from symhep_vae.options import VaeOptions
from symhep_vae.sample import Sample

X = np.random.default_rng(1).normal(size=(1000, 2))


def prepare(x: np.ndarray = X, weights: np.ndarray | None = None, **options: object) -> Sample:
    return Sample.prepare(Dataset.from_array(x, weights=weights, scaling="none"), VaeOptions(**options))


def test_max_events_thins_evenly_and_keeps_the_ends() -> None:
    sample = prepare(max_events=12)
    rows = np.linspace(0, 999, 12).astype(int)
    assert (rows[0], rows[-1]) == (0, 999)
    assert np.array_equal(sample.x, X[rows])
    assert np.array_equal(sample.data.unit, rows)
    assert sample.available == 1000
    assert len(prepare(max_events=10**6).x) == 1000


def test_noise_has_the_asked_width_and_is_the_same_every_time() -> None:
    once, again = prepare(noise=0.3), prepare(noise=0.3)
    assert (once.x - X).std() == pytest.approx(0.3, rel=0.05)
    assert np.array_equal(once.x, again.x)
    assert not np.array_equal(once.x, prepare(noise=0.3, noise_seed=2).x)


def test_weights_have_mean_one() -> None:
    sample = prepare(weights=np.linspace(1, 3, 1000))
    assert sample.weights.mean() == pytest.approx(1)
    assert sample.weighted
    assert not prepare(weights=np.full(1000, 1e-3)).weighted


def test_a_prepared_sample_travels_to_workers() -> None:
    sample = prepare(noise=0.3)
    arrived = pickle.loads(pickle.dumps(sample))  # noqa: S301
    assert np.array_equal(arrived.x, sample.x)
    assert arrived.options == sample.options


@pytest.mark.parametrize(
    ("x", "weights", "message"),
    [
        (np.zeros((0, 2)), None, r"no events in 'data' have all features finite and enough objects"),
        (np.zeros((3, 0)), None, "'data' has no features"),
        (np.array([[1.0, np.nan], [2.0, 3.0]]), None, "x2: NaN or infinity in some events"),
        (X, -np.ones(1000), "sum to -1000; training needs a positive sum"),
        (X[:9], None, r"effective number of events \(sum w\)\^2 / sum w\^2 = 9 < 10"),
        (X, np.where(np.arange(1000) < 9, 1.0, 1e-9), r"\(sum w\)\^2 / sum w\^2 = 9 < 10"),
        (
            X,
            np.where(np.arange(1000) % 5 < 2, -1.0, 1.0),
            r"40% of the sum of \|w\| of 'data' is from negative weights; training allows at most 30%",
        ),
        (X, np.full(1000, np.inf), "NaN or infinite"),
    ],
)
def test_hopeless_samples_are_refused(x: np.ndarray, weights: np.ndarray | None, message: str) -> None:
    with pytest.raises(MethodError, match=message):
        prepare(x, weights)
    with pytest.raises(MethodError, match=message):
        VaeRelevance().check(Dataset.from_array(x, weights=weights, scaling="none"), VaeOptions())

"""What a network has learned, judged by events it has not seen."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom, norm

from symhep_moments.fit.discrete.held_out import ClassifierTest, classifier_tests


def shares(logits: np.ndarray) -> np.ndarray:
    """log softmax of (n, q), as of one network."""
    return (logits - np.log(np.exp(logits).sum(axis=1, keepdims=True)))[None]


def one(logits: np.ndarray, weights: np.ndarray | None = None, randomisations: int = 199) -> ClassifierTest:
    w = np.ones(len(logits)) if weights is None else weights
    return classifier_tests(shares(logits), w, np.random.default_rng(0), randomisations)[0]


def test_gain_of_an_involution_is_log_two_sigmoid() -> None:
    s = np.random.default_rng(1).normal(0.3, 1, size=500)
    found = one(np.c_[s, np.zeros(500)])
    gains = np.log(2 / (1 + np.exp(-s)))
    assert found.gain == pytest.approx(gains.mean())
    assert found.gain_error == pytest.approx(gains.std() / np.sqrt(500))


def test_p_value_is_that_of_the_sum_of_logits() -> None:
    s = np.random.default_rng(2).normal(0.04, 1, size=2000)
    found = one(np.c_[s, np.zeros(2000)], randomisations=9999)
    expected = norm.sf(s.sum() / np.sqrt((s**2).sum()))
    assert np.exp(found.log_p) == pytest.approx(expected, abs=4 * np.sqrt(expected / 9999))


def test_beyond_the_randomisations_hoeffding_bounds() -> None:
    s = np.random.default_rng(3).choice([1.0, -1.0], p=[0.8, 0.2], size=400)
    found = one(np.c_[s, np.zeros(400)])
    bound = -(s.sum() ** 2) / (2 * 400)
    assert found.log_p == pytest.approx(bound)
    assert binom.logsf((s > 0).sum() - 1, 400, 0.5) <= bound  # the exact tail of equal sizes is below


def test_a_network_that_is_wrong_is_no_evidence() -> None:
    found = one(np.c_[np.full(300, -0.5), np.zeros(300)])
    assert found.log_p == pytest.approx(0.0, abs=1e-9)
    assert found.gain < 0
    assert found.asymmetry.value == -1


def test_weights_of_zero_and_below() -> None:
    """A pair of events of opposite weights adds nothing to gain and asymmetry, and noise to the p-value."""
    rng = np.random.default_rng(4)
    logits = np.c_[rng.normal(0.2, 1, size=600), np.zeros(600)]
    alone = one(logits)
    padded = np.r_[logits, logits[:50], logits[:50], logits[:9]]
    w = np.r_[np.ones(600), np.ones(50), -np.ones(50), np.zeros(9)]
    found = one(padded, w)
    assert found.events == 700
    assert found.gain == pytest.approx(alone.gain)
    assert found.gain_error > alone.gain_error
    assert found.asymmetry.value == pytest.approx(alone.asymmetry.value)


def test_calibration_for_three_images() -> None:
    """Which of three images comes first is chance: p <= k / 100 with k / 100, for weights that differ."""
    rng = np.random.default_rng(5)
    p = []
    for _ in range(500):
        log_shares = np.log(rng.dirichlet((0.3, 0.3, 0.3), size=40))[None]
        p.append(np.exp(classifier_tests(log_shares, rng.exponential(size=40), rng, 99)[0].log_p))
    low, high = binom.interval(0.99, 500, 0.05)
    assert low <= (np.array(p) <= 0.05 + 1e-12).sum() <= high

"""Quality measures against scikit-learn, and their errors against the spread of repeated samples."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, r2_score, roc_auc_score

from symhep_oracle.learned.quality import accuracy, area_under_curve, determination


def events(seed: int, n: int = 400) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores with ties, truth, weights."""
    rng = np.random.default_rng(seed)
    truth = rng.random(n) < 0.4
    return np.round(rng.normal(size=n) + truth, 1), truth, rng.gamma(2.0, size=n)


def test_values_are_those_of_scikit_learn() -> None:
    scores, truth, weights = events(1)
    assert area_under_curve(scores, truth, weights)[0] == pytest.approx(
        roc_auc_score(truth, scores, sample_weight=weights), rel=1e-12
    )
    right = (scores > 0.5) == truth
    assert accuracy(right, weights)[0] == pytest.approx(
        accuracy_score(truth, scores > 0.5, sample_weight=weights), rel=1e-12
    )
    values = truth + 0.3 * scores
    assert determination(scores, values, weights)[0] == pytest.approx(
        r2_score(values, scores, sample_weight=weights), rel=1e-12
    )


def _area(seed: int) -> tuple[float, float]:
    return area_under_curve(*events(seed))


def _accuracy(seed: int) -> tuple[float, float]:
    scores, truth, weights = events(seed)
    return accuracy((scores > 0.5) == truth, weights)


def _determination(seed: int) -> tuple[float, float]:
    scores, truth, weights = events(seed)
    return determination(0.3 + 0.2 * scores, truth.astype(float), weights)


@pytest.mark.parametrize("measure", [_area, _accuracy, _determination])
def test_errors_are_the_spread_of_repeated_samples(measure: Callable[[int], tuple[float, float]]) -> None:
    values, errors = np.array([measure(seed) for seed in range(400)]).T
    # The standard deviation of 400 normal numbers is known to 1 / sqrt(800) = 3.5 %.
    assert errors.mean() == pytest.approx(values.std(), rel=0.15)

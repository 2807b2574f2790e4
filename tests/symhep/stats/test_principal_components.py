from __future__ import annotations

import numpy as np
import pytest

from symhep.stats.principal_components import principal_components


def test_variances_are_those_of_numpy() -> None:
    x = np.random.default_rng(1).normal(size=(500, 3)) @ np.array([[2.0, 0, 1], [0, 1, 0], [0, 0, 0.3]]) + 50
    expected = np.linalg.eigvalsh(np.cov(x.T, bias=True))[::-1]
    found = principal_components(x)
    assert found.variances == pytest.approx(expected)
    assert found.explained.sum() == pytest.approx(1)
    assert found.rank() == 3


def test_an_event_of_weight_two_is_two_events() -> None:
    x = np.random.default_rng(2).normal(size=(40, 2))
    weights = np.where(np.arange(40) < 10, 2.0, 1.0)
    doubled = np.concatenate([x, x[:10]])
    assert principal_components(x, weights).variances == pytest.approx(
        principal_components(doubled).variances
    )


def test_bootstrap_error_of_a_variance() -> None:
    """The variance of n normal numbers has the standard error sqrt(2/n) times itself."""
    x = np.random.default_rng(3).normal(size=(5000, 1))
    assert principal_components(x).errors[0] == pytest.approx(np.sqrt(2 / 5000), rel=0.2)


def test_rank_counts_linear_constraints() -> None:
    p = np.random.default_rng(4).normal(size=(200, 3))
    assert principal_components(np.c_[p, -p]).rank() == 3

"""Symmetry relative to a sample that the same acceptance has gone through."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from symhep.errors import MethodError
from symhep.lie.bases import poincare
from symhep.readers.toy.acceptance import Accepted
from symhep.readers.toy.dijets import Dijets
from symhep_moments.fit.candidates import given_test
from symhep_moments.fit.functions.polynomials import Polynomials
from symhep_moments.fit.functions.squash import Squashed
from symhep_moments.fit.points import Points
from symhep_moments.fit.relative import relative_moments
from symhep_moments.fit.sums import moments_of

FUNCTIONS = Squashed(Polynomials(4, 2), 2.0)
TURN = poincare().subset(["J_z"])
UNIT = 1000.0


def _dijets(rng: np.random.Generator, n: int, modulation: float, pt_min: float = 1200.0) -> Points:
    x = Accepted(Dijets(pt_min=pt_min), modulation=modulation).draw(rng, n)
    return Points(torch.from_numpy(x / UNIT), torch.ones(n, dtype=torch.float64))


def _log_p(data: Points, reference: Points) -> float:
    return given_test(relative_moments(data, reference, FUNCTIONS, TURN), [1.0]).log_p


def test_what_acceptance_breaks_in_both_alike_is_no_breaking() -> None:
    """1 + 0.3 cos 2 phi in both, but another spectrum: J_z survives; alone the data reject it."""
    rng = np.random.default_rng(1)
    data, reference = _dijets(rng, 6000, 0.3), _dijets(rng, 6000, 0.3, pt_min=1150.0)
    alone = moments_of(data.x, data.weights, FUNCTIONS, TURN)
    assert given_test(alone, [1.0]).log_p < np.log(1e-10)
    assert _log_p(data, reference) > np.log(0.001)


def test_another_acceptance_is_rejected() -> None:
    rng = np.random.default_rng(2)
    assert _log_p(_dijets(rng, 6000, 0.3), _dijets(rng, 6000, 0.0)) < np.log(1e-6)


def test_p_values_are_not_too_small() -> None:
    """40 toys of 1000 events each: p < 0.2 in 8 +- 2.5 of them."""
    small = 0
    for toy in range(40):
        rng = np.random.default_rng([3, toy])
        small += _log_p(_dijets(rng, 1000, 0.3), _dijets(rng, 1000, 0.3, pt_min=1150.0)) < np.log(0.2)
    assert small <= 17


def test_the_covariance_is_that_of_repeated_samples() -> None:
    means, variances = [], []
    for toy in range(60):
        rng = np.random.default_rng([4, toy])
        m = relative_moments(_dijets(rng, 1500, 0.3), _dijets(rng, 3000, 0.3), FUNCTIONS, TURN)
        means.append(m.mean[:, 0])
        variances.append(np.einsum("kaka->ka", m.covariance)[:, 0])
    moved = np.mean(variances, axis=0) > 1e-12
    ratio = np.var(means, axis=0)[moved] / np.mean(variances, axis=0)[moved]
    # A variance of 60 draws is known to 18 %, their mean better; h is fitted to the same events, which makes it larger.
    assert 0.65 < ratio.mean() < 1.2


def test_too_few_events_are_refused() -> None:
    rng = np.random.default_rng(5)
    with pytest.raises(MethodError, match="of the reference = 50 < 116: too few for 14 test functions"):
        _log_p(_dijets(rng, 500, 0.0), _dijets(rng, 50, 0.0))

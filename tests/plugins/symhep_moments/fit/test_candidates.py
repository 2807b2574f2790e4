"""Given directions: calibrated, blind to the basis of their span, and each candidate with Holm's adjustment."""

from __future__ import annotations

import numpy as np
import pytest

from symhep.errors import MethodError
from symhep.lie.bases import so
from symhep_moments.fit.candidates import candidate_tests, given_test
from symhep_moments.fit.moments import Moments


def moments_of_noise(
    rng: np.random.Generator, shift: tuple[float, float, float], events: int = 800
) -> Moments:
    """Nine functions of three generators, of which those with a shift are broken."""
    m = rng.normal(size=(events, 9, 3)) @ np.array([[1, 0.5, 0], [0, 1, 0.5], [0, 0, 1]]) + shift
    flat = m.reshape(events, -1)
    covariance = (np.cov(flat.T) / events).reshape(9, 3, 9, 3)
    blocks = {"low": slice(0, 4), "fourier": slice(4, 9)}
    return Moments(
        flat.mean(axis=0).reshape(9, 3), covariance, events - 1.0, so(3), tuple("abcdefghi"), blocks
    )


@pytest.mark.parametrize("theta", [np.eye(3)[:, :1], np.eye(3)], ids=["one", "three"])
def test_true_symmetries_are_rejected_as_often_as_it_says(theta: np.ndarray) -> None:
    rng = np.random.default_rng(2)
    p = np.exp([given_test(moments_of_noise(rng, (0, 0, 0)), theta).log_p for _ in range(200)])
    assert 0.01 < np.mean(p < 0.05) < 0.1  # binomial 99 % band of 200
    assert 0.405 < np.mean(p < 0.5) < 0.595


def test_only_the_span_matters() -> None:
    rng = np.random.default_rng(3)
    moments, turn = moments_of_noise(rng, (0, 0, 0.05)), rng.normal(size=(2, 2))
    theta = rng.normal(size=(3, 2))
    assert given_test(moments, theta @ turn).log_p == pytest.approx(
        given_test(moments, theta).log_p, rel=1e-9
    )


def test_every_candidate_with_holm() -> None:
    tests = candidate_tests(moments_of_noise(np.random.default_rng(4), (0.5, 0, 0)))
    assert [test.label for test in tests] == list(so(3).labels)
    log10_p, adjusted = tests[0].p.log10_p, tests[0].p.log10_p_adjusted
    assert log10_p is not None
    assert log10_p < -10
    assert adjusted == pytest.approx(log10_p + np.log10(3))
    assert min(test.p.log10_p_adjusted or 0.0 for test in tests[1:]) > -2
    assert set(tests[0].blocks) == {"low", "all"}


def test_infinite_moments_are_reported() -> None:
    moments = moments_of_noise(np.random.default_rng(5), (0, 0, 0))
    moments.mean[2, 1] = np.inf
    with pytest.raises(MethodError, match="remove infinite events or weights"):
        given_test(moments, np.eye(3))


def test_wrong_directions_are_refused() -> None:
    moments = moments_of_noise(np.random.default_rng(5), (0, 0, 0))
    with pytest.raises(MethodError, match=r"an array \(3, r\), not \(4,\)"):
        given_test(moments, np.ones(4))
    with pytest.raises(MethodError, match="linearly dependent"):
        given_test(moments, np.ones((3, 2)))


def test_a_function_that_is_invariant_event_by_event_tells_nothing() -> None:
    """Its moments are rounding, alike in all events: their mean is many of their errors."""
    rng = np.random.default_rng(8)
    m = rng.normal(size=(800, 9, 3))
    m[:, 8, 0] = 1e-17 * (1 + 1e-3 * rng.normal(size=800))
    flat = m.reshape(800, -1)
    covariance = (np.cov(flat.T) / 800).reshape(9, 3, 9, 3)
    blocks = {"low": slice(0, 8), "user": slice(8, 9)}
    moments = Moments(flat.mean(axis=0).reshape(9, 3), covariance, 799.0, so(3), tuple("abcdefghi"), blocks)
    assert given_test(moments, np.eye(3)[:, 0]).log_p > np.log(1e-3)
    assert given_test(moments, np.eye(3)[:, 0]).blocks["user"].log_p == 0.0

"""The rule for the number of generators, on made-up trials."""

from __future__ import annotations

import numpy as np
import pytest

from symhep_oracle.gradient.decision import (
    RESOLUTION,
    Trial,
    closure_gap,
    decide,
    orthonormalised,
    worst_violation,
)

EPSILON = 1e-3


def trials(*violations: float, gap: float = 0.0, seeds: int = 4) -> list[Trial]:
    """N_g = 1, 2, ... with these violations, the same for every seed."""
    return [Trial(n, 10 * v, v, gap) for n, v in enumerate(violations, 1) for _ in range(seeds)]


def test_the_largest_number_at_the_floor_is_taken() -> None:
    found = decide(trials(3e-4, 5e-4, 6e-4, 0.6, 0.7), EPSILON, closed=True, approximate=False)
    assert found.dimension == 3
    assert found.successes == {1: 4, 2: 4, 3: 4, 4: 0, 5: 0}
    # All four seeds at N_g = 3: p = 5/6; four seeds failed at N_g = 4.
    assert found.stability == pytest.approx(1 - (1 / 6) ** 4)
    assert "N_g = 3: 4 of 4 seeds" in found.reason


def test_a_number_between_two_right_ones_may_be_wrong() -> None:
    """so(3): two generators do not close."""
    scan = [Trial(1, 0, 1e-4, 0), Trial(2, 0.4, 0.2, 0.3), Trial(3, 1e-6, 1e-4, 1e-4), Trial(4, 1, 0.6, 0.1)]
    assert decide(scan, EPSILON, closed=True, approximate=False).dimension == 3


def test_closure_counts_only_where_it_was_asked_for() -> None:
    scan = [Trial(1, 0, 1e-4, 0), Trial(2, 0, 1e-4, 1.4), Trial(3, 1, 0.6, 1.4)]
    assert decide(scan, EPSILON, closed=True, approximate=False).dimension == 1
    assert decide(scan, EPSILON, closed=False, approximate=False).dimension == 2


def test_the_seed_with_least_loss_among_the_right_ones() -> None:
    scan = [Trial(1, 5.0, 1e-4, 0), Trial(1, 2.0, 1e-4, 0), Trial(1, 1.0, 0.5, 0)]
    found = decide(scan, EPSILON, closed=True, approximate=False)
    assert (found.dimension, found.chosen, found.successes) == (1, 1, {1: 2})


def test_nothing_found_and_nothing_beyond() -> None:
    none = decide(trials(0.5, 0.7), EPSILON, closed=True, approximate=False)
    assert (none.dimension, none.chosen) == (0, -1)
    assert "no seed converges to symmetries at any N_g" in none.reason
    last = decide(trials(1e-4), EPSILON, closed=True, approximate=False)
    assert (last.dimension, last.stability) == (1, 0.0)
    assert "there may be more" in last.reason


def test_the_limit_scales_with_the_step() -> None:
    scan = trials(RESOLUTION * EPSILON * 0.9, RESOLUTION * EPSILON * 1.1)
    assert decide(scan, EPSILON, closed=True, approximate=False).dimension == 1
    assert decide(scan, 2 * EPSILON, closed=True, approximate=False).dimension == 2


def test_an_approximate_oracle_is_cut_at_the_largest_rise() -> None:
    scan = trials(0.03, 0.04, 0.5, 0.6, gap=0.05)
    assert decide(scan, EPSILON, closed=True, approximate=True).dimension == 2
    assert decide(scan, EPSILON, closed=True, approximate=False).dimension == 0


def test_nearest_orthonormal_rows() -> None:
    rng = np.random.default_rng(1)
    basis = np.linalg.qr(rng.normal(size=(6, 3)))[0].T
    found = orthonormalised(basis + 1e-4 * rng.normal(size=basis.shape))
    np.testing.assert_allclose(found @ found.T, np.eye(3), atol=1e-14)
    np.testing.assert_allclose(found, basis, atol=1e-3)


def test_violation_is_the_worst_of_the_span() -> None:
    gram = np.diag([0.0, 1.0, 4.0])
    assert worst_violation(np.eye(3)[:2], gram) == pytest.approx(0.5)  # sqrt(1 / 4)
    turned = np.array([[1.0, 1.0, 0.0], [1.0, -1.0, 0.0]]) / np.sqrt(2)
    assert worst_violation(turned, gram) == pytest.approx(0.5)  # whatever the basis
    assert worst_violation(np.ones((4, 3)), gram) == float("inf")


def test_closure_of_complex_algebras_is_over_the_reals() -> None:
    """su(2) as -i sigma / 2 x sqrt 2 closes; i times it does not: [i X, i Y] = -[X, Y] is not i times a real sum."""
    sigma = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])
    assert closure_gap(1j * sigma) == pytest.approx(0.0, abs=1e-15)
    # [sigma_x, sigma_y] = 2 i sigma_z has norm sqrt(8), wholly outside the real span.
    assert closure_gap(sigma) == pytest.approx(np.sqrt(8))

"""Moments of events against images: p-values against scipy, another implementation, and toys."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.stats import binom, chi2

from symhep.lie.elements.frame import Frame
from symhep.lie.elements.reading import read_element
from symhep.stats.paired import sign_flip_test
from symhep_moments.fit.discrete.mean_difference import MomentTest, moment_tests
from symhep_moments.fit.discrete.orbit_sums import orbit_sums

FRAME = Frame(("px", "py", "pz"), ("a",))


def by_moments(
    x: np.ndarray, element: str = "P", columns: int = 3, randomisations: int = 199, seed: int = 1
) -> MomentTest:
    events = torch.from_numpy(x[:, None])
    sums = orbit_sums(
        events, torch.ones(len(x), dtype=torch.float64), lambda e: e[:, 0], [read_element(element, FRAME)]
    )
    return moment_tests(
        sums,
        FRAME.components,
        {"all": np.arange(3) < columns},
        np.random.default_rng(seed),
        randomisations,
    )[0]


def test_one_function_is_a_pull() -> None:
    x = np.random.default_rng(1).normal(0.05, 1, size=(900, 3))
    found = by_moments(x, columns=1)
    pull = x[:, 0].sum() / np.sqrt((x[:, 0] ** 2).sum())
    assert found.pulls[0] == pytest.approx(pull)
    # T = z^2 / (1 + tau) ~ chi^2_1 / (1 + tau)
    assert found.blocks["all"] == pytest.approx(chi2.logsf(pull**2, 1), rel=1e-6)
    assert found.labels == FRAME.components


def test_independent_functions_as_the_sign_flips_of_another_implementation() -> None:
    """Of uncorrelated functions all eigenvalues are near 1, and the ridge changes T by a factor."""
    x = np.random.default_rng(2).normal([0.06, 0.0, 0.0], 1, size=(1500, 3))
    found = by_moments(x, randomisations=4999)
    other = sign_flip_test(2 * x, np.random.default_rng(3), randomisations=4999)
    assert found.pulls == pytest.approx(other.pulls)
    error = np.sqrt(2 * other.p_value * (1 - other.p_value) / 5000)
    assert found.p_exact == pytest.approx(other.p_value, abs=4 * error)
    assert found.blocks["all"] == pytest.approx(other.log_p_hotelling, abs=0.1)


def test_functions_that_depend_on_each_other_count_once() -> None:
    """Three copies of one function: R has one eigenvalue 3, T = 3 z^2 / (3 + tau)."""
    x = np.repeat(np.random.default_rng(4).normal(0.07, 1, size=(800, 1)), 3, axis=1)
    found = by_moments(x)
    assert found.blocks["all"] == pytest.approx(chi2.logsf(found.pulls[0] ** 2, 1), abs=1e-6)


def test_small_p_go_beyond_the_randomisations() -> None:
    found = by_moments(np.random.default_rng(5).normal(0.5, 1, size=(900, 3)))
    assert found.p_exact == 1 / 200
    assert found.log_p < np.log(1e-20)
    assert found.log_p == pytest.approx(found.blocks["all"], abs=1e-6)


def test_nothing_changes() -> None:
    x = np.zeros((50, 3))
    x[:, 2] = 1.0
    assert by_moments(x, "Z_3(z)") == MomentTest(0.0, 1.0, {}, pytest.approx(np.zeros(0)), ())


@pytest.mark.parametrize("element", ["P", "Z_3(z)"])
def test_calibration_with_few_events_and_heavy_tails(element: str) -> None:
    """Isotropic Cauchy vectors, 12 events: no approximation for many events would hold. p <= k / 100 with k / 100."""
    rng = np.random.default_rng(6)
    toys, p = 200, []
    for i in range(toys):
        x = rng.normal(size=(12, 3)) / np.abs(rng.normal(size=(12, 1)))
        p.append(by_moments(x, element, randomisations=99, seed=i).p_exact)
    for level in (0.05, 0.2, 0.5):
        low, high = binom.interval(0.99, toys, level)
        assert low <= (np.array(p) <= level + 1e-12).sum() <= high

"""Level of tests with systematic variations: a simulation that is off by its nuisance parameter."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import stats

from symhep.hypotheses.bounds.region import Quantity, Region
from symhep.hypotheses.bounds.sample_mean import sample_mean
from symhep.lie.bases import so
from symhep.stats.variations import nuisance_shifts
from symhep_moments.events import Events
from symhep_moments.fit.candidates import given_test
from symhep_moments.fit.conditional.moments import as_moments
from symhep_moments.fit.conditional.varied import partialled_under
from symhep_moments.fit.fields import LinearFields
from symhep_moments.fit.functions.polynomials import Polynomials
from symhep_moments.fit.functions.squash import Squashed
from symhep_moments.fit.points import Points
from symhep_moments.fit.sums import moments_of
from symhep_moments.fit.systematics import moments_under
from symhep_moments.varied import VariedEvents

EVENTS, EFFECT = 800, 0.2
TURN = so(2).homogeneous()
FUNCTIONS = Squashed(Polynomials(2, 2), 1.0)
FIELDS = LinearFields(TURN, "cpu", None)


def _events(x: np.ndarray, weights: np.ndarray) -> Events:
    """Rows with weights, each its own event."""
    return Events(torch.from_numpy(x), torch.from_numpy(weights), 1.0, ("x", "y"), "", False, TURN)


def _plane(rng: np.random.Generator, s: float, exponential: bool) -> np.ndarray:
    """Events (n, 1, 2) of an invariant density, seen with the efficiency 1 + EFFECT s cos 2 phi."""
    n = 2 * EVENTS
    r = rng.exponential(size=n) if exponential else rng.rayleigh(size=n)
    phi = rng.uniform(-np.pi, np.pi, n)
    seen = _efficiency(phi, s)
    kept = np.flatnonzero(rng.random(n) < seen / seen.max())[:EVENTS]
    return np.stack([r * np.cos(phi), r * np.sin(phi)], axis=1)[kept, None]


def _efficiency(phi: np.ndarray, s: float) -> np.ndarray:
    return np.clip(1 + EFFECT * s * np.cos(2 * phi), 0.02, None)


def _phi(x: np.ndarray) -> np.ndarray:
    return np.arctan2(x[:, 0, 1], x[:, 0, 0])


def _variation(x: np.ndarray, rule: str) -> VariedEvents:
    alternatives = tuple(_events(x, _efficiency(_phi(x), s)) for s in (1.0, -1.0))
    return VariedEvents("s", rule, 0.6827, ("up", "down"), alternatives, (True, True))


def _rejected(rule: str, exponential: bool, seed: int, toys: int) -> tuple[float, float]:
    """Fractions of p < 0.05 with and without the variation."""
    rng, counts = np.random.default_rng(seed), np.zeros(2)
    for _ in range(toys):
        s = rng.choice([-1.0, 0.0, 1.0]) if rule == "envelope" else rng.normal()
        x = _plane(rng, s, exponential)
        own = _events(x, np.ones(len(x)))
        found = moments_under(
            moments_of(own.x, own.weights, FUNCTIONS, TURN), [_variation(x, rule)], own,
            lambda points: FUNCTIONS.along(points, FIELDS(points)),
            lambda some: moments_of(some.x, some.weights, FUNCTIONS, TURN),
        )  # fmt: skip
        counts += [
            max(given_test(m, [1.0]).log_p for m in found.every) < np.log(0.05),
            given_test(found.statistical, [1.0]).log_p < np.log(0.05),
        ]
    return tuple(counts / toys)  # type: ignore[return-value]


def _most(toys: int) -> float:
    """A fraction of p < 0.05 that is exceeded once in a million such tests, if the level is right."""
    return float(stats.binom(toys, 0.05).ppf(1 - 1e-6)) / toys


#: The variation that is left out is seen by a few toys; how right the level is takes many.
few_or_many = pytest.mark.parametrize("toys", [40, pytest.param(1000, marks=pytest.mark.slow)])


@few_or_many
@pytest.mark.parametrize("exponential", [True, False])
def test_a_nuisance_parameter_in_the_covariance_restores_the_level(exponential: bool, toys: int) -> None:
    known, ignored = _rejected("up_down", exponential, 1, toys)
    assert known <= _most(toys)
    assert ignored > 0.3


@few_or_many
def test_an_envelope_is_conservative(toys: int) -> None:
    known, ignored = _rejected("envelope", True, 2, toys)
    assert known <= _most(toys)
    assert ignored > 0.3


@pytest.mark.parametrize("toys", [200, pytest.param(1000, marks=pytest.mark.slow)])
def test_level_relative_to_a_reference_that_is_off(toys: int) -> None:
    rng, counts = np.random.default_rng(3), np.zeros(2)

    def features(x: torch.Tensor) -> np.ndarray:
        r = torch.linalg.vector_norm(x[:, 0], dim=1).numpy() - 1
        return np.stack([r, r**2], axis=1)

    for _ in range(toys):
        data, theirs = _plane(rng, 0.0, True), _plane(rng, rng.normal(), True)
        points = [
            Points(torch.from_numpy(x), torch.ones(len(x), dtype=torch.float64)) for x in (data, theirs)
        ]
        found = partialled_under([_variation(theirs, "up_down")], *points, features, FUNCTIONS.values)
        logs = [given_test(as_moments(one, FUNCTIONS, TURN), [1.0]).log_p for one in (found.every[0], found)]
        counts += np.array(logs) < np.log(0.05)
    assert counts[0] / toys <= _most(toys)
    assert counts[1] / toys > 0.15


def test_the_region_covers_with_nuisance_parameters() -> None:
    rng, counts, toys = np.random.default_rng(4), np.zeros(2), 200
    for _ in range(toys):
        x = _plane(rng, rng.normal(), False)
        values = np.stack([np.cos(2 * _phi(x)), np.sin(2 * _phi(x))], axis=1)
        plain = sample_mean("v_2", values)
        alternatives = [sample_mean("v_2", values, _efficiency(_phi(x), s)).mean for s in (1.0, -1.0)]
        d = nuisance_shifts("up_down", plain.mean, alternatives)
        whole = Quantity("v_2", plain.mean, plain.covariance, plain.nu, shifts=d)
        counts += [Region([q])["v_2"].low == 0 for q in (whole, plain)]
    assert counts[0] / toys > 0.95 - 3 * np.sqrt(0.05 * 0.95 / toys)
    assert counts[1] / toys < 0.7

"""The whole validation on events whose symmetries are known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.linalg import expm

from symhep.stats.multiplicity import holm
from symhep_symmetrygan.validation.options import PosthocOptions, ValidationOptions
from symhep_symmetrygan.validation.results import Validated
from symhep_symmetrygan.validation.validate import steps_of, validate

OPTIONS = ValidationOptions(
    waves=16, bins=20, random=6, posthoc=PosthocOptions(steps=150, batch=64, hidden=(16,))
)
SEEDS = np.random.SeedSequence(9)


@pytest.fixture(scope="module")
def elements(toys: Any) -> np.ndarray:
    """Four common rotations, a little off; one that turns the vectors apart; one that training lost."""
    rng = np.random.default_rng(51)
    off = expm(np.tensordot(0.02 * rng.normal(size=(4, 6)), toys.generators(4), 1))
    near = off @ toys.affine(toys.turns([0.5, 2.0, 3.0, 5.0], 2))
    apart = np.eye(5)
    apart[:2, :2] = toys.turns(1.0)[0]
    return np.concatenate([near, apart[None], np.full((1, 5, 5), np.nan)])


@pytest.fixture(scope="module")
def validated(planar: Any, elements: np.ndarray) -> Validated:
    events, space = planar
    seen: list[int] = []
    made = validate(elements, space, events, OPTIONS, SEEDS, seen.append)
    assert sum(seen) == steps_of(OPTIONS, 5)  # the sixth is none
    return made


def test_symmetries_survive_refined_and_others_do_not(validated: Validated) -> None:
    level = np.log(0.001)
    assert validated.converged[:4].all()
    assert (validated.log_p[:4] > level).all()
    assert validated.log_p[4] < -100
    assert not validated.converged[4]
    assert (validated.log_p_found[:4] < validated.log_p[:4]).sum() >= 3
    joined = np.log(2) + np.minimum(validated.log_p_waves, validated.log_p_learned)[:5]
    np.testing.assert_allclose(validated.log_p[:5], np.minimum(joined, 0.0))
    np.testing.assert_allclose(validated.log_p_adjusted[:5], holm(validated.log_p[:5]))


def test_classifiers_cannot_tell_symmetries(validated: Validated) -> None:
    ideal = 2 * np.log(2)
    assert np.abs(validated.posthoc_refined[:4] - ideal).max() < 0.02
    assert validated.posthoc_found[4] < ideal - 0.1
    assert np.median(validated.posthoc_random) < ideal - 0.1
    assert (validated.posthoc_random_error > 0).all()


def test_what_training_lost_is_nan(validated: Validated) -> None:
    for name in ("refined", "moved", "log_p", "log_p_found", "log_p_adjusted", "posthoc_refined"):
        values = getattr(validated, name)
        assert [bool(np.isfinite(v).all()) for v in values] == [True] * 5 + [False], name
    assert not validated.converged[5]
    assert validated.directions[5] == 0


def test_an_element_does_not_depend_on_the_others(
    validated: Validated, planar: Any, elements: np.ndarray
) -> None:
    events, space = planar
    alone = validate(elements[:1], space, events, OPTIONS, SEEDS)
    assert alone.log_p_waves[0] == pytest.approx(validated.log_p_waves[0], abs=0.02)
    assert alone.log_p_learned[0] == pytest.approx(validated.log_p_learned[0], abs=0.02)


def test_without_classifiers_waves_test_alone(planar: Any, elements: np.ndarray) -> None:
    events, space = planar
    made = validate(
        elements[:2], space, events, OPTIONS.model_copy(update={"posthoc": None, "random": 0}), SEEDS
    )
    np.testing.assert_array_equal(made.log_p, made.log_p_waves)
    assert np.isnan(made.posthoc_found).all()
    assert made.random.shape == (0, 5, 5)


def test_nothing_found(planar: Any) -> None:
    events, space = planar
    made = validate(np.full((2, 5, 5), np.nan), space, events, OPTIONS, SEEDS)
    assert np.isnan(made.log_p).all()
    assert np.isfinite(made.random).all()

"""Divergences of histograms, and the noise that events make of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import entropy

from symhep_symmetrygan.validation.divergences import counts, divergence, noise
from symhep_symmetrygan.validation.projections import projections

COUNTS = st.lists(st.floats(-2, 1e6), min_size=4, max_size=4).map(np.array)


@given(COUNTS, COUNTS)
def test_is_the_relative_entropy_of_the_counts_and_half_a_count(
    after: np.ndarray, before: np.ndarray
) -> None:
    expected = entropy(np.maximum(after, 0) + 0.5, np.maximum(before, 0) + 0.5)
    assert divergence(after, before) == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_counts_are_of_moved_events_in_effective_numbers(planar: Any, toys: Any) -> None:
    events, _ = planar
    rng = np.random.default_rng(2)
    w = rng.uniform(0, 2, size=len(events.held))
    sample = toys.sample_of(events.held.x.numpy(), w)
    element = np.eye(5)
    element[:4] += 0.1 * rng.normal(size=(4, 5))
    found = projections(events, 25)
    made = counts(found, sample, element[None])[0]
    moved = events.held.x.numpy() @ element[:4, :4].T + element[:4, 4]
    for j, p in enumerate(found):
        expected = np.histogram(p.of(moved), p.axis.edges, weights=w)[0] * w.sum() / (w**2).sum()
        np.testing.assert_allclose(made[j, 1:-1], expected, atol=1e-9)
        assert made[j].sum() == pytest.approx(sample.effective)


@pytest.mark.parametrize("part", [1.0, 0.25])
def test_noise_is_that_of_two_samples_as_large_as_the_held_out_one(
    planar: Any, toys: Any, part: float
) -> None:
    """(B - 1) / n for uniform azimuths, n held-out events: the chi^2 limit of the relative entropy."""
    rng = np.random.default_rng(3)
    n, held = 12000, round(3000 * part)
    x = toys.balanced(rng, n)
    events = replace(planar[0], train=toys.sample_of(x[held:]), held=toys.sample_of(x[:held]))
    found = projections(events, 20)[:2]
    made = noise(found, events, 400, rng)
    assert made.shape == (400, 2)
    np.testing.assert_allclose(made.mean(axis=0), 19 / held, rtol=0.15)

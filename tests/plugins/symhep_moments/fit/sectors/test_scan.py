from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from symhep_moments.fit.sectors.scan import BINS, Units, clearest_arc, scan_p

TURN = 2 * np.pi


def units(phases: np.ndarray, weights: np.ndarray | None = None, unit: np.ndarray | None = None) -> Units:
    return Units.of(phases, np.ones(len(phases)) if weights is None else weights, unit)


def middle_of_bins(counts: np.ndarray) -> np.ndarray:
    """Azimuths in the middle of the scan's bins, so many in each."""
    return np.repeat((np.arange(BINS) + 0.5) * TURN / BINS, counts)


def test_an_empty_arc_has_the_likelihood_ratio_worked_out_by_hand() -> None:
    """With nothing in it p(phi) = 1 / (2 pi (1 - w)) elsewhere: n log(1 / (1 - w))."""
    counts = np.full(BINS, 4)
    counts[50:80] = 0
    arc = clearest_arc(units(middle_of_bins(counts)))
    assert arc.loss
    assert (arc.low, arc.high) == pytest.approx((50 * TURN / BINS, 80 * TURN / BINS))
    n, w = 4 * (BINS - 30), 30 / BINS
    assert arc.log_ratio == pytest.approx(-n * math.log(1 - w))


def test_an_arc_with_three_times_the_events_is_an_excess() -> None:
    """f = 3 k / (BINS + 2 k) of the events are in k of BINS bins."""
    counts = np.full(BINS, 5)
    counts[250:] = counts[:4] = 15  # across zero
    arc = clearest_arc(units(middle_of_bins(counts)))
    assert not arc.loss
    assert (arc.low, arc.high) == pytest.approx((250 * TURN / BINS, (BINS + 4) * TURN / BINS))
    f, w, n = 30 / (BINS + 20), 10 / BINS, counts.sum()
    assert arc.log_ratio == pytest.approx(n * (f * math.log(f / w) + (1 - f) * math.log((1 - f) / (1 - w))))


def test_equal_weights_count_as_events_and_copies_as_one() -> None:
    counts = np.full(BINS, 4)
    counts[50:80] = 0
    phases = middle_of_bins(counts)
    once = clearest_arc(units(phases))
    heavy = clearest_arc(units(phases, np.full(len(phases), 7.0)))
    assert heavy.log_ratio == pytest.approx(once.log_ratio)
    twice = units(np.tile(phases, 2), unit=np.tile(np.arange(len(phases)), 2))
    assert twice.effective == pytest.approx(len(phases))
    assert clearest_arc(twice).log_ratio == pytest.approx(once.log_ratio)


@pytest.mark.parametrize("kind", ["plain", "weights", "pairs"])
def test_the_p_value_is_a_rank(kind: str) -> None:
    """Exact where phases are even: of 200 samples with 19 draws as many as a binomial allows have p <= 0.1."""
    rng = np.random.default_rng(5)
    below = 0
    for _ in range(200):
        phases, weights, unit = rng.random(120) * TURN, None, None
        if kind == "weights":
            weights = rng.lognormal(size=120)
        if kind == "pairs":  # always half a turn apart
            phases, unit = np.concatenate([phases, phases + np.pi]), np.tile(np.arange(120), 2)
        own = units(phases, weights, unit)
        below += math.exp(scan_p(own, clearest_arc(own), rng, 19)) <= 0.1 + 1e-9
    low, high = stats.binom(200, 0.1).ppf([0.0005, 0.9995])
    assert low <= below <= high


def test_a_dead_sector_has_the_smallest_p_there_is() -> None:
    rng = np.random.default_rng(6)
    phases = rng.random(1000) * TURN
    own = units(phases[(phases < 1.0) | (phases > 1.5)])
    assert scan_p(own, clearest_arc(own), rng, 99) == pytest.approx(math.log(0.01))

"""Events counted in blocks, and what elements do to them."""

from __future__ import annotations

import numpy as np
import pytest

from symhep.hypotheses.divergence.observed import Observed, images
from symhep.hypotheses.divergence.projections import projections
from symhep.hypotheses.divergence.record import DivergenceRecord
from symhep.stats.divergence import BLOCKS

NAMES = ("px1", "py1")


def observed(x: np.ndarray, weights: np.ndarray | None = None, unit: np.ndarray | None = None) -> Observed:
    w = np.ones(len(x)) if weights is None else weights
    return Observed(projections(x, NAMES, 25), x, w, unit, np.random.default_rng(1))


def turn(angle: float) -> np.ndarray:
    g = np.eye(3)
    g[:2, :2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    return g


def test_counts_are_of_moved_events_in_effective_numbers() -> None:
    rng = np.random.default_rng(2)
    x, w = rng.normal(size=(20_000, 2)), rng.uniform(0, 2, 20_000)
    seen = observed(x, w)
    g = np.eye(3)
    g[:2] += 0.1 * rng.normal(size=(2, 3))
    (moved,) = images(x, g[None])
    made = seen.counts(moved)
    assert made.shape == (2, BLOCKS, 27)
    for j, p in enumerate(seen.projections):
        expected = np.histogram(p.of(moved), p.axis.edges, weights=w)[0] * w.sum() / (w**2).sum()
        np.testing.assert_allclose(made[j].sum(0)[1:-1], expected, atol=1e-9)
        assert made[j].sum() == pytest.approx(w.sum() ** 2 / (w**2).sum())


def test_a_turn_of_a_round_density_has_no_excess_and_a_stretch_has() -> None:
    seen = observed(np.random.default_rng(3).normal(size=(5000, 2)))
    found = seen.of_elements(np.stack([turn(1.0), np.diag([1.5, 1.0, 1.0]), np.eye(3)]))
    assert found.value.shape == (3, 2)
    assert abs(found.value[0, 0]) < 3 * found.error[0, 0]
    assert (found.value[1] > 5 * found.error[1]).all()
    assert found.value[2].tolist() == [0.0, 0.0]
    # the identity reads the noise: (B - 1) / (events of a half) for the flat azimuth
    assert found.kl[2] == pytest.approx(seen.noise().mean(axis=0))
    assert seen.noise()[:, 0].mean() == pytest.approx(24 / 2500, rel=0.25)
    assert len(seen.of_elements(np.zeros((0, 3, 3)))) == 0


def test_copies_of_an_event_are_counted_as_one() -> None:
    """Ten copies of each of 400 events in units of ten: the error is that of 400 events, not of 4000."""
    x = np.random.default_rng(4).normal(size=(400, 2))
    few = observed(x).of_elements(turn(1.0)[None])
    copied = np.repeat(x, 10, axis=0)
    many = observed(copied, unit=np.repeat(np.arange(400), 10)).of_elements(turn(1.0)[None])
    wrong = observed(copied).of_elements(turn(1.0)[None])
    assert many.error[0, 0] > 0.6 * few.error[0, 0]
    assert wrong.error[0, 0] < 0.5 * few.error[0, 0]


def test_records_have_groups_with_limits() -> None:
    seen = observed(np.random.default_rng(5).normal(size=(3000, 2)))
    kept, failed = (
        seen.of_elements(np.stack([turn(1.0), turn(2.0)])),
        seen.of_elements(np.diag([2.0, 1, 1])[None]),
    )
    made = DivergenceRecord.seen(seen, kept=kept, failed=failed)
    assert made.projections == ("azimuth of object1", "pt of object1")
    assert (made.kept.number, made.failed.number, made.random.number, made.noise.number) == (2, 1, 0, 62)
    assert made.random.excess is None
    azimuth = (made.kept.excess or ())[0]
    assert azimuth.upper_95 is not None
    assert azimuth.expected_95 is not None
    assert azimuth.vanishes
    assert azimuth.upper_95 > (azimuth.value or 0)
    assert "at 95 %" in azimuth.text()
    assert not (made.failed.excess or ())[0].vanishes
    assert made.failed.error == (None, None)
    assert DivergenceRecord.from_json(made.to_json()) == made


def test_histograms_hold_the_same_events_before_and_after() -> None:
    x = np.random.default_rng(6).normal(size=(1000, 2))
    azimuth = observed(x).histograms({"kept": -x})["projection: azimuth of object1"]
    assert azimuth["events", :].sum().value == azimuth["kept", :].sum().value == 1000
    # a half turn of 25 bins moves the content of a bin to between two others
    assert azimuth["events", :].values() != pytest.approx(azimuth["kept", :].values())

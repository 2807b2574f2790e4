from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from symhep_moments.fit.sectors.interval import measured
from symhep_moments.fit.sectors.scan import Units, clearest_arc

TURN = 2 * np.pi
LOW, HIGH = 0.5, 1.1


def sample(n: int, d: float, rng: np.random.Generator) -> np.ndarray:
    """n azimuths, of which those between LOW and HIGH are lost with probability d."""
    phases = rng.random(n) * TURN
    return phases[~((phases > LOW) & (phases < HIGH) & (rng.random(n) < d))]


def test_the_width_for_a_dead_sector_is_that_of_the_gap_between_events() -> None:
    """n (w' - w) / (1 - w) of the gap w' about a dead sector w is the sum of two exponential spacings: Gamma(2), whose
    95 % quantile times (1 - w) / n is the width. The threshold is a quantile of 400 samples: 15 %."""
    rng = np.random.default_rng(1)
    w = (HIGH - LOW) / TURN
    phases = sample(5000, 1.0, rng)
    found = measured(own := Units.of(phases, np.ones(len(phases))), clearest_arc(own), rng)
    wanted = stats.gamma(2).ppf(0.95) * (1 - w) / len(phases)
    assert found.size[1] - found.size[0] == pytest.approx(wanted, rel=0.15)
    assert found.size[0] < w < found.size[1]
    assert found.best.d == pytest.approx(1.0)
    assert found.d[0] < 1.0 == pytest.approx(found.d[1])
    # An edge is one exponential spacing away from the event that it is found at.
    assert found.low[1] - found.low[0] == pytest.approx(
        -np.log(0.025) * TURN * (1 - w) / len(phases), rel=0.2
    )
    assert found.low[0] <= LOW <= found.low[1]
    assert found.high[0] <= HIGH <= found.high[1]


@pytest.mark.parametrize("toys", [4, pytest.param(40, marks=pytest.mark.slow)])
@pytest.mark.parametrize("d", [0.6])
def test_the_width_for_a_partly_dead_sector_is_at_most_1_3_times_that_of_counting(
    d: float, toys: int
) -> None:
    """With known edges k of n events are binomial with f = (1 - d) w / (1 - d w), and s = (w - f) / (1 - f)."""
    rng = np.random.default_rng(2)
    w = (HIGH - LOW) / TURN
    inside = 0
    for _ in range(toys):
        phases = sample(5000, d, rng)
        found = measured(own := Units.of(phases, np.ones(len(phases))), clearest_arc(own), rng)
        n, k = len(phases), int(((phases > LOW) & (phases < HIGH)).sum())
        ends = stats.binom(n, k / n).ppf([0.025, 0.975]) / n
        counting = np.diff([(w - f) / (1 - f) for f in ends])[0]
        assert found.size[1] - found.size[0] < 1.3 * abs(counting)
        inside += found.size[0] < d * w < found.size[1]
    assert inside >= stats.binom(toys, 0.95).ppf(1e-6)


def test_an_excess() -> None:
    rng = np.random.default_rng(3)
    more = LOW + (HIGH - LOW) * rng.random(600)
    phases = np.concatenate([rng.random(4000) * TURN, more])
    own = Units.of(phases, np.ones(len(phases)))
    arc = clearest_arc(own)
    assert not arc.loss
    found = measured(own, arc, rng)
    assert found.size[0] < 600 / 4600 < found.size[1]
    assert found.d[0] < 600 / (4000 * (HIGH - LOW) / TURN) < found.d[1]

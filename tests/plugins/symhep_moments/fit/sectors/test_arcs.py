from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from symhep_moments.fit.sectors.arcs import Arcs, arcs_near
from symhep_moments.fit.sectors.scan import Arc

TURN = 2 * np.pi


def log_likelihood(phases: np.ndarray, low: float, high: float, d: float, inside: float) -> float:
    """sum log p(phi) 2 pi for p ~ 1 - d 1[low < phi < high]."""
    w = (high - low) / TURN
    return inside * np.log(max(1 - d, 1e-300)) - len(phases) * np.log(1 - d * w)


def best_by_hand(phases: np.ndarray) -> float:
    """The largest over all pairs of events and all d, with bounded scalar minimisation for each."""
    best = 0.0
    x = np.sort(phases)
    for i in range(len(x)):
        for j in range(i + 1, len(x)):
            found = minimize_scalar(
                lambda d, i=i, j=j: -log_likelihood(x, x[i], x[j], d, j - i - 1),
                bounds=(0, 1),
                method="bounded",
            )
            best = max(best, -float(found.fun))
    return best


def test_the_best_arc_is_that_of_all_pairs_of_events() -> None:
    rng = np.random.default_rng(2)
    phases = rng.random(45) * TURN
    phases = phases[((phases < 1.5) | (phases > 3.5)) | (rng.random(45) < 0.2)]
    best = arcs_near(phases, None, float(len(phases)), Arc(1.6, 3.4, 0.0, True), loss=True).best()
    assert best.log_ratio == pytest.approx(best_by_hand(phases), rel=1e-4)


@pytest.mark.parametrize("loss", [True, False])
def test_profiles_are_largest_at_the_best_size_and_depth(loss: bool) -> None:
    rng = np.random.default_rng(3)
    phases = rng.random(2000) * TURN
    inside = (phases > 1) & (phases < 2)
    kept = ~inside | (rng.random(2000) < 0.5) if loss else inside | (rng.random(2000) < 0.5)
    phases = phases[kept]
    arcs = arcs_near(phases, None, float(len(phases)), Arc(1.02, 1.98, 0.0, loss), loss)
    best = arcs.best()
    for profile, at in ((arcs.at_size, best.size), (arcs.at_d, best.d)):
        assert profile(at) == pytest.approx(best.log_ratio, abs=1e-9)
        assert max(profile(x) for x in np.linspace(0.5 * at, 1.3 * at, 60)) <= best.log_ratio + 1e-9
    assert arcs.at_size(0.0) == pytest.approx(0.0, abs=1e-12)


def test_size_and_depth_of_one_arc_by_hand() -> None:
    """A tenth of the turn holds 40 of 1000 events: (1 - d) w / (1 - d w) = f, and d w is the share that is lost."""
    one = Arcs(np.array([0.0]), np.array([0.1 * TURN]), np.array([40.0]), 1000.0, True).best()
    assert (1 - one.d) * 0.1 / (1 - one.d * 0.1) == pytest.approx(0.04)
    assert one.size == pytest.approx(0.1 * one.d)
    # 200 of 1000: 1 + e times as dense as outside, of which 100 / 0.9 are more than the others foretell.
    more = Arcs(np.array([0.0]), np.array([0.1 * TURN]), np.array([200.0]), 1000.0, False).best()
    assert 1 + more.d == pytest.approx((200 / 0.1) / (800 / 0.9))
    assert more.size == pytest.approx((200 - 800 / 9) / 1000)


def test_edges_across_zero() -> None:
    phases = np.linspace(0.3, TURN - 0.2, 400)
    best = arcs_near(phases, None, 400.0, Arc(TURN - 0.15, TURN + 0.25, 0.0, True), loss=True).best()
    assert (best.low, best.high) == pytest.approx((TURN - 0.2, TURN + 0.3))
    assert best.d == pytest.approx(1.0)


def test_weights_count_in_effective_events() -> None:
    rng = np.random.default_rng(4)
    phases = rng.random(800) * TURN
    phases = phases[(phases < 2) | (phases > 3)]
    same = arcs_near(phases, np.full(len(phases), 3.0), 100.0, Arc(2.1, 2.9, 0.0, True), loss=True).best()
    assert same.log_ratio == pytest.approx(-100 * np.log(1 - (same.high - same.low) / TURN))

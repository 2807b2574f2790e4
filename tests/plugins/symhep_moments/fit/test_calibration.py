"""The fast version of benchmarks/moments_calibration.py: symmetric events, all ten generators of the Poincare group."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch

from symhep.lie.bases import poincare
from symhep.readers.toy.acceptance import Accepted
from symhep.readers.toy.decays import TwoBody
from symhep.readers.toy.dijets import Dijets
from symhep_moments.fit.candidates import given_test
from symhep_moments.fit.functions.choice import build_functions
from symhep_moments.fit.functions.options import FunctionOptions
from symhep_moments.fit.rank import rank_test
from symhep_moments.fit.sums import moments_of
from symhep_moments.fit.whitening import Whitened, whitened
from symhep_moments.sample import Events

TOYS, EVENTS = 50, 1000
ROTATIONS = ("J_x", "J_y", "J_z")


def white_moments(x: np.ndarray, rng: np.random.Generator) -> Whitened:
    points = torch.from_numpy(x / np.sqrt((x**2).mean()))
    w = torch.ones(len(x), dtype=torch.float64)
    events = Events(points, w, 1.0, ("E", "px", "py", "pz"), "GeV", True, poincare())
    return whitened(moments_of(points, w, build_functions(events, FunctionOptions(), rng), poincare()))


@pytest.mark.parametrize(
    ("draw", "r"),
    [(TwoBody(width=0.03).draw, 3), (Dijets().draw, 1), (TwoBody(width=0.03, rapidity=0.7).draw, 1)],
    ids=["smeared", "dijets", "boosted"],
)
def test_symmetries_of_events_are_rejected_as_often_as_it_says(
    draw: Callable[[np.random.Generator, int], np.ndarray], r: int
) -> None:
    rng = np.random.default_rng(17)
    columns = [poincare().labels.index(label) for label in ROTATIONS[-r:]]
    fitted, given = [], []
    for _ in range(TOYS):
        moments = white_moments(draw(rng, EVENTS), rng)
        fitted.append(rank_test(moments, r).log_p)
        given.append(given_test(moments, np.eye(10)[:, columns]).log_p)
    for logs in (fitted, given):
        p = np.exp(logs)
        assert np.mean(p < 0.05) <= 0.14  # binomial 99.5 % limit of 50
        assert np.mean(p < 0.01) <= 0.06
        assert 0.3 < np.mean(p < 0.5) < 0.7
    assert rank_test(moments, r + 1).log_p < np.log(1e-15)


@pytest.mark.parametrize("order", [1, 3, 5, 6])
def test_one_harmonic_of_the_acceptance_is_seen(order: int) -> None:
    """1 + eps cos(m phi) at eps = 11 / n^(1/2), where the power is beyond 0.999 (benchmarks/moments_power.py)."""
    rng = np.random.default_rng(order)
    draw = Accepted(Dijets(), modulation=11 / EVENTS**0.5, order=order).draw
    white = white_moments(draw(rng, EVENTS), rng)
    axis = np.eye(10)[:, [poincare().labels.index("J_z")]]
    for tested in (given_test(white, axis), rank_test(white, 1)):
        assert tested.log_p < np.log(0.05)
        assert tested.blocks["harmonics"].log_p < np.log(0.05)
        assert order < 3 or min(tested.blocks, key=lambda name: tested.blocks[name].log_p) == "harmonics"


def test_few_events_of_many_particles() -> None:
    """60 events and some hundred moments: the fit must not use directions in which 60 events have no spread."""
    rng = np.random.default_rng(3)
    logs = []
    for _ in range(30):
        p = rng.normal(size=(60, 6, 3))
        x = np.concatenate([np.sqrt(1 + (p**2).sum(axis=2, keepdims=True)), p], axis=2)
        logs.append(rank_test(white_moments(x, rng), 3).log_p)
    # Binomial 99.9 % limit of 30 at 0.1: with so few events the level holds within a factor of two.
    assert np.mean(np.exp(logs) < 0.05) <= 8 / 30

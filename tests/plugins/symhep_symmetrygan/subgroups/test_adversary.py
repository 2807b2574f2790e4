"""The game finds the position of a subgroup, and loses where there is none."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch

from symhep.lie.subgroups import lorentz_subgroups
from symhep.torchkit.streams import replica_seeds
from symhep_symmetrygan.sample import Events, Sample
from symhep_symmetrygan.subgroups.adversary import Whitening, play
from symhep_symmetrygan.subgroups.conjugates import Conjugated, members
from symhep_symmetrygan.subgroups.options import WalkOptions
from symhep_symmetrygan.subgroups.refinement import Positions
from symhep_symmetrygan.subgroups.trial import Place, Trial
from symhep_symmetrygan.validation.waves import Waves

LORENTZ = lorentz_subgroups()


def axis(member: str, parameters: torch.Tensor) -> np.ndarray:
    (turn,) = Conjugated(LORENTZ, [members(LORENTZ[member])[0]]).generators(parameters[None])[0].numpy()
    return np.array([turn[3, 2], turn[1, 3], turn[2, 1], *turn[0, 1:4]])


def test_an_axis_is_found_from_elsewhere(drawn: Callable[..., Events]) -> None:
    """Boosted decays turn about z alone; the game starts 0.6 away, and the boosts of the start must vanish too."""
    events = drawn("two_body", 3000, rapidity=0.8, a_fb=0.7)
    first = torch.tensor([[0.6, 0.0, 0.0, 0.2, 0.0, 0.0]])
    (end,) = play(
        events.train, LORENTZ, members(LORENTZ["SO(2)"]), lambda _: first, WalkOptions(steps=300),
        replica_seeds(np.random.SeedSequence(1), 1),
    )  # fmt: skip
    started = np.linalg.norm(axis("SO(2)", first[0].double()) - [0, 0, 1, 0, 0, 0])
    assert np.linalg.norm(axis("SO(2)", end) - [0, 0, 1, 0, 0, 0]) < 0.15 * started


def test_a_replica_does_not_know_its_neighbours(drawn: Callable[..., Events]) -> None:
    events = drawn("two_body", 400)
    chosen = [m for name in ("SO(2)", "four-screw", "Lorentz") for m in members(LORENTZ[name])]
    seeds = replica_seeds(np.random.SeedSequence(1), len(chosen))
    options = WalkOptions(steps=5)
    together = play(events.train, LORENTZ, chosen, lambda t: t, options, seeds)
    for r, member in enumerate(chosen):
        alone = play(events.train, LORENTZ, [member], lambda t: t, options, seeds[r : r + 1])[0]
        np.testing.assert_allclose(together[r, : len(alone)], alone, atol=1e-4)


def test_whitening_heeds_weights(drawn: Callable[..., Events]) -> None:
    """Events of weight zero change nothing."""
    events = drawn("two_body", 2000, rapidity=0.8)
    seen = Whitening(Sample(events.train.x, events.train.weights))
    doubled = Sample(
        torch.cat([events.train.x, events.train.x + 5]),
        torch.cat([events.train.weights, 0 * events.train.weights]),
    )
    np.testing.assert_allclose(
        Whitening(doubled).matrix, seen.matrix, rtol=1e-6, atol=1e-9 * float(seen.matrix.abs().max())
    )
    np.testing.assert_allclose(seen.matrix, seen.matrix.T, rtol=1e-12, atol=1e-12)  # of all that whiten, one
    white = seen(events.train.x)
    covariance = np.cov(white.numpy().T, bias=True)
    # four-momenta of back-to-back pairs leave narrow directions narrower than unity
    assert covariance.diagonal().max() == pytest.approx(1.0)


def test_refining_reaches_the_axis_within_its_error(drawn: Callable[..., Events]) -> None:
    events = drawn("two_body", 4000, a_fb=0.7)
    rng = np.random.default_rng(1)
    positions = Positions(Waves.draw(events.train, 24, rng), events.train, LORENTZ, rng)
    (member,) = members(LORENTZ["SO(2)"])
    start = torch.tensor([0.3, -0.2, 0.0, 0.0, 0.0, 0.0], dtype=torch.float64)
    before, after = (
        positions.qualities([member], t[None])[0] for t in (start, positions.refined(member, start))
    )
    assert after < 0.2 * before
    found = axis("SO(2)", positions.refined(member, start))
    # the mean momentum of 2000 events shows the axis to 0.026: see test_walk
    error = np.sqrt((1 - 2 / 5) / 2 / 2000) / (2 / 3 * 0.7)
    assert np.linalg.norm(found - [0, 0, 1, 0, 0, 0]) < 4 * error


def test_slopes_against_differences_of_means(drawn: Callable[..., Events]) -> None:
    """A position off by delta: D changes by the tangent times delta, for delta below the finest wave's length."""
    events = drawn("two_body", 600, a_fb=0.7)
    rng = np.random.default_rng(1)
    positions = Positions(Waves.draw(events.train, 8, rng), events.train, LORENTZ, rng)
    (member,) = members(LORENTZ["SO(2)"])
    at = torch.tensor([0.3, -0.2, 0.1, 0.0, 0.1, 0.0], dtype=torch.float64)
    step = 3e-4 * torch.from_numpy(rng.normal(size=6))
    _, tangent = positions.tangent(member, at)
    one = Conjugated(LORENTZ, [member])
    moved = positions.means(one, (at + step)[None])[0] - positions.means(one, (at - step)[None])[0]
    assert np.linalg.norm(tangent @ step.numpy() - moved / 2) < 0.15 * np.linalg.norm(moved / 2)


def linear(x: torch.Tensor) -> torch.Tensor:
    return x[:, 3]


def test_slope_of_an_answer(drawn: Callable[..., Events]) -> None:
    """E[pz(x) - pz(h x)] for turns about an axis n: with h averaged over all angles pz becomes n_z n.p."""
    events = drawn("two_body", 4000, a_fb=0.7)
    rng = np.random.default_rng(1)
    waves = Waves.draw(events.train, 8, rng)
    positions = Positions(waves, events.train, LORENTZ, rng)
    trial = Trial(events, waves, positions, WalkOptions(), np.random.SeedSequence(1), "cpu", 10)
    (member,) = members(LORENTZ["SO(2)"])
    at = torch.tensor([0.5, 0.0, 0.0, 0.0, 0.0, 0.0], dtype=torch.float64)  # n = (0, -sin 0.5, cos 0.5)
    one = Conjugated(LORENTZ, [member])
    slope = trial.slope(Place("tilted", one.generators(at[None])[0], one.compact[0], member, at), linear)
    p = events.held.x[:, 1:4].mean(0).numpy()

    def mean(angle: float) -> float:
        n = np.array([0.0, -np.sin(angle), np.cos(angle)])
        return float(p[2] - n[2] * (n @ p))

    wanted = (mean(0.5 + 1e-4) - mean(0.5 - 1e-4)) / 2e-4
    # 2000 events, each turned by a random angle; components of single momenta are about one
    assert slope[0] == pytest.approx(wanted, abs=4 / np.sqrt(2000))

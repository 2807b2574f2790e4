"""The game on densities whose symmetries are known."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from symhep.errors import MethodError
from symhep.lie.groups import AffineLine, Family, Nonlinear, PlaneRotations, Similarity, Streams
from symhep.torchkit.streams import replica_seeds
from symhep_symmetrygan.sample import Sample
from symhep_symmetrygan.spaces.space import Space
from symhep_symmetrygan.terms.commuting import Commuting
from symhep_symmetrygan.training import adversary
from symhep_symmetrygan.training.adversary import Trained, train
from symhep_symmetrygan.training.options import TrainingOptions

SEEDS = replica_seeds(np.random.SeedSequence(5), 24)


def _sample(x: np.ndarray, weights: np.ndarray | None = None) -> Sample:
    w = np.ones(len(x)) if weights is None else weights
    return Sample(torch.from_numpy(x), torch.from_numpy(w))


def _plane(count: int = 2000) -> Sample:
    return _sample(np.random.default_rng(1).normal(size=(count, 2)) * [1.0, 0.6] + [0.3, 0.0])


def _train(family: Family, sample: Sample, replicas: int = 6, **changed: Any) -> Trained:
    extra = {k: changed.pop(k) for k in ("terms", "inertial", "start", "advance") if k in changed}
    options = TrainingOptions(**{"steps": 20, "batch": 32, **changed})
    return train(Space("s", family, None), sample, options, SEEDS[:replicas], **extra)


class _Unlinear(Nonlinear):
    """`Similarity` without its formulas."""

    name, labels, vector = "similarity", ("c", "s"), 2

    def transform(self, parameters: Tensor, x: Tensor) -> Tensor:
        return Similarity().transform(parameters, x)

    def initial(self, streams: Streams) -> Tensor:
        return Similarity().initial(streams)


@pytest.fixture(scope="module")
def normal() -> Trained:
    """N(0.5, 1) and the maps b + c x, section V A of the paper."""
    sample = _sample(np.random.default_rng(2).normal(0.5, 1.0, (4000, 1)))
    # parameters start up to 5 from 0, and travel at most steps x rate / 2
    rates = {"generator": 1e-2}
    return _train(AffineLine(), sample, 24, steps=1500, batch=128, learning_rate=rates)


def test_the_two_symmetries_of_a_normal_density(normal: Trained) -> None:
    """(b, c) = (0, 1) and (1, -1), by the sign of c at the start: Fig. 3 of the paper."""
    mean, error = 0.5, 1 / math.sqrt(4000)
    up = normal.initial[:, 1] > 0
    assert 5 < up.sum() < 19
    # a slope near zero squeezes all events to a point, from where either sign is as near
    far = np.abs(normal.initial[:, 1]) > 1
    np.testing.assert_array_equal((normal.final[far, 1] > 0), up[far])
    up = normal.final[:, 1] > 0
    expected = np.where(up[:, None], [0.0, 1.0], [2 * mean, -1.0])
    # the sample's own mean and width differ from those of the density by their errors; training adds noise
    assert np.abs(np.median(normal.final[up] - expected[up], axis=0)).max() < 5 * error
    assert np.abs(np.median(normal.final[~up] - expected[~up], axis=0)).max() < 5 * error
    assert not normal.diverged.any()


def test_the_loss_rises_to_that_of_a_coin(normal: Trained) -> None:
    assert normal.loss.shape == (24, 100)
    assert normal.loss[:, 5].mean() < 1.2
    np.testing.assert_allclose(np.median(normal.loss[:, -10:]), 2 * math.log(2), atol=0.01)


def test_same_seed_same_numbers_however_many_beside() -> None:
    sample = _plane()
    together = _train(PlaneRotations(2), sample, 6, steps=50)
    for alone in (
        train(Space("s", PlaneRotations(2), None), sample, TrainingOptions(steps=50, batch=32), SEEDS[4:5]),
        train(Space("s", PlaneRotations(2), None), sample, TrainingOptions(steps=50, batch=32), SEEDS[3:6]),
    ):
        at = 0 if len(alone.final) == 1 else 1
        np.testing.assert_allclose(alone.initial[at], together.initial[4], rtol=1e-6)
        np.testing.assert_allclose(alone.final[at], together.final[4], rtol=1e-5)
        np.testing.assert_allclose(alone.loss[at], together.loss[4], rtol=1e-5)
    assert len(np.unique(together.final)) == 6


def test_threads_do_not_change_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adversary, "TOGETHER", 2)
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        one = _train(Similarity(), _plane())
        torch.set_num_threads(3)
        three = _train(Similarity(), _plane())
    finally:
        torch.set_num_threads(before)
    np.testing.assert_array_equal(one.final, three.final)


def test_maps_without_a_formula_are_trained_alike() -> None:
    one, two = _train(Similarity(), _plane()), _train(_Unlinear(), _plane())
    np.testing.assert_array_equal(one.initial, two.initial)
    np.testing.assert_allclose(one.final, two.final, atol=1e-4)
    np.testing.assert_allclose(one.loss, two.loss, atol=1e-4)
    assert np.abs(one.final - one.initial).max() > 0.01


@pytest.mark.parametrize("whitened", [False, True])
def test_the_first_step_is_adams(whitened: bool) -> None:
    """Adam's first step is the learning rate times the sign of the slope (Kingma and Ba, section 2.1)."""
    inputs = "whitened" if whitened else "scaled"
    options = {"steps": 1, "learning_rate": {"generator": 0.01}, "discriminator": {"inputs": inputs}}
    trained = _train(Similarity(), _plane(), **options)
    # its epsilon (1e-7) shortens the step of slopes that are not far above it
    np.testing.assert_allclose(np.abs(trained.final - trained.initial), 0.01, rtol=1e-3)


def test_decay_ends_at_rest() -> None:
    """The step size at step t of n is (1 + cos(pi t / n)) / 2 of the first: 1 + 1/2 of it in two steps."""
    moved = {
        decay: np.abs(np.subtract(*(getattr(t, n) for n in ("final", "initial"))))
        for decay in ("none", "cosine")
        for t in [_train(AffineLine(1.0), _plane_line(), steps=2, decay=decay)]
    }
    # the second slope has the sign of the first for most, and nearly its size, so either step is about the rate
    assert np.median(moved["none"]) == pytest.approx(2 * 3e-3, rel=0.05)
    assert np.median(moved["cosine"]) == pytest.approx(1.5 * 3e-3, rel=0.05)


def _plane_line() -> Sample:
    return _sample(np.random.default_rng(3).normal(0.0, 1.0, (2000, 1)))


def test_the_average_forgets_at_its_rate() -> None:
    last, mean = (_train(Similarity(), _plane(), steps=1, average=a) for a in (0.0, 0.75))
    np.testing.assert_allclose(mean.final, 0.75 * mean.initial + 0.25 * last.final, atol=1e-6)


def test_weights_tell_which_density_is_kept() -> None:
    """Two bumps, at 1 and at -2; only that at 1 has weight, so b + c x turns about 1: b = 1 - c with c = -1."""
    rng = np.random.default_rng(4)
    x = np.concatenate([rng.normal(1.0, 0.5, (3000, 1)), rng.normal(-2.0, 0.5, (3000, 1))])
    start = np.tile([[1.5, -0.8]], (4, 1))
    found = _train(
        AffineLine(), _sample(x, np.repeat([1.0, 1e-6], 3000)), 4, steps=1000, batch=128, start=start
    )
    np.testing.assert_allclose(np.median(found.final, axis=0), [2.0, -1.0], atol=0.1)
    np.testing.assert_array_equal(found.initial, start.astype(np.float32))


def test_negative_weights_take_events_away() -> None:
    """N(1, 0.5) with as much of a bump at -2 subtracted as was added."""
    rng = np.random.default_rng(4)
    bumps = [(1.0, 3000, 1.0), (-2.0, 3000, 0.5), (-2.0, 3000, -0.5)]
    x = np.concatenate([rng.normal(m, 0.5, (n, 1)) for m, n, _ in bumps])
    weights = np.concatenate([np.full(n, w) for _, n, w in bumps])
    start = np.tile([[1.5, -0.8]], (8, 1))
    found = _train(AffineLine(), _sample(x, weights), 8, steps=1000, batch=128, start=start)
    np.testing.assert_allclose(np.median(found.final, axis=0), [2.0, -1.0], atol=0.2)


def test_a_restart_that_diverges_is_reported_and_leaves_the_others() -> None:
    start = np.ones((3, 2))
    start[1] = np.nan
    found, alone = (_train(Similarity(), _plane(), 3, start=s) for s in (start, np.ones((3, 2))))
    assert found.diverged.tolist() == [False, True, False]
    np.testing.assert_array_equal(found.final[[0, 2]], alone.final[[0, 2]])


def test_progress_adds_up() -> None:
    told: list[int] = []
    _train(Similarity(), _plane(), 4, steps=70, advance=lambda steps=1, note="": told.append(steps))
    assert sum(told) == 4 * 70
    assert len(told) > 1


def test_pairs_need_an_even_number() -> None:
    with pytest.raises(MethodError, match="3 restarts cannot be divided into groups of 2"):
        _train(PlaneRotations(2), _plane(), 3, terms=[(1.0, Commuting())])

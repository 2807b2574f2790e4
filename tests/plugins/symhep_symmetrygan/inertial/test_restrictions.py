"""The three ways of section III, on a density that a map keeps which is no symmetry."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy.stats import kstest
from torch import Tensor

from symhep.lie.groups import AffineLine, Nonlinear, PlaneRotations, Streams
from symhep.torchkit.streams import ReplicaStreams, replica_seeds
from symhep_symmetrygan.inertial.density import draw_inertial
from symhep_symmetrygan.inertial.henon import Henon
from symhep_symmetrygan.inertial.options import BoxOptions
from symhep_symmetrygan.inertial.selection import kept_log_p
from symhep_symmetrygan.sample import Sample
from symhep_symmetrygan.spaces.space import Space
from symhep_symmetrygan.training.adversary import Trained, train
from symhep_symmetrygan.training.options import TrainingOptions

RATE = 3.0


class QuantileInversion(Nonlinear):
    """F^-1(1 - F(x)), eqs. (5) and (6), for F = (1 - exp(-a x)) / (1 - exp(-a)), the exponential cut off at 1.

    a -> 0 is 1 - x, which keeps the uniform density on [0, 1].
    """

    name, labels, vector = "quantile inversion", ("a",), 1

    def transform(self, parameters: Tensor, x: Tensor) -> Tensor:
        a = parameters[..., None]
        # F(g) = 1 - F(x) means exp(-a g) = 1 + exp(-a) - exp(-a x)
        return -torch.log(1 + torch.exp(-a) - torch.exp(-a * x)) / a

    def initial(self, streams: Streams) -> Tensor:
        return 0.5 + 5 * streams.uniform(1)


def _exponential(count: int = 4000, seed: int = 1) -> Sample:
    """Density exp(-3 x) on [0, 1]."""
    u = np.random.default_rng(seed).uniform(size=(count, 1))
    x = -np.log1p(-u * -math.expm1(-RATE)) / RATE
    return Sample(torch.from_numpy(x), torch.ones(count, dtype=torch.float64))


def _box(count: int = 4000, seed: int = 2) -> Sample:
    return draw_inertial(BoxOptions(low=0, high=1), count, ("x",), 1.0, np.random.default_rng(seed))


def _search(inertial: tuple[float, Sample] | None) -> Trained:
    space = Space("inversion", QuantileInversion(), None)
    options = TrainingOptions(steps=1000, learning_rate={"generator": 1e-2})
    return train(
        space, _exponential(), options, replica_seeds(np.random.SeedSequence(3), 6), inertial=inertial
    )


@pytest.fixture(scope="module")
def alone() -> Trained:
    return _search(None)


def test_the_family_is_what_it_says() -> None:
    """At a = 3 the images of exponential events are exponential, those of uniform ones are not."""
    at = torch.tensor([[RATE]], dtype=torch.float64)
    image = QuantileInversion().transform(at, _exponential().x[None])[0, :, 0].numpy()
    assert kstest(image, lambda x: np.expm1(-RATE * x) / math.expm1(-RATE)).pvalue > 1e-3
    assert kstest(QuantileInversion().transform(at, _box().x[None])[0, :, 0].numpy(), "uniform").pvalue < 1e-9


def test_without_restriction_the_inversion_is_found(alone: Trained) -> None:
    assert np.abs(np.median(alone.final) - RATE) < 0.25
    assert np.median(alone.loss[:, -10:]) == pytest.approx(2 * math.log(2), abs=0.01)


def test_two_stages_reject_it(alone: Trained) -> None:
    rng = np.random.default_rng(4)
    family = QuantileInversion()
    assert kept_log_p(family, alone.final, _box(), rng).max() < math.log(1e-6)
    exact = np.array([[RATE]])
    assert kept_log_p(family, exact, _exponential(seed=9), rng)[0] > math.log(1e-3)
    # a -> 0 keeps the uniform density and not that of the events
    flat = np.array([[1e-4]])
    assert kept_log_p(family, flat, _box(), rng)[0] > math.log(1e-3)
    assert kept_log_p(family, flat, _exponential(seed=9), rng)[0] < math.log(1e-6)


def test_simultaneous_discrimination_finds_no_map_that_keeps_both(alone: Trained) -> None:
    both = _search((1.0, _box()))
    # neither density is kept: the loss on the events stays below that of a coin, and a between 0 and 3
    assert np.median(both.loss[:, -10:]) < np.median(alone.loss[:, -10:]) - 0.02
    assert 0.3 < np.median(both.final) < RATE - 0.3


def test_a_strong_inertial_loss_wins() -> None:
    strong = _search((100.0, _box()))
    assert np.median(strong.final) < 0.5


def test_areas_are_kept() -> None:
    """|det g'| = 1 everywhere, by finite differences."""
    family, h = Henon(), 1e-6
    start = family.initial(ReplicaStreams(replica_seeds(np.random.SeedSequence(1), 20))).double()
    assert set(start[:, 1].tolist()) == {-1.0, 1.0}
    at = torch.from_numpy(np.random.default_rng(5).normal(size=(20, 1, 2)))
    steps = h * torch.eye(2, dtype=torch.float64)
    columns = [
        (family.transform(start, at + s) - family.transform(start, at - s))[:, 0] / (2 * h) for s in steps
    ]
    det = torch.linalg.det(torch.stack(columns, -1))
    torch.testing.assert_close(det, start[:, 1], rtol=1e-8, atol=1e-8)


def test_upfront_a_banana_is_mirrored_in_its_ridge() -> None:
    """y = x^2 + noise: reflected in the parabola y = x^2, (x, y) -> (x, 2 x^2 - y), a = -2; and the identity."""
    rng = np.random.default_rng(6)
    x = rng.normal(size=4000)
    events = np.column_stack([x, 0.5 * rng.normal(size=4000) + x**2])
    sample = Sample(torch.from_numpy(events), torch.ones(4000, dtype=torch.float64))
    options = TrainingOptions(steps=1000, learning_rate={"generator": 1e-2})
    seeds = replica_seeds(np.random.SeedSequence(7), 10)
    found = train(Space("henon", Henon(), None), sample, options, seeds)
    np.testing.assert_array_equal(found.final[:, 1], found.initial[:, 1])
    expected = np.where(found.final[:, 1] < 0, -2.0, 0.0)
    assert 0 < (expected < 0).sum() < 10
    assert np.median(np.abs(found.final[:, 0] - expected)) < 0.05


def test_p_values_are_uniform_for_maps_that_keep_the_density() -> None:
    """200 sets of draws; the rotation by 1 of a round normal density."""
    p = []
    for seed in range(200):
        rng = np.random.default_rng([8, seed])
        draws = Sample(torch.from_numpy(rng.normal(size=(500, 2))), torch.ones(500, dtype=torch.float64))
        p.append(math.exp(kept_log_p(PlaneRotations(2), np.array([[1.0]]), draws, rng)[0]))
    assert kstest(p, "uniform").pvalue > 1e-3


def test_the_identity_keeps_everything_and_a_shift_nothing() -> None:
    log_p = kept_log_p(AffineLine(), np.array([[0.0, 1.0], [0.5, 1.0]]), _box(), np.random.default_rng(1))
    assert log_p[0] == 0.0
    assert log_p[1] < math.log(1e-6)

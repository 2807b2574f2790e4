from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from symhep.errors import MethodError
from symhep.lie.groups import AffineLine, Components, PlaneRotations, Similarity, Streams, reflections
from symhep.torchkit.streams import ReplicaStreams, replica_seeds
from symhep_symmetrygan.maps.comparison import compare
from symhep_symmetrygan.maps.formulas import FORMULAS
from symhep_symmetrygan.maps.omega import LearnedMap, learn_map
from symhep_symmetrygan.maps.options import LearnOptions
from symhep_symmetrygan.sample import Sample
from symhep_symmetrygan.spaces.space import Space


class Slope(AffineLine):
    """g(x) = c x of eq. (A6), from c in [-2, 2]."""

    def __init__(self) -> None:
        super().__init__(intercept=0.0)

    def initial(self, streams: Streams) -> Tensor:
        return 4 * streams.uniform(1) - 2


SLOPE = Space("c x", Slope(), None)
SHORT = LearnOptions(points=24, steps=400, batch=64, warm_up=100, learning_rate={"generator": 2e-2})


def _normal(size: int) -> Sample:
    x = np.random.default_rng(1).normal(size=(4000, size))
    return Sample(torch.from_numpy(x), torch.ones(4000, dtype=torch.float64))


def _seeds(count: int, entropy: int = 2) -> list[np.random.SeedSequence]:
    return replica_seeds(np.random.SeedSequence(entropy), count)


@pytest.fixture(scope="module")
def slope() -> LearnedMap:
    return learn_map(SLOPE, _normal(1), SHORT, _seeds(SHORT.points))


def test_the_step_is_learned_from_one_run(slope: LearnedMap) -> None:
    """(A6) on fresh c; the identity and every constant leave at least half of them 0.5 away or more."""
    fresh = SLOPE.family.initial(ReplicaStreams(_seeds(500, 3))).double().numpy()
    away = compare(fresh, slope.omega(fresh), FORMULAS["sign"], _normal(1)).distance
    assert np.median(away) < 0.3
    assert (away < 0.5).mean() > 0.8


def test_the_images_are_those_of_the_map(slope: LearnedMap) -> None:
    np.testing.assert_allclose(slope.omega(slope.points), slope.images, atol=1e-4)
    assert slope.periods.tolist() == [0.0]


def test_same_seeds_same_map(slope: LearnedMap) -> None:
    options = LearnOptions(points=3, steps=30, warm_up=5, features=16)
    one, two = (learn_map(SLOPE, _normal(1), options, _seeds(3)) for _ in range(2))
    assert (one.images == two.images).all()
    other = learn_map(SLOPE, _normal(1), options, _seeds(3, 4))
    assert (one.points != other.points).all()


def test_it_starts_as_the_identity() -> None:
    """One step moves no point by more than the step size in units of the spread, times the most that ridge leaves."""
    options = LearnOptions(points=8, steps=1, warm_up=0, learning_rate={"generator": 1e-3})
    found = learn_map(Space("so(2)xr+", Similarity(), None), _normal(2), options, _seeds(8))
    moved = np.abs(found.omega(found.points) - found.points)
    assert 0 < moved.max() < 5e-3


def test_progress_counts_the_steps() -> None:
    told: list[int] = []
    options = LearnOptions(points=3, steps=7, warm_up=2, features=16)
    learn_map(
        Space("turn", PlaneRotations(2), None),
        _normal(2),
        options,
        _seeds(3),
        advance=lambda n=1, note="": told.append(n),
    )
    assert sum(told) == 3 * 7


def test_discrete_parameters_are_refused() -> None:
    space = Space("o(2)", Components(Similarity(), reflections(2)), None, ("component",))
    with pytest.raises(MethodError, match="o\\(2\\) also has component"):
        learn_map(space, _normal(2), SHORT, _seeds(2))

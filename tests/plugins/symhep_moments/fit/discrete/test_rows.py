"""Events as discrete elements see them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from symhep.events.dataset import Dataset
from symhep_moments.fit.discrete.rows import bodies, body_names, by_unit, numbers_of
from symhep_moments.places import Places
from symhep_moments.sample import events_of

SET = Places(
    ("px", "py"), np.ones((3, 2), dtype=bool), ("lepton", "jets[0]", "jets[1]"), ("lepton", "jets", "jets"),
    frozenset({"jets"}), True, 1, 1,
)  # fmt: skip
X = torch.from_numpy(np.random.default_rng(1).normal(size=(4, 3, 5)))


def test_rows_of_one_unit_stand_together_and_weights_of_zero_are_gone() -> None:
    events = events_of(Dataset.from_array(np.random.default_rng(1).normal(size=(40, 2)), scaling="none"))
    weights = torch.ones(40, dtype=torch.float64)
    weights[3] = 0
    some, units = by_unit(replace(events, weights=weights, source=np.arange(40) % 20))
    assert len(some) == 39
    assert (np.diff(units) >= 0).all()
    fewer, _ = by_unit(replace(events, source=np.arange(40) % 20), 5)
    assert len(fewer) == 10


def test_members_of_a_set_are_one_body() -> None:
    assert body_names(("a", "b", "c"), 3, SET) == ("lepton", "all jets")
    found = bodies(X, SET)
    assert found.shape == (4, 2, 2)
    assert torch.equal(found[:, 1], X[:, 1, :2] + X[:, 2, :2])


def test_distances_know_no_order_of_members_and_keep_spectators() -> None:
    swapped = X[:, [0, 2, 1]]
    assert torch.allclose(numbers_of(X, SET), numbers_of(swapped, SET))
    other = X.clone()
    other[..., 4] += 1.0  # the spectator
    assert not torch.allclose(numbers_of(X, SET), numbers_of(other, SET))
    tagged = X.clone()
    tagged[:, 0, 3] += 1.0  # the tag of the lepton
    assert not torch.allclose(numbers_of(X, SET), numbers_of(tagged, SET))


def test_plain_vectors_are_their_components() -> None:
    assert numbers_of(X, None).shape == (4, 15)
    assert bodies(X, None) is X

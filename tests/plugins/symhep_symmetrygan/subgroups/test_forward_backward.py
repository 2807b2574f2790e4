"""The forward-backward asymmetry of a pair."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from symhep.events.dataset import Dataset
from symhep.events.stream import InMemory
from symhep.methods.context import COMBINE, Context, seed_sequence
from symhep_symmetrygan.sample import Events, Rows
from symhep_symmetrygan.subgroups.forward_backward import forward_backward, forward_backward_of_all

CONTEXT = Context(seed_sequence(1, "symmetrygan", COMBINE))


def pairs(weights: np.ndarray) -> Dataset:
    """Two back-to-back massless particles, the first forward in about three of five."""
    rng, count = np.random.default_rng(1), len(weights)
    p = rng.normal(size=(count, 3))
    p[:, 2] = np.abs(p[:, 2]) * np.where(rng.random(count) < 0.6, 1, -1)
    momenta = np.stack([np.c_[np.linalg.norm(p, axis=1), sign * p] for sign in (1, -1)], axis=1)
    data = Dataset.from_array(momenta.reshape(count, -1), scaling="isotropic", weights=weights)
    return replace(
        data, momenta=momenta, particles=("mu-", "mu+"), kinds=("massless",) * 2, objects=("mu-", "mu+"),
        block=np.arange(count) // 300,
    )  # fmt: skip


@pytest.mark.parametrize("weighted", [False, True])
def test_of_all_events_it_is_what_it_is_in_memory(weighted: bool) -> None:
    weights = np.random.default_rng(2).choice([1.0, 2.0, -0.5], 2000) if weighted else np.ones(2000)
    data = pairs(weights)
    whole = Rows.of(data).split(np.random.default_rng(3))
    few = Rows.of(data.take(np.arange(500))).split(np.random.default_rng(3))
    here, there = forward_backward(whole), forward_backward_of_all(few, InMemory(data), CONTEXT)
    assert here is not None and there is not None  # noqa: PT018
    assert (there.value, there.low, there.high) == pytest.approx((here.value, here.low, here.high))
    forward = data.momenta[:, 0, 3] > 0  # type: ignore[index]
    assert there.value == pytest.approx((weights[forward].sum() - weights[~forward].sum()) / weights.sum())


def test_it_needs_a_pair_of_opposite_charge(drawn: Callable[..., Events]) -> None:
    jets = drawn("two_body", 100, 2, ("jet[0]", "jet[1]"))
    assert forward_backward(jets) is None
    assert forward_backward_of_all(jets, InMemory(pairs(np.ones(10))), CONTEXT) is None

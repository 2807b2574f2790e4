"""What networks and neighbours learn, judged by events that they have not seen."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from symhep.events.dataset import Dataset
from symhep.lie.elements.frame import Frame
from symhep.lie.elements.reading import read_element
from symhep_moments.fit.discrete.by_learning import _of_network, learned_parts, neighbour_scores
from symhep_moments.fit.discrete.options import ClassifierOptions, DiscreteOptions
from symhep_moments.fit.discrete.rows import split_units, weighting_of
from symhep_moments.sample import events_of

FRAME = Frame(("x1", "x2"), ("1",))
QUICK = ClassifierOptions(hidden=(8,), min_steps=40, epochs=3)


def shares(logits: np.ndarray) -> np.ndarray:
    """log softmax of (n, q)."""
    return logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))


def test_gain_of_an_involution_is_log_two_sigmoid() -> None:
    s = np.random.default_rng(1).normal(0.3, 1, size=500)
    asymmetry, gain = _of_network(shares(np.c_[s, np.zeros(500)]), np.ones(500))
    gains = np.log(2 / (1 + np.exp(-s)))
    assert gain.value == pytest.approx(gains.mean())
    assert gain.error == pytest.approx(gains.std() / np.sqrt(500))
    assert asymmetry.value == pytest.approx(np.sign(s).mean())


def test_pairs_of_opposite_weight_add_nothing_but_noise() -> None:
    rng = np.random.default_rng(4)
    logits = np.c_[rng.normal(0.2, 1, size=600), np.zeros(600)]
    alone = _of_network(shares(logits), np.ones(600))
    padded = np.r_[logits, logits[:50], logits[:50]]
    asymmetry, gain = _of_network(shares(padded), np.r_[np.ones(650), -np.ones(50)])
    assert gain.value == pytest.approx(alone[1].value)
    assert gain.error is not None
    assert alone[1].error is not None
    assert gain.error > alone[1].error
    assert asymmetry.value == pytest.approx(alone[0].value)


def test_scores_are_functions_of_the_other_events() -> None:
    """Changing the held-out events changes no score of those that stay; the neighbours come from the others."""
    x = np.random.default_rng(2).normal(size=(200, 2))
    events = events_of(Dataset.from_array(x, scaling="none"))
    learn, held = (torch.arange(100), torch.arange(100, 200))
    element = read_element("Z_3", FRAME)
    (scores,) = neighbour_scores([element], events, learn, held)
    (fewer,) = neighbour_scores([element], events, learn, held[:50])
    assert scores.shape == (100, 3, 2)
    assert fewer == pytest.approx(scores[:50])


def test_a_broken_mirror_is_seen_by_both() -> None:
    x = np.random.default_rng(3).normal([0.6, 0.0], 1, size=(1200, 2))
    events = events_of(Dataset.from_array(x, scaling="none"))
    options, units = DiscreteOptions(classifier=QUICK), np.arange(len(events))
    (found,) = learned_parts(
        [read_element("reflection(x1)", FRAME)], events, units, weighting_of(events, units, options), FRAME, options,
        np.random.SeedSequence(1),
    )  # fmt: skip
    observed = found.part.groups[:, 0].sum(axis=0)[None]
    assert set(found.part.tests) == {"classifier", "neighbours"}
    assert all(statistic.log_p(observed)[0] < -4 for statistic in found.part.tests.values())
    assert found.asymmetry is not None
    assert found.asymmetry.low > 0.2


def test_units_are_on_one_side() -> None:
    units = np.repeat(np.arange(50), 4)
    learn, held = split_units(units, 20, np.random.default_rng(1))
    assert len(np.unique(units[learn])) == 20
    assert not set(units[learn]) & set(units[held])
    assert len(learn) + len(held) == 200

"""Weights that know which image an event is."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from symhep.hypotheses.discrete.independence import weights_independent
from symhep.hypotheses.discrete.weighting import Weighting
from symhep.lie.elements.frame import Frame
from symhep.lie.elements.reading import read_element
from symhep.methods.p_values import PValue

X = torch.from_numpy(np.random.default_rng(1).normal(size=(500, 1, 2)))


def p(weights: np.ndarray) -> PValue | None:
    element = read_element("reflection(x1)", Frame(("x1", "x2"), ("1",)))
    return weights_independent(element, X, Weighting.of(weights), lambda e: e[:, 0], np.random.default_rng(2))


def test_weights_that_grow_with_the_reflected_number() -> None:
    found = p(np.exp(0.5 * X[:, 0, 0].numpy()))
    assert found is not None
    assert found.p_value == pytest.approx(0.001)
    assert found.p_kind == "exact"


def test_weights_of_another_number() -> None:
    found = p(np.exp(0.5 * X[:, 0, 1].numpy()))
    assert found is not None
    assert found.p_value is not None
    assert found.p_value > 0.01


def test_equal_weights_say_nothing() -> None:
    assert p(np.ones(500)) is None

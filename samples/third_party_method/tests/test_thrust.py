"""The contract, and two events whose thrust is known."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from symhep_thrust.method import Thrust, thrust

import symhep
from symhep.errors import MethodError
from symhep.plugin.functions import load_function
from symhep.testing import check_method


def test_known_events():
    planar = np.array([[[np.cos(a), np.sin(a), 0.0] for a in 2 * np.pi * np.arange(3) / 3]])
    # Three equal momenta at 120 degrees (the 'Mercedes star') have T = 2/3.
    assert thrust(planar) == pytest.approx([2 / 3])


def test_contract():
    rng = np.random.default_rng(1)
    p3 = rng.normal(size=(50, 3, 3))
    momenta = np.concatenate([np.linalg.norm(p3, axis=2, keepdims=True), p3], axis=2)
    data = replace(symhep.Dataset.from_array(p3.reshape(50, 9)), momenta=momenta)
    result = check_method(Thrust(), data=data)
    assert 0.5 < result.record.thrust.low < result.record.thrust.high < 1


def test_without_particles():
    with pytest.raises(MethodError, match="needs four-momenta"):
        Thrust().check(symhep.Dataset.from_array([[1.0]]), None)


def test_a_card_may_name_the_function():
    function = load_function("thrust:of_two")
    p3 = np.random.default_rng(1).normal(size=(50, 2, 3))
    assert function(torch.from_numpy(p3.reshape(50, 6))).numpy() == pytest.approx(thrust(p3))


def test_an_expression_may_call_the_other_one(tmp_path):
    card = Path(__file__).parent.parent / "thrust.yaml"
    features = symhep.load_card(card).card.features
    assert features["imbalance"].vars == ("thrust:imbalance(muons)",)
    symhep.run(card, tmp_path / "run", dry_run=True)

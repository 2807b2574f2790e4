"""Densities by name and options, for those who need no reader."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from symhep.readers.toy.acceptance import Accepted, Tilted
from symhep.readers.toy.decays import TwoBody
from symhep.readers.toy.density import Density
from symhep.readers.toy.dijets import Dijets
from symhep.readers.toy.particles import density


def test_names_and_options_make_the_density() -> None:
    assert density("two_body", mass=80.0, rapidity=0.5) == TwoBody(mass=80.0, rapidity=0.5)
    accepted = Accepted(Dijets(ordered=True), 0.1, 3)
    assert density("dijets", ordered=True, modulation=0.1, order=3) == accepted
    assert density("dijets", ordered=True, modulation=0.1, order=3, tilt=0.2) == Tilted(accepted, 0.2, "x")
    assert isinstance(accepted, Density)


def test_zero_is_the_same_as_nothing() -> None:
    plain = density("two_body")
    assert density("two_body", modulation=0.0, order=3, tilt=0.0, axis="y") == plain
    drawn = [d.draw(np.random.default_rng(1), 5) for d in (plain, density("two_body", pt=0.0, width=0.0))]
    assert np.array_equal(*drawn)


def test_wrong_options() -> None:
    with pytest.raises(ValueError, match="'order' has no effect without 'modulation'"):
        density("two_body", order=2)
    with pytest.raises(ValidationError, match="less than or equal to 1"):
        density("two_body", modulation=2.0)
    with pytest.raises(ValidationError, match="ordered"):
        density("two_body", ordered=True)

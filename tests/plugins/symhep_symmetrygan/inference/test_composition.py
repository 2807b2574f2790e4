"""Errors of products of elements grow with the root of their number, or with it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from symhep_symmetrygan.inference.composition import compose

Build = Callable[..., np.ndarray]


@pytest.mark.parametrize(("how", "expected"), [("powers", 1.0), ("words", 0.5)])
def test_growth_of_independent_errors(how: str, expected: float, homogeneous: Build, turns: Build) -> None:
    """Angles a_i + e_i: the power k is off by k e_i, a word by the sum of k of them, whose mean is zero."""
    rng = np.random.default_rng(1)
    angles, off = rng.uniform(0, 6, 400), 1e-4 * rng.normal(size=400)
    off -= off.mean()
    exact, found = homogeneous(turns(angles)), homogeneous(turns(angles + off))
    done = compose(found, exact, lambda g: {"excess": np.full((len(g), 2), 0.5)}, how=how, chains=300)
    value, error = done.exponent
    assert abs(value - expected) < 4 * error + 1e-6
    assert done.measures["excess"].shape == (6, 2)
    assert done.usable("excess", 0.6) == 32
    assert done.usable("excess", 0.4) == 0


def test_distance_of_a_power(homogeneous: Build, turns: Build) -> None:
    exact, found = homogeneous(turns(np.array([1.0]))), homogeneous(turns(np.array([1.001])))
    done = compose(found, exact, lambda g: {}, steps=(1, 5))
    # two rotations by angles that differ by d are 8^(1/2) sin(d / 2) apart
    assert done.distance == pytest.approx(np.sqrt(8) * np.sin(np.array([0.0005, 0.0025])))


def test_other_ways_are_refused(homogeneous: Build, turns: Build) -> None:
    one = homogeneous(turns(np.array([1.0])))
    with pytest.raises(ValueError, match="'powers' or 'words', not 'sums'"):
        compose(one, one, lambda g: {}, how="sums")

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symhep.lie.groups import (
    AffineLine,
    Components,
    Family,
    Iwasawa,
    Particles,
    PlaneRotations,
    Similarity,
    reflections,
)
from symhep_symmetrygan.maps.periods import apart, periods_of

ANGLE = st.floats(-20, 20)


@pytest.mark.parametrize(
    ("family", "angles"),
    [
        (PlaneRotations(4, [(0, 1), (2, 3)]), (True, True)),
        (AffineLine(), (False, False)),
        (Iwasawa(2), (False, True, False, False, False, False)),
        (Components(Similarity(), reflections(2)), (False, False, False)),
        (Particles(PlaneRotations(2), 2, [(0, 1), (1, 0)]), (True, False)),
    ],
)
def test_angles_are_reported_from_other_parameters(family: Family, angles: tuple[bool, ...]) -> None:
    assert periods_of(family).tolist() == [2 * math.pi if angle else 0.0 for angle in angles]


@given(a=ANGLE, b=ANGLE)
def test_the_short_way_round_is_that_of_complex_numbers(a: float, b: float) -> None:
    found = apart(np.array([[a, a]]), np.array([[b, b]]), np.array([2 * math.pi, 0.0]))[0]
    expected = np.angle(np.exp(1j * (a - b)))
    assert abs(found[0]) == pytest.approx(abs(expected), abs=1e-9)
    assert np.exp(1j * found[0]) == pytest.approx(np.exp(1j * (a - b)), abs=1e-9)
    assert found[1] == a - b

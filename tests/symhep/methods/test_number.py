"""Numbers with their uncertainty: the rounding of the Particle Data Group, worked out by hand, and its invariants."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symhep.methods.number import ONE_SIGMA, Number, with_error


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        # Examples of the Review of Particle Physics, section 5.3: 0.827 +- 0.119, 0.827 +- 0.367, and 0.95 up.
        (0.827, 0.119, "0.83 ± 0.12"),
        (0.827, 0.367, "0.8 ± 0.4"),
        (8.2, 0.96, "8.2 ± 1.0"),
        (36.9103, 0.2431, "36.91 ± 0.24"),
        (1234.5, 60.0, "1230 ± 60"),
        (12345.0, 118.0, "12,340 ± 120"),
        (-0.004, 0.03, "-0.004 ± 0.030"),
        (0.0, 0.5, "0.0 ± 0.5"),
        (2.5e-7, 4e-8, "(2.5 ± 0.4)e-07"),
        (3.1e9, 2e8, "(3.10 ± 0.20)e+09"),
        (1.5, math.nan, "1.5 ± nan"),
    ],
)
def test_rounding(value: float, error: float, text: str) -> None:
    assert with_error(value, error) == text


@given(st.floats(-1e6, 1e6), st.floats(1e-4, 1e5))
def test_what_is_printed_is_what_was_measured(value: float, error: float) -> None:
    """Printed error within 15 % (one digit from 3.55 to 9.5: half a unit), printed value within half its last place."""
    found = re.fullmatch(r"(-?[\d.]+) ± ([\d.]+)", with_error(value, error))
    if found is None:
        return  # with a common power of ten; see the examples
    shown, spread = float(found[1]), float(found[2])
    assert spread == pytest.approx(error, rel=0.15)
    assert abs(shown - value) <= 0.15 * error + 1e-9 * abs(value)


def test_one_shape() -> None:
    number = Number.with_error(45.2, 1.1, "GeV", "bootstrap")
    assert number.to_json() == {
        "value": 45.2, "low": 45.2 - 1.1, "high": 45.2 + 1.1, "level": ONE_SIGMA, "unit": "GeV", "method": "bootstrap",
    }  # fmt: skip
    assert number.error == pytest.approx(1.1)
    assert number.text() == "45.2 ± 1.1 GeV"
    assert Number.from_json(number.to_json()) == number


def test_texts() -> None:
    assert Number(value=0.5, low=0.25, high=1.0).text() == "0.5 [0.25, 1]"
    assert Number(value=0.5).text() == "0.5"
    assert Number().text() == "unknown"
    assert Number(value=3.0, low=2.0).error is None

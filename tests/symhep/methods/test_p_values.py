"""p-values in words, down to those that no float holds."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symhep.methods.p_values import bound_text, p_numbers, p_text, short_p


@pytest.mark.parametrize("p", [1.0, 0.31, 1e-3, 1e-30, 1e-299])
def test_both_numbers_are_the_same_p(p: float) -> None:
    numbers = p_numbers(math.log(p))
    assert numbers["p_value"] == pytest.approx(p, rel=1e-12)
    assert numbers["log10_p"] == pytest.approx(math.log10(p), abs=1e-12)


def test_what_no_float_holds_is_kept_as_logarithm() -> None:
    assert p_numbers(-1e4) == {"p_value": 0.0, "log10_p": pytest.approx(-1e4 / math.log(10))}
    assert p_text(p_numbers(-1e4)) == "p = 1e-4343"
    assert math.isfinite(p_numbers(-math.inf)["log10_p"])


@given(st.floats(min_value=-5000.0, max_value=0.0))
def test_a_bound_lies_above(log10_p: float) -> None:
    text = bound_text(log10_p)
    if text.startswith("p < 1e"):
        power = int(text.removeprefix("p < 1e"))
        assert log10_p < power <= max(log10_p + 1, -299)
    else:
        assert float(text.removeprefix("p = ")) == pytest.approx(10**log10_p, rel=0.06)


@given(st.floats(min_value=-5000.0, max_value=0.0))
def test_short_p_has_one_digit(log10_p: float) -> None:
    digits, _, power = short_p({"log10_p": log10_p}).partition("e")
    value = math.log10(float(digits)) + int(power or 0)
    assert abs(value - log10_p) < math.log10(1.5) + 1e-9


def test_examples() -> None:
    assert [short_p({"log10_p": x}) for x in (0.0, -0.5, -2.0, -3.0, -310.0)] == [
        "1",
        "0.32",
        "0.01",
        "1e-3",
        "1e-310",
    ]
    assert [bound_text(x) for x in (-2.0, -5.0, -5.5, -310.2)] == [
        "p = 0.01",
        "p < 1e-04",
        "p < 1e-05",
        "p < 1e-300",
    ]

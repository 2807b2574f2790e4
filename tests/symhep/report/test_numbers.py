"""Numbers in the report: rounding by hand."""

from __future__ import annotations

import math

import pytest

from symhep.report.numbers import SHOWN, duration, number, percent, rows, with_error


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-12, "−12"),
        (1234567, "1,234,567"),
        (0.0, "0"),
        (-0.5, "−0.5"),
        (1234.567, "1,235"),
        (0.00012345, "1.234 × 10⁻⁴"),
        (2.5e9, "2.5 × 10⁹"),
        (9.9996e-4, "1 × 10⁻³"),
        (5e-324, "4.941 × 10⁻³²⁴"),
        (1.7976931348623157e308, "1.798 × 10³⁰⁸"),
        (math.nan, "–"),
        (math.inf, "–"),
        (None, "–"),
        (False, "no"),
    ],
)
def test_numbers(value: object, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (91.18761, 0.0021, "91.1876 ± 0.0021"),
        (-1.0, 0.25, "−1.00 ± 0.25"),
        (12345.6, 78.9, "12,350 ± 80"),
        (3.2e-9, 4e-11, "(3.20 ± 0.04) × 10⁻⁹"),
        (2.5e8, 1e6, "(2.500 ± 0.010) × 10⁸"),
        (0.0, 0.5, "0.0 ± 0.5"),
        (1.5, 0.0, "1.5"),
        (1.5, math.nan, "1.5"),
        (None, 1.0, "–"),
    ],
)
def test_the_value_is_rounded_to_the_place_of_its_error(value: float | None, error: float, text: str) -> None:
    assert with_error(value, error) == text


def test_percent_never_rounds_up_to_all() -> None:
    assert percent(99_999, 100_000) != percent(100_000, 100_000) == "100 %"


def test_duration_carries_seconds_into_minutes() -> None:
    assert duration(119.9) == "2 min 0 s"


def test_rows_flatten_lists_of_records_and_say_what_is_left_out() -> None:
    assert list(rows({"subgroups": [{"name": "SO(2)", "p_value": 0.5}]})) == [
        ("subgroups[0].name", "SO(2)"),
        ("subgroups[0].p_value", "0.5"),
    ]
    [(key, text)] = rows({"all": list(range(100))})
    assert key == "all"
    assert text.startswith("0, 1, 2, ")
    assert text.endswith(f", {SHOWN - 1}, … (100 in all; the rest is in result.json)")


def test_rows_keep_what_stands_beside_an_uncertainty() -> None:
    content = {"r": {"value": 0.5, "error": 0.1, "events": 10}}
    assert list(rows(content)) == [("r", "0.50 ± 0.10"), ("r.events", "10")]


def test_rows_join_a_mean_and_its_spread_by_their_names() -> None:
    content = {"r_mean": [1.0, 2.0], "r_std": [0.1, 0.2], "s_mean": 3.0}
    assert list(rows(content)) == [("r", "1.00 ± 0.10, 2.00 ± 0.20"), ("s_mean", "3")]


def test_a_number_of_a_record_is_one_line() -> None:
    from symhep.methods.number import Number

    content = {
        "pt": Number.with_error(45.21, 1.12, "GeV").to_json(),
        "d": Number(value=3.0, low=2.0, high=4.0, method="bootstrap").to_json(),
    }
    assert list(rows(content)) == [("pt", "45.2 ± 1.1 GeV"), ("d", "3 [2, 4]")]

"""Answers of a record: adjusted p-values and limits, and what is none."""

from __future__ import annotations

from symhep.methods.answers import answers_of
from symhep.methods.number import Bounded, Number
from symhep.methods.p_values import Adjusted
from symhep.methods.record import Record


class Row(Adjusted):
    """A hypothesis with a limit."""

    label: str
    size: Number
    upper_95: float | None = None
    expected_95: float | None = None


class Chosen(Record):
    """What the events chose."""

    is_answer = False
    departure: Number


class Found(Record):
    """A record."""

    rows: tuple[Row, ...]
    excess: Bounded
    chosen: Chosen


def test_limits_and_adjusted_p_values() -> None:
    number = Number.with_error(0.1, 0.02)
    row = Row(
        label="J_z", size=number, p_value=0.01, log10_p=-2.0, p_kind="exact", p_value_adjusted=0.02,
        log10_p_adjusted=-1.7, rejected=True, upper_95=0.2, expected_95=0.15,
    )  # fmt: skip
    found = answers_of(
        Found(rows=(row,), excess=Bounded(value=1.0, upper_95=2.0), chosen=Chosen(departure=number))
    )
    assert list(found) == ["rows[J_z]", "rows[J_z].size", "excess"], "the events' choice is no answer"
    answer = found["rows[J_z]"]
    assert answer.p_adjusted is not None
    assert (answer.p_adjusted.p_value, answer.upper_95, answer.expected_95) == (0.02, 0.2, 0.15)
    assert (found["excess"].upper_95, found["excess"].expected_95) == (2.0, None)
    assert found["rows[J_z].size"].upper_95 is None

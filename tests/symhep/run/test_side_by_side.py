"""Which answers of regions are shown beside each other."""

from __future__ import annotations

from symhep.methods.answers import Answer
from symhep.methods.number import Number
from symhep.run.side_by_side import matters


def _number(value: float, error: float, level: float = 0.6827) -> Answer:
    return Answer(
        "a.size", "a", "size", Number(value=value, low=value - error, high=value + error, level=level)
    )


def _verdict(verdict: str) -> Answer:
    return Answer("a", "a", "verdict", verdict=verdict)


def test_verdicts_matter_where_they_differ_or_something_is_violated() -> None:
    assert matters([_verdict("compatible"), _verdict("violated")])
    assert matters([_verdict("violated"), _verdict("violated")])
    assert not matters([_verdict("compatible"), _verdict("compatible")])


def test_numbers_matter_two_standard_errors_apart() -> None:
    # sqrt(3^2 + 4^2) = 5
    assert matters([_number(0.0, 3.0), _number(10.5, 4.0)])
    assert not matters([_number(0.0, 3.0), _number(9.5, 4.0)])
    # Half of a 95 % interval is 1.96 standard errors.
    assert matters([_number(0.0, 3.0, 0.95), _number(6.0, 4.0, 0.95)])
    assert not matters([Answer("a", "a", "n", Number(value=1.0)), Answer("a", "a", "n", Number(value=9.0))])

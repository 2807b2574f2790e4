"""Sizes of violations and their limits as text: one notation in sentences, tables and figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from symhep.hypotheses.bounds.record import Limits
from symhep.methods.enumeration import several
from symhep.methods.number import Number

__all__ = ["equivalence_text", "limit_text", "per_cent", "size_text"]

#: Rows that a sentence can hold.
LISTED = 6


def per_cent(fraction: Number | None) -> Number | None:
    """A fraction in per cent, for a column with that unit.

    >>> per_cent(Number(value=0.1, low=0.05, high=0.15)).text()
    '10 [5, 15]'
    """
    if fraction is None:
        return None
    ends = {
        key: None if end is None else 100 * end
        for key, end in (("value", fraction.value), ("low", fraction.low), ("high", fraction.high))
    }
    return fraction.model_copy(update=ends)


def size_text(size: Number, interval: bool = True) -> str:
    """A value with its interval and unit; fractions, whose unit is '', in per cent.

    >>> size_text(Number(value=0.101, low=0.081, high=0.1215))
    '10.1 % [8.1, 12.2]'
    >>> size_text(Number(value=1262.0, unit="per GeV"), interval=False)  # three digits, no power of ten
    '1260 per GeV'
    """
    shown, unit = (size, size.unit) if size.unit else (per_cent(size), "%")
    assert shown is not None
    value, low, high = ("?" if end is None else plain(end) for end in (shown.value, shown.low, shown.high))
    return f"{value} {unit} [{low}, {high}]" if interval else f"{value} {unit}"


def limit_text(row: Limits) -> str:
    """A limit of a fraction, with what was expected; '' if there is none.

    >>> limit_text(Limits(upper_95=0.0291, expected_95=0.031))
    '2.91 % (95 % CL, expected 3.1 %)'
    """
    if row.upper_95 is None:
        return ""
    expected = "" if row.expected_95 is None else f", expected {plain(100 * row.expected_95)} %"
    return f"{plain(100 * row.upper_95)} % (95 % CL{expected})"


def equivalence_text(rows: Mapping[str, Limits], delta: float | None) -> str:
    """For which rows a violation of ``delta`` or more is excluded, and for which not; '' if that was not requested.

    >>> rows = {"J_z": Limits(upper_95=0.03, below_delta=True), "J_x": Limits(upper_95=0.2, below_delta=False)}
    >>> equivalence_text(rows, 0.05)
    'Equivalence test: a violation of 5 % or more is excluded at 95 % CL for J_z, not for J_x.'
    """
    yes = [name for name, row in rows.items() if row.below_delta]
    no = [name for name, row in rows.items() if row.below_delta is False]
    if delta is None or not (yes or no):
        return ""
    what = f"Equivalence test: a violation of {plain(100 * delta)} % or more is"
    if not yes:
        return f"{what} not excluded for {_listed(no)}."
    return f"{what} excluded at 95 % CL for {_listed(yes)}{f', not for {_listed(no)}' if no else ''}."


def plain(number: float) -> str:
    """Three digits."""
    return f"{float(f'{number:.3g}'):g}"


def _listed(names: Iterable[str]) -> str:
    return several(list(names), LISTED)

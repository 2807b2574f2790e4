"""The systematic uncertainties of a method's numbers, as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from symhep.methods.table import Table
from symhep.methods.varied import VariationsRecord, VariedAnswer
from symhep.plotting.systematics import in_words, leading
from symhep.report.table_view import TableView

__all__ = ["SystematicsView", "systematics"]

#: Rows of the short table.
_ROWS = 12
#: Shifts below this share of the statistical error are rounding.
_ROUNDING = 1e-9
#: How a variation's alternatives were combined, in words.
_RULES = {
    "up_down": "one parameter",
    "envelope": "envelope",
    "hessian": "Hessian",
    "hessian_pairs": "Hessian, pairs",
    "replicas": "replicas",
}


@dataclass(frozen=True)
class SystematicsView:
    """How the variations were done, and what they change: the numbers that change most, and all of them."""

    how: str
    chosen: TableView
    all: TableView | None


def systematics(stored: Mapping[str, Any] | None) -> SystematicsView | None:
    """From `variations` of results.json; None where a method has none."""
    if not stored:
        return None
    found = VariationsRecord.from_json(stored)
    kinds = ", ".join(f"{v.name} ({_kind(v.rule, len(v.alternatives))})" for v in found.variations)
    how = (
        "The method was fitted again to the events of each alternative"
        if found.how == "fit"
        else "The networks of the nominal fit were evaluated on the events of each alternative, without new training"
    )
    chosen = leading(found.answers, _ROWS) or list(found.answers[:_ROWS])
    names = [v.name for v in found.variations]
    few = len(chosen) < len(found.answers)
    caption = (
        "Numbers with their statistical interval, the downward and upward uncertainty of each variation, and all "
        "variations in quadrature"
        + (
            f"; of {len(found.answers)} numbers, the {len(chosen)} with the largest changes are shown."
            if few
            else "."
        )
    )
    return SystematicsView(
        f"{how}. Variations: {kinds}.",
        _table(chosen, names, caption),
        _table(found.answers, names, "") if few else None,
    )


def _kind(rule: str, alternatives: int) -> str:
    one_way = rule == "up_down" and alternatives == 1
    count = "" if rule == "up_down" else f" of {alternatives}"
    return f"{_RULES.get(rule, rule)}{count}{', one-sided' if one_way else ''}"


def _table(answers: Sequence[VariedAnswer], names: Sequence[str], caption: str) -> TableView:
    rows = []
    for answer in answers:
        shifts = {s.variation: s for s in answer.shifts}
        least = _ROUNDING * (answer.nominal.error or abs(answer.nominal.value or 0.0))
        cells = [
            shift_text(*(side if side > least else 0.0 for side in (s.down, s.up)))
            if (s := shifts.get(name))
            else "–"
            for name in names
        ]
        rows.append((in_words(answer.key), answer.nominal, *cells, shift_text(answer.down, answer.up)))
    return TableView(Table.of(("", "nominal", *names, "all"), rows, caption))


def shift_text(down: float, up: float) -> str:
    """An uncertainty downwards and upwards with two significant digits.

    >>> shift_text(0.0123, 0.0456), shift_text(0.5, 0.5), shift_text(0.0, 0.0), shift_text(1234.0, 12.3)
    ('−0.012 +0.046', '± 0.50', '0', '−1200 +12')
    """
    if down == up == 0:
        return "0"
    if f"{down:.2g}" == f"{up:.2g}":
        return f"± {_two(up)}"
    return f"−{_two(down)} +{_two(up)}"


def _two(value: float) -> str:
    """Two significant digits, without powers of ten where they can be avoided."""
    if value == 0 or not 1e-4 <= value < 1e6:
        return f"{value:.2g}"
    rounded = float(f"{value:.2g}")
    text = f"{value:#.2g}".rstrip(".")
    return f"{rounded:.0f}" if rounded >= 10 else text

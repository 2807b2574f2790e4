"""Discrete elements in sentences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from symhep.hypotheses.discrete.record import DiscreteRow
from symhep.methods.enumeration import several
from symhep.methods.number import interval
from symhep.methods.p_values import bound_text
from symhep.methods.result import Statement
from symhep.stats.asymmetry import FEW

__all__ = ["alike_statements", "discrete_statement", "weight_statements"]

#: Elements that are quoted with their numbers.
LISTED = 6
#: Weights depend on the image if a test says so at this level, over all elements.
DEPENDENT = 0.01


def discrete_statement(
    rows: Sequence[DiscreteRow], *, final_state: bool, figure: str = "discrete", relative: str | None = None
) -> Statement | None:
    """Violated elements with adjusted p and asymmetry, compatible elements with limits.

    None: none was tested. ``final_state``: they act on momenta of the final state alone, which for parity and C of the
    process is half of it. ``relative``: to what, in words.
    """
    told = [row for row in rows if row.same_as is None]
    tested = [row for row in told if row.log10_p_adjusted is not None]
    left = [row for row in told if row.how == "support"]
    if not tested and not left:
        return None
    violated, compatible = [r for r in tested if r.rejected], [r for r in tested if not r.rejected]
    parts = []
    if violated:
        words = [
            f"{row.name} (adjusted {bound_text(_log10(row))}{_asymmetry(row)})" for row in violated[:LISTED]
        ]
        words += [f"{len(violated) - LISTED} more"] if len(violated) > LISTED else []
        parts.append(f"violated: {several(words)}")
    if left:
        why = {row.why for row in left}
        reason = (
            next(iter(why)) if len(why) == 1 else "they do not preserve the surface on which the events lie"
        )
        parts.append(f"excluded by the support: {several([row.name for row in left])} ({reason})")
    if compatible:
        least = min(_log10(row) for row in compatible)
        more = " or more" if len(compatible) > 1 and least < 0 else ""
        parts.append(
            f"compatible: {several([r.name for r in compatible])} (adjusted p = {10**least:.2g}{more}"
            f"{_limits(compatible)})"
        )
    acting = " (acting on the final state only)" if final_state else ""
    acting += f", relative to {relative}" if relative else ""
    evidence = {
        row.name: {
            "log10_p_adjusted": row.log10_p_adjusted,
            "size": row.size and row.size.to_json(),
            "upper_95": row.upper_95,
        }
        for row in tested
    } | {row.name: {"excluded": row.why} for row in left}
    return Statement(f"Discrete symmetries{acting}: {'; '.join(parts)}.", evidence, figure)


def alike_statements(rows: Sequence[DiscreteRow], figure: str = "discrete") -> Iterator[Statement]:
    """Elements that act like others, or trivially, on these events."""
    groups: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row.same_as is not None:
            groups[row.same_as].append(row.name)
    trivial = [row.name for row in rows if row.trivial]
    for source, names in groups.items():
        verb, all_of_them = ("acts", "both") if len(names) == 1 else ("act", "all of them")
        yield Statement(
            f"{several(names)} {verb} like {source} on these events; one test is reported for {all_of_them}.",
            {"same_as": source, "elements": names},
            figure,
        )
    if trivial:
        verb = "acts" if len(trivial) == 1 else "act"
        yield Statement(
            f"{several(trivial)} {verb} trivially on these events; not tested.", {"trivial": trivial}, figure
        )


def _log10(row: DiscreteRow) -> float:
    assert row.log10_p_adjusted is not None
    return row.log10_p_adjusted


def _asymmetry(row: DiscreteRow) -> str:
    a = row.size
    if a is None or a.value is None or a.low is None or a.high is None:
        return ""
    value, low, high = interval(100 * a.value, 100 * a.low, 100 * a.high)
    of = f" of {row.function}" if row.function else ""
    return f", asymmetry{of} {value:.3g} % [{low:.3g}, {high:.3g}]"


def _limits(rows: Sequence[DiscreteRow]) -> str:
    """The weakest of the limits, and what was expected."""
    # An asymmetry is never above one: such a limit says nothing, as where no event has a weight in it.
    limited = [r for r in rows if r.upper_95 is not None and r.upper_95 < 1]
    worst = max(limited, key=lambda r: r.upper_95 or 0.0, default=None)
    if worst is None or worst.upper_95 is None:
        return ""
    expected = "" if worst.expected_95 is None else f", {100 * worst.expected_95:.2g} % expected"
    named = (
        "asymmetries of predefined observables"
        if len(rows) > 1
        else ("asymmetry of any predefined observable")
    )
    none = [r.name for r in rows if r.upper_95 is not None and r.upper_95 >= 1]
    without = f", no limit for {several(none)}" if none else ""
    return f"; {named} below {100 * worst.upper_95:.2g} % at 95 % CL{expected}{without}"


def weight_statements(rows: Sequence[DiscreteRow], figure: str = "discrete") -> Iterator[Statement]:
    """Weights that depend on the transformation, and few effective events behind limits."""
    tested = [row for row in rows if row.same_as is None and row.weights_independent is not None]
    depend = [
        row for row in tested
        if row.weights_independent is not None and row.weights_independent.p_value is not None
        and row.weights_independent.p_value * len(tested) <= DEPENDENT
    ]  # fmt: skip
    if depend:
        yield Statement(
            f"Event weights depend on the transformation {several([r.name for r in depend])}: the weight "
            "of a transformed event is unknown, and p-values of discrete elements are asymptotic (random "
            "signs). If the weights are inverse efficiencies, give the efficiency (discrete: "
            "{efficiency: ...}): the p-values are then exact.",
            {r.name: r.weights_independent and r.weights_independent.to_json() for r in depend},
            figure,
            kind="warning",
        )
    few = [row for row in rows if row.same_as is None and row.effective is not None and row.effective < FEW]
    if few:
        least = min(row.effective or 0.0 for row in few)
        yield Statement(
            f"Asymmetries under {several([r.name for r in few])}: effective number of events = {least:.0f} "
            f"< {FEW}; their confidence intervals are approximate.",
            {row.name: row.effective for row in few},
            figure,
            kind="warning",
        )

"""Sizes of violations and upper limits in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from symhep.hypotheses.bounds.record import Limits
from symhep.hypotheses.bounds.text import equivalence_text, limit_text, size_text
from symhep.methods.enumeration import several
from symhep.methods.result import Statement
from symhep_moments.record import Candidate, MomentsRecord
from symhep_moments.say.group import group_in_words

__all__ = ["RATE", "V_L", "V_M", "bounds", "is_broken", "v_m_meaning"]

#: What a size in per cent means.
V_M = (
    "v_m = |E[exp(i m phi)]| = epsilon / 2 for a density that varies as 1 + epsilon cos m(phi - Psi), with phi the "
    "angle of a vector about the axis"
)
#: The same relative to another density.
RELATIVE_V_M = (
    "v_m = epsilon / 2 for a density relative to {reference} that varies as 1 + epsilon cos m(phi - Psi), with phi the "
    "angle of a vector about the axis"
)
#: The same of directions.
V_L = "v_l = |E[y_l(n)]| = <P_l(cos angle)>^(1/2) over pairs of events, with n the direction of a vector"
#: What a rate means.
RATE = "rate: r.m.s. relative change of the density per unit of the group parameter"
#: Candidates that a sentence can hold.
LISTED = 6


def v_m_meaning(s: MomentsRecord) -> str:
    """Definition of v_m in this result."""
    return V_M if s.reference is None or _of_density(s) else RELATIVE_V_M.format(reference=s.reference)


def _of_density(s: MomentsRecord) -> bool:
    """A density counts as edges do, in the events themselves."""
    return s.reference is not None and s.reference.startswith("the density")


def is_broken(candidate: Candidate) -> bool:
    """Is its test rejected, adjusted, and does the interval of its size exclude zero?"""
    size = candidate.size
    return bool(candidate.rejected) and size is not None and (size.low or 0.0) > 0.0


def bounds(s: MomentsRecord) -> Iterator[Statement]:
    """The limit on the group found, sizes of violations, limits on the other candidates, equivalence tests."""
    if s.bounds is None:
        return
    yield from _found(s)
    yield from _broken(s)
    yield from _rest(s)
    rows: dict[str, Limits] = {c.label: c for c in s.candidates}
    rows |= {f"the class {row.name}": row for row in s.subgroups}
    rows |= {row.name: row for row in s.groups}
    if s.algebra.dimension:
        rows = {group_in_words(s): s.algebra, **rows}
    if text := equivalence_text(rows, s.bounds.delta):
        yield Statement(text, {name: row.upper_95 for name, row in rows.items()}, "limits")


def _found(s: MomentsRecord) -> Iterator[Statement]:
    """'Upper limit on violations of SO(2) about the beam axis: v_m < 2.9 % (95 % CL, expected 3.1 %) for each ...'"""
    assert s.bounds is not None
    algebra = s.algebra
    if not algebra.dimension:
        return
    if algebra.upper_95 is None:
        for row in s.bounds.without:
            if row.label == algebra.name:
                yield Statement(
                    f"No upper limit for {group_in_words(s)}: {row.why}.", {"without": row.why}, "limits"
                )
        return
    what, symbol, meaning = _functions(algebra.function or "", s)
    yield Statement(
        f"Upper limit on violations of {group_in_words(s)}: {symbol} < {limit_text(algebra)} for each {what}. "
        f"{meaning}.",
        _evidence(algebra) | {"quantities": s.bounds.quantities},
        "limits",
    )


def _functions(function: str, s: MomentsRecord) -> tuple[str, str, str]:
    """The limited quantity, its symbol, its definition."""
    assert s.bounds is not None
    if "of the direction of" in function:
        return f"spherical harmonic l <= {s.bounds.highest_order} of a direction", "v_l", V_L
    angle = "the azimuth" if function.endswith("about z") else "the angle about an axis"
    return f"harmonic m <= {s.bounds.highest_order} of {angle}", "v_m", v_m_meaning(s)


def _broken(s: MomentsRecord) -> Iterator[Statement]:
    broken = [c for c in s.candidates if is_broken(c)]
    if not broken:
        return
    told = [_size(c) for c in broken[:LISTED]]
    told += [f"{len(broken) - LISTED} more"] if len(broken) > LISTED else []
    seen = any(c.size_kind == "v_m" for c in broken[:LISTED])
    meanings = [v_m_meaning(s)] if seen and s.algebra.upper_95 is None else []
    meanings += [RATE] if any(c.size_kind == "rate" for c in broken[:LISTED]) else []
    yield Statement(
        f"Size of the violation (simultaneous 95 % confidence intervals): {'; '.join([several(told), *meanings])}.",
        {c.label: c.size.to_json() for c in broken if c.size is not None},
        "limits",
    )


def _size(c: Candidate) -> str:
    assert c.size is not None
    if c.size_kind == "rate":
        return f"{c.label}: rate {size_text(c.size)}"
    return f"{c.label}: v_m = {size_text(c.size)} ({c.function})"


def _rest(s: MomentsRecord) -> Iterator[Statement]:
    """Limits on compatible candidates, and on those that are violated in other functions only."""
    limited = [c for c in s.candidates if c.upper_95 is not None and not is_broken(c)]
    kept = [c for c in limited if not c.rejected]
    if kept and not (len(kept) == s.algebra.dimension == 1 and s.algebra.upper_95 == kept[0].upper_95):
        told = s.algebra.upper_95 is not None or any(
            is_broken(c) and c.size_kind == "v_m" for c in s.candidates[:LISTED]
        )
        meaning = "" if told else f"; {v_m_meaning(s)}"
        yield Statement(
            f"Upper limits on violations: {_limits(kept)}{meaning}.",
            {c.label: _evidence(c) for c in kept},
            "limits",
        )
    if seen := [c for c in limited if c.rejected]:
        yield Statement(
            f"Violated, but not in the harmonics, whose upper limits are: {_limits(seen)}.",
            {c.label: _evidence(c) for c in seen}, "limits",
        )  # fmt: skip


def _limits(rows: Sequence[Candidate]) -> str:
    told = [f"{c.label}: v_m < {limit_text(c)}" for c in rows[:LISTED]]
    told += [f"{len(rows) - LISTED} more"] if len(rows) > LISTED else []
    return several(told)


def _evidence(row: Limits) -> dict[str, Any]:
    return {"upper_95": row.upper_95, "expected_95": row.expected_95, "function": row.function}

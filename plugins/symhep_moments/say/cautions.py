"""What a reader must know before believing the findings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from symhep.hypotheses.discrete.sentence import alike_statements, weight_statements
from symhep.lie.identify.identification import AMBIGUOUS
from symhep.methods.copies import copies_statements
from symhep.methods.enumeration import several
from symhep.methods.p_values import p_text
from symhep.methods.result import Statement
from symhep.methods.wording import in_words
from symhep_moments.record import MomentsRecord
from symhep_moments.say.whole import whole_events

__all__ = ["cautions"]

#: Two particles of one collection, in what `symhep.lie.elements.named.exchange` calls itself.
_ALIKE = re.compile(r"exchange of (\S+)\[\d+\] and \1\[\d+\]")
#: An exchange that is broken more than this compares particles that are sorted.
ORDERED = 0.5
#: Below so many effective events only strong breakings can be seen: the sensitivity must be read with the verdict.
SENSITIVE = 1000
#: A name that fewer than this share of resamplings share is given with its rivals.
SURE = 0.9
#: Equations that a sentence can hold.
CONSTRAINTS = 5


def cautions(s: MomentsRecord) -> Iterator[Statement]:
    """Support, single candidates that survive alone, closure, weights, few events, elements that act alike."""
    yield from _support(s)
    yield from _alone(s)
    yield from _closure(s)
    yield from _name(s)
    yield from _relative(s)
    yield from _weights(s)
    yield from _subsample(s)
    yield from _ordered(s)
    yield from whole_events(s)
    yield from alike_statements(s.discrete)
    yield from weight_statements(s.discrete)


def _support(s: MomentsRecord) -> Iterator[Statement]:
    support, constraints = s.support, list(s.support.constraints)
    if support.excluded:
        words = in_words([row.label for row in support.excluded])
        holds = f": {several(constraints, CONSTRAINTS)}" if constraints else ""
        yield Statement(
            f"The events lie on a surface{holds}. Not preserving it excludes {words} without a test.",
            {"excluded": {row.label: row.why for row in support.excluded}, "constraints": constraints},
            "p_values",
            kind="warning",
        )
    if combined := [c.label for c in s.candidates if c.how == "combined"]:
        yield Statement(
            f"Some of {in_words(combined)} move the events in the same way: combinations of them are tested instead.",
            {"alike": combined},
            "p_values",
            kind="warning",
        )
    if trivial := [c.label for c in s.candidates if c.how == "trivial"]:
        verb = "acts" if len(trivial) == 1 else "act"
        yield Statement(
            f"{several(trivial)} {verb} trivially on these events; not tested.",
            {"trivial": trivial},
            "p_values",
            kind="warning",
        )
    if constraints and not support.excluded:
        yield Statement(
            f"The events lie on a surface: {several(constraints, CONSTRAINTS)}. All candidates preserve it.",
            {"constraints": constraints},
            kind="warning",
        )


def _alone(s: MomentsRecord) -> Iterator[Statement]:
    """Candidates that survive on their own, more of them than there are symmetries together."""
    alive = [c for c in s.candidates if c.rejected is False]
    if s.algebra.dimension is not None and len(alive) > s.algebra.dimension:
        told = several([f"{c.label} (adjusted {p_text(c.p_adjusted)})" for c in alive])
        yield Statement(
            f"On their own, {len(alive)} candidates are not rejected, {told}, but not all of them hold together: the "
            "number of symmetries is that of the rank test. More events would tell which they are.",
            {c.label: c.log10_p_adjusted for c in alive},
            "p_values",
            kind="warning",
        )


def _closure(s: MomentsRecord) -> Iterator[Statement]:
    number, closed = s.algebra.dimension, s.algebra.closure_test
    if closed is None:
        return
    if closed.rejected:
        yield Statement(
            f"The {number} directions are not closed under brackets within errors ({p_text(closed)}). Symmetries of a "
            "density always close: at least one of them only looks like one in so many events.",
            {"chi_squared": closed.chi_squared, "conditions": closed.conditions, "log10_p": closed.log10_p},
            "generators",
            kind="warning",
        )
    if not closed.exists:
        yield Statement(
            f"Whether the {number} directions are closed under brackets cannot be decided: no closed algebra fits near "
            "them. Some generators are broken so little that the directions are known badly.",
            {"dimension": number},
            "generators",
            kind="warning",
        )


def _name(s: MomentsRecord) -> Iterator[Statement]:
    algebra = s.algebra
    if algebra.stability is None or algebra.stability >= SURE:
        return
    doubt = f"Low stability ({algebra.stability:.2g}) of the name {algebra.name}."
    if algebra.name == AMBIGUOUS:
        doubt = "The errors of the directions are too large to name their algebra."
    rivals = algebra.rivals
    yield Statement(
        f"{doubt}{f' Other names: {several(rivals)}.' if rivals else ''}",
        {"stability": algebra.stability, "alternatives": [a.to_json() for a in algebra.alternatives]},
        "generators",
        kind="warning",
    )


def _relative(s: MomentsRecord) -> Iterator[Statement]:
    if s.reference:
        yield Statement(
            f"All symmetries, sizes and limits are those of the density relative to {s.reference}: what breaks both "
            f"alike, such as the acceptance of a detector, is not seen.{_left_out_relative(s)}",
            {"reference": s.reference},
            kind="warning",
        )
        yield from _steep(s)
    if s.edges:
        yield Statement(
            f"The test functions vanish at the fiducial cuts ({several(s.edges)}): what is there is not seen.",
            {"edges": list(s.edges)},
            kind="warning",
        )


def _left_out_relative(s: MomentsRecord) -> str:
    """A density leaves out discrete elements, and rates of open flows are not measured along orbits."""
    if s.reference is not None and s.reference.startswith("the density"):
        return " Discrete elements are not tested relative to a density."
    return "" if s.bounds is None else " Flows that do not come back, such as boosts, have no size there."


def _steep(s: MomentsRecord) -> Iterator[Statement]:
    """Tests by derivatives where the density of both samples has edges."""
    doubtful = [
        c.label for c in s.candidates if c.relative_by == "derivatives" and c.rejected and c.label in s.steep
    ]
    if doubtful:
        yield Statement(
            f"Along {several(doubtful)} the density of both samples changes more steeply than the test functions "
            "follow, as at hard edges of an acceptance. Relative to a reference these are tested by derivatives, which "
            "reject too often there: that they are excluded cannot be told from an effect of the edges, unless cuts "
            "are declared as edges.",
            {"steep": doubtful},
            "p_values",
            kind="warning",
        )


def _subsample(s: MomentsRecord) -> Iterator[Statement]:
    """What is not from all events. Nothing is wrong with it."""
    if s.subsample is not None:
        yield Statement(
            f"Moments, limits and sectors are sums over all {s.events.used:,} events. A uniform subsample of "
            f"{s.subsample:,} gives the covariance of the moments, maps and projections.",
            {"used": s.events.used, "subsample": s.subsample},
        )


def _weights(s: MomentsRecord) -> Iterator[Statement]:
    events = s.events
    evidence = events.to_json()
    if events.negative > 0:
        yield Statement(
            f"{events.negative:.1%} of the weight is negative; it enters with its sign. The effective number of "
            f"events is {events.effective:,.0f}.",
            evidence,
            kind="warning",
        )
    yield from copies_statements(events)
    if events.effective < SENSITIVE and s.not_fitted is None:
        yield Statement(
            f"The effective number of events is {events.effective:,.0f}: a symmetry that is not rejected may be "
            "broken by much more than a few per cent; see its limit.",
            evidence,
            "limits",
            kind="warning",
        )


def _ordered(s: MomentsRecord) -> Iterator[Statement]:
    """Exchanges within one collection that are broken so strongly that most events have the same order."""
    ordered = {
        d.name: d.learned_asymmetry.value
        for d in s.discrete
        if d.rejected and _ALIKE.search(d.meaning)
        and d.learned_asymmetry is not None and abs(d.learned_asymmetry.value or 0.0) > ORDERED
    }  # fmt: skip
    if ordered:
        yield Statement(
            "Particles that are ordered by pt (sort: pt) are not exchangeable by construction: "
            f"{several(list(ordered))} may only reflect the pt ordering.",
            {"asymmetry": ordered},
            "discrete",
            kind="warning",
        )

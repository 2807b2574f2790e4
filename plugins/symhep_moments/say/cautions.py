"""Warnings and remarks on the findings."""

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
#: An exchange with a larger asymmetry compares particles that are sorted.
ORDERED = 0.5
#: Below this effective number of events only large violations can be detected.
SENSITIVE = 1000
#: A name found in less than this fraction of the resamplings is given with the alternatives.
SURE = 0.9
#: Equations that a sentence can hold.
CONSTRAINTS = 5


def cautions(s: MomentsRecord) -> Iterator[Statement]:
    """Support, candidates that are compatible only separately, closure, weights, few events, equivalent elements."""
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
            f"The events lie on a surface{holds}. {words[0].upper()}{words[1:]} do not preserve it and are excluded "
            "without a test.",
            {"excluded": {row.label: row.why for row in support.excluded}, "constraints": constraints},
            "p_values",
            kind="warning",
        )
    if combined := [c.label for c in s.candidates if c.how == "combined"]:
        yield Statement(
            f"Some of {in_words(combined)} act identically on the events: combinations of them are tested instead.",
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
    """More candidates are compatible separately than together."""
    alive = [c for c in s.candidates if c.rejected is False]
    if s.algebra.dimension is not None and len(alive) > s.algebra.dimension:
        told = several([f"{c.label} (adjusted {p_text(c.p_adjusted)})" for c in alive])
        yield Statement(
            f"{len(alive)} candidates are compatible in separate tests: {told}. The rank test finds fewer symmetries: "
            "some of these candidates are violated, and more events are needed to decide which.",
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
            f"The {number} generators do not close under commutators within their errors ({p_text(closed)}). The "
            "symmetries of a density always close: at least one of the generators is not an exact symmetry.",
            {"chi_squared": closed.chi_squared, "conditions": closed.conditions, "log10_p": closed.log10_p},
            "generators",
            kind="warning",
        )
    if not closed.exists:
        yield Statement(
            f"Closure of the {number} generators under commutators cannot be tested: no closed algebra was found "
            "within their errors. Some candidates are violated only weakly, so that the generators have large errors.",
            {"dimension": number},
            "generators",
            kind="warning",
        )


def _name(s: MomentsRecord) -> Iterator[Statement]:
    algebra = s.algebra
    if algebra.stability is None or algebra.stability >= SURE:
        return
    doubt = (
        f"Low stability of the identified algebra {algebra.name}: {algebra.stability:.2g} of the resamplings."
    )
    if algebra.name == AMBIGUOUS:
        doubt = "The errors of the generators are too large to identify their algebra."
    rivals = algebra.rivals
    yield Statement(
        f"{doubt}{f' Alternatives: {several(rivals)}.' if rivals else ''}",
        {"stability": algebra.stability, "alternatives": [a.to_json() for a in algebra.alternatives]},
        "generators",
        kind="warning",
    )


def _relative(s: MomentsRecord) -> Iterator[Statement]:
    if s.reference:
        yield Statement(
            f"All symmetries, sizes and limits refer to the density relative to {s.reference}: effects common to both, "
            f"such as the detector acceptance, cancel.{_left_out_relative(s)}",
            {"reference": s.reference},
            kind="warning",
        )
        yield from _steep(s)
    if s.edges:
        yield Statement(
            f"The test functions vanish at the fiducial cuts ({several(s.edges)}): violations there are not detected.",
            {"edges": list(s.edges)},
            kind="warning",
        )


def _left_out_relative(s: MomentsRecord) -> str:
    """Discrete elements are not tested relative to a density; open orbits have no rate along them."""
    if s.reference is not None and s.reference.startswith("the density"):
        return " Discrete elements are not tested relative to a density."
    return "" if s.bounds is None else " Generators without closed orbits, such as boosts, have no size."


def _steep(s: MomentsRecord) -> Iterator[Statement]:
    """Tests by derivatives where the density of both samples has edges."""
    doubtful = [
        c.label for c in s.candidates if c.relative_by == "derivatives" and c.rejected and c.label in s.steep
    ]
    if doubtful:
        yield Statement(
            f"Along {several(doubtful)} the density of both samples varies too steeply for the test functions, as at "
            "hard edges of the acceptance. Tests with derivatives reject too often there: these violations may be an "
            "effect of the edges. Declare the cuts as edges to test them.",
            {"steep": doubtful},
            "p_values",
            kind="warning",
        )


def _subsample(s: MomentsRecord) -> Iterator[Statement]:
    """Quantities estimated from a subsample; a remark, not a warning."""
    if s.subsample is not None:
        yield Statement(
            f"Moments, limits and sectors use all {s.events.used:,} events. The covariance of the moments, maps and "
            f"projections use a uniform subsample of {s.subsample:,} events.",
            {"used": s.events.used, "subsample": s.subsample},
        )


def _weights(s: MomentsRecord) -> Iterator[Statement]:
    events = s.events
    evidence = events.to_json()
    if events.negative > 0:
        yield Statement(
            f"{100 * events.negative:.1f} % of the sum of absolute weights is negative; negative weights enter with "
            f"their sign. Effective number of events: {events.effective:,.0f}.",
            evidence,
            kind="warning",
        )
    yield from copies_statements(events)
    if round(events.effective) < SENSITIVE and s.not_fitted is None:
        yield Statement(
            f"Low sensitivity: the effective number of events is {events.effective:,.0f} < {SENSITIVE:,}. A compatible "
            "symmetry may be violated by much more than a few per cent; see its upper limit.",
            evidence,
            "limits",
            kind="warning",
        )


def _ordered(s: MomentsRecord) -> Iterator[Statement]:
    """Exchanges within one collection that are violated so strongly that most events have the same order."""
    ordered = {
        d.name: d.learned_asymmetry.value
        for d in s.discrete
        if d.rejected and _ALIKE.search(d.meaning)
        and d.learned_asymmetry is not None and abs(d.learned_asymmetry.value or 0.0) > ORDERED
    }  # fmt: skip
    if ordered:
        yield Statement(
            "Particles ordered by pt (sort: pt) are not exchangeable by construction: the violation of "
            f"{several(list(ordered))} may only reflect the pt ordering.",
            {"asymmetry": ordered},
            "discrete",
            kind="warning",
        )

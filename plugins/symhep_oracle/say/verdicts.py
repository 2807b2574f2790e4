"""The questions a physicist asks of a result, each with its answer; from the record alone."""

from __future__ import annotations

from collections.abc import Iterator

from symhep.lie.identify.identification import AMBIGUOUS, NOT_CLOSED
from symhep.methods.enumeration import plural, several
from symhep.methods.number import Number
from symhep.methods.verdict import Verdict
from symhep_oracle.fit.record import CompareRecord
from symhep_oracle.gradient.record import FlowsRecord
from symhep_oracle.record import OracleRecord
from symhep_oracle.say.flows import CLOSED, SURE

__all__ = ["verdicts"]

#: Larger algebras have no table of brackets.
BRACKETS = 16


def verdicts(r: OracleRecord) -> Iterator[Verdict]:
    """The algebra, closure, the algebra of the card, what a breaking term leaves, what holds on these events alone."""
    if r.solver.flows is not None:
        yield from _flows(r, r.solver.flows)
        return
    yield _algebra(r)
    if r.algebra.dimension > 1:
        yield _closure(r)
    if r.compare is not None:
        yield _compared(r, r.compare)
    if r.breaking is not None:
        survivors = sorted(r.breaking.surviving.generator_names)
        yield Verdict(
            f"Which symmetry is left with {r.breaking.oracle} added?",
            f"{r.breaking.surviving.name} ({several(survivors, 6)})" if survivors else "none",
            "measured",
            figure="breaking" if r.breaking.broken else None,
        )
    if spurious := r.support.spurious:
        names = several([field.name for field in spurious], 4)
        yield Verdict(
            "Fields that preserve it only on these events?",
            f"{len(spurious)} ({names}), excluded as spurious",
            "measured",
            figure="spurious" if r.fields.family == "matrices" else None,
        )


def _algebra(r: OracleRecord) -> Verdict:
    found, oracle = r.algebra, r.oracle.description
    question = f"Which algebra preserves {oracle}?"
    figure = "generators" if found.dimension and r.fields.family == "matrices" else "spectrum"
    p = found if found.log10_p is not None else None
    if found.dimension == 0:
        return Verdict(question, "none", "measured", figure="spectrum")
    broken = (found.breaking.value or 0.0) > 0.0
    size = found.breaking if broken else r.residual.invariance
    of = (
        "largest change along a generator, relative to the largest along any field"
        if broken
        else "residual of invariance"
    )
    unsure = found.joint < SURE or found.name in (AMBIGUOUS, NOT_CLOSED)
    return Verdict(
        question,
        f"{found.unbroken or found.name}, {plural(found.dimension, 'generator')}",
        "undecided" if unsure else "measured",
        p,
        size.plain,
        of,
        figure,
    )


def _closure(r: OracleRecord) -> Verdict:
    """Whether brackets of the generators are generators."""
    open_, unknown = r.algebra.name == NOT_CLOSED, r.algebra.name == AMBIGUOUS
    return Verdict(
        "Do the generators close under commutators?",
        "cannot be decided" if unknown else "no" if open_ else "yes",
        "undecided" if unknown else "violated" if open_ else "compatible",
        size=r.residual.closure.plain,
        size_of="fraction of the commutators outside the span",
        figure="structure" if r.algebra.dimension <= BRACKETS else None,
    )


def _compared(r: OracleRecord, c: CompareRecord) -> Verdict:
    """Whether it is the algebra that the card names."""
    same = r.algebra.dimension == c.dimension
    equal = same and max(c.principal_angles, default=0.0) <= c.rounding
    near = c.distance.error is not None and (c.distance.value or 0.0) <= 2 * c.distance.error
    answer = "yes, up to rounding" if equal else "yes, within errors" if same and near else "same dimension"
    if not same:
        answer = f"no: {plural(r.algebra.dimension, 'generator')} instead of {c.dimension}"
    return Verdict(
        f"Is it {c.name}?",
        answer,
        "compatible" if equal or (same and near) else "undecided" if same else "violated",
        size=c.distance.plain.model_copy(update={"unit": "rad"}),
        size_of="Grassmann distance",
        figure="generators" if r.algebra.dimension and r.fields.family == "matrices" else "spectrum",
    )


def _flows(r: OracleRecord, f: FlowsRecord) -> Iterator[Verdict]:
    """Trained fields: no algebra, but directions at each point."""
    found = r.algebra.dimension
    worst = min((g.along_contours for g in r.generators if g.along_contours), key=_value, default=None)
    figure = "fields" if f.in_plane else "loss"
    yield Verdict(
        f"Do trained fields follow the contours of {r.oracle.description}?",
        f"{found} of {f.asked}",
        "compatible" if found == f.asked and r.algebra.joint >= SURE else "undecided",
        size=None if worst is None else _per_cent(worst),
        size_of="fraction along the contours, for the worst field" if worst is not None else "",
        figure=figure,
    )
    if f.asked > 1:
        closes = (r.residual.closure.value or 0.0) <= CLOSED
        yield Verdict(
            "Do the fields close under commutators with constant coefficients?",
            "yes" if closes else "no",
            "compatible" if closes else "violated",
            size=r.residual.closure.plain,
            size_of="fraction of the commutators outside the span",
            figure=figure,
        )


def _value(number: Number) -> float:
    return number.value or 0.0


def _per_cent(share: Number) -> Number:
    ends = {end: None if (v := getattr(share, end)) is None else 100 * v for end in ("value", "low", "high")}
    return share.plain.model_copy(update=ends | {"unit": "%"})

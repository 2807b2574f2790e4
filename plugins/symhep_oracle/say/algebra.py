"""The algebra in a sentence, and what its generators are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from symhep.lie.identify.identification import AMBIGUOUS, NOT_CLOSED, TOO_LARGE
from symhep.methods.enumeration import plural, several
from symhep.methods.result import Statement
from symhep_oracle.fit.broken_name import STATED
from symhep_oracle.record import AlgebraRecord, OracleRecord

__all__ = ["algebra", "dilatation", "products", "widened"]

#: Generators that are listed by name.
LISTED = 12


def algebra(record: OracleRecord) -> Statement:
    """Name, dimension and generators of what preserves the oracle, or that nothing does."""
    found, residual = record.algebra, record.residual
    evidence: dict[str, Any] = {
        "dimension": found.dimension, "name": found.name, "stability": found.joint, "p_value": found.p_value,
        "breaking": found.breaking.to_json(), "invariance": residual.invariance.to_json(),
        "closure": residual.closure.to_json(), "events": record.events.used,
    }  # fmt: skip
    if found.dimension == 0:
        return Statement(_none(record), evidence, "spectrum")
    figure = "generators" if record.fields.family == "matrices" else "spectrum"
    return Statement(_some(record), evidence, figure)


def _none(record: OracleRecord) -> str:
    kind, oracle = _kind(record), record.oracle.description
    if record.solver.name == "gradient":
        return (
            f"Training found no {kind} that preserve {oracle}; too few epochs or seeds would look the same."
        )
    unknowns = plural(record.fields.unknowns or 0, "unknown")
    return f"No continuous symmetry: none of the {kind} ({unknowns}) preserves {oracle}."


def _some(record: OracleRecord) -> str:
    found, oracle = record.algebra, record.oracle.description
    g, worst, closure = found.dimension, record.residual.invariance, record.residual.closure
    breaking = found.breaking.value or 0.0
    nearly = "nearly " if breaking > STATED else ""
    up_to = f", up to {breaking:.2g} % of the largest change along any field" if nearly else ""
    what = f"{nearly}{'preserves' if g == 1 else 'preserve'} {oracle}{up_to}"
    closes = f", closure {closure.value:.2g}" if g > 1 else ""  # one generator closes by itself
    residuals = f"residual{'s' if closes else ''}: invariance {worst.value:.2g}{closes}"
    many, listed = f"{g} {_kind(record, g)}", _listed(record)
    if found.name == NOT_CLOSED:
        return (
            f"{many}{listed} {what}; they do not form a Lie algebra, as their brackets leave their span "
            f"(stability {found.dimension_stability:.2g} of their number; {residuals})."
        )
    if found.name == AMBIGUOUS:
        names = f" ({several(found.rivals)})" if found.rivals and not _blind(found) else ""
        why = (
            "their errors would hide what tells algebras apart"
            if _blind(found)
            else "names differ within errors"
        )
        if found.identification is None:
            why = "what of their brackets leaves their span is neither far below nor far above their errors"
        return (
            f"{many}{listed} {what}; which Lie algebra they form, if they do, cannot be told: {why}{names} "
            f"(stability {found.dimension_stability:.2g} of their number; {residuals})."
        )
    if found.identification is None:
        return f"{many}{listed} {what}; their brackets close (stability {found.joint:.2g}; {residuals})."
    return (
        f"{found.name}{' of the largest change along any field,' if nearly else ''} {nearly}preserves {oracle}: "
        f"{plural(g, 'generator')}{listed} "
        f"(stability {found.joint:.2g}; {residuals})."
    )


def widened(record: OracleRecord) -> Iterator[Statement]:
    """That a name needs more than the errors of events and networks."""
    found = record.algebra.identification
    if found is None or not found.widened:
        return
    yield Statement(
        "By the errors of events and networks alone the brackets of the generators leave their span; they close, as "
        f"{record.algebra.unbroken}, within what the networks have in common, of which the residuals of invariance "
        "tell the size.",
        {"closure": found.closure, "how": found.how},
        "generators",
    )


def _blind(found: AlgebraRecord) -> bool:
    """Are the errors too large for any name?"""
    return found.identification is not None and found.identification.how == TOO_LARGE


def _kind(record: OracleRecord, number: int = 2) -> str:
    """What the generators are, of so many."""
    if record.fields.family == "polynomials":
        return f"polynomial vector field{'s' if number > 1 else ''}"
    if record.fields.affine:
        return f"affine vector field{'s' if number > 1 else ''}"
    return "matrices" if number > 1 else "matrix"


def _listed(record: OracleRecord) -> str:
    """' (J_x, J_y and J_z)' if all generators have names, or are near one."""
    generators, algebra = record.generators, record.algebra
    names = [g.described for g in generators if g.known or g.near]
    listed = several(names) if 0 < len(names) == len(generators) <= LISTED else ""
    # The dilatation commutes with all matrices: if one factor R is there, D is it.
    if "D" in names and algebra.identification is not None and algebra.unbroken.split(" + ").count("R") == 1:
        listed += "; R is the dilatation D" if listed and len(names) > 1 else ""
    return f" ({listed})" if listed else ""


def dilatation(record: OracleRecord) -> Iterator[Statement]:
    """What a dilatation among the generators of an estimate on momenta means."""
    there = any(g.name == "D" for g in record.generators)
    if record.oracle.approximate and record.vectors.minkowski and there:
        yield Statement(
            "The dilatation D is no symmetry of a mass. It counts here since scaling light momenta (m far below E) "
            "changes functions of masses by (m/E)^2 of what a general matrix does, less than the estimate resolves.",
            {"dilatation": True},
        )


def products(record: OracleRecord) -> Iterator[Statement]:
    """Why polynomial fields are as many as they are, and why they need not close."""
    if record.fields.family != "polynomials" or record.algebra.dimension < 2:
        return
    if (found := record.multiples) is not None:
        base = (
            found.lowest[0] if len(found.lowest) == 1 else f"the {len(found.lowest)} of degree {found.degree}"
        )
        whole = found.explained == record.algebra.dimension
        which = "They are" if whole else f"{found.explained} of them are"
        yield Statement(
            f"{which} {base} times {several(found.factors)}: a field times any function preserves what the field "
            "preserves, so their number grows with the degree.",
            found.to_json() | {"of": record.algebra.dimension},
        )
    closure, degree = record.residual.closure.value or 0.0, record.fields.degree
    if record.algebra.name == NOT_CLOSED:
        yield Statement(
            f"Fields of degree m and n have a bracket of degree m + n - 1, up to {2 * degree - 1}, while the "
            f"library ends at {degree}: the fields found are part of what preserves the oracle, and need not close.",
            {"degree": degree, "closure": closure},
        )

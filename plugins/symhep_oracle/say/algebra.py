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
            f"The training found no {kind} that preserve {oracle}. Too few epochs or seeds give the "
            f"same result."
        )
    unknowns = plural(record.fields.unknowns or 0, "unknown")
    return f"No continuous symmetry: none of the {kind} ({unknowns}) preserves {oracle}."


def _some(record: OracleRecord) -> str:
    found, oracle = record.algebra, record.oracle.description
    g, worst, closure = found.dimension, record.residual.invariance, record.residual.closure
    breaking = found.breaking.value or 0.0
    nearly = "approximately " if breaking > STATED else ""
    up_to = f", up to {breaking:.2g} % of the largest change along any field" if nearly else ""
    what = f"{nearly}{'preserves' if g == 1 else 'preserve'} {oracle}{up_to}"
    closes = f", closure {closure.value:.2g}" if g > 1 else ""  # one generator closes by itself
    residuals = f"residual{'s' if closes else ''}: invariance {worst.value:.2g}{closes}"
    many, listed = f"{g} {_kind(record, g)}", _listed(record)
    if found.name == NOT_CLOSED:
        return (
            f"{many}{listed} {what}; they do not form a Lie algebra, since their commutators are not "
            f"in their span (stability {found.dimension_stability:.2g} of their number; {residuals})."
        )
    if found.name == AMBIGUOUS:
        names = f" ({several(found.rivals)})" if found.rivals and not _blind(found) else ""
        why = (
            "the errors are too large to distinguish algebras"
            if _blind(found)
            else "several names are compatible within the errors"
        )
        if found.identification is None:
            why = "the closure residual is neither clearly compatible with zero nor clearly different from it"
        return (
            f"{many}{listed} {what}; the Lie algebra cannot be identified: {why}{names} (stability "
            f"{found.dimension_stability:.2g} of their number; {residuals})."
        )
    if found.identification is None:
        return f"{many}{listed} {what}; their commutators close (stability {found.joint:.2g}; {residuals})."
    return (
        f"{found.name}{' (relative to the largest change along any field),' if nearly else ''} "
        f"{nearly}preserves {oracle}: "
        f"{plural(g, 'generator')}{listed} "
        f"(stability {found.joint:.2g}; {residuals})."
    )


def widened(record: OracleRecord) -> Iterator[Statement]:
    """That a name needs more than the errors of events and networks."""
    found = record.algebra.identification
    if found is None or not found.widened:
        return
    yield Statement(
        "The commutators of the generators are not in their span within the errors of events and networks. "
        f"They close, as {record.algebra.unbroken}, within the common systematic error of the networks, "
        "whose size is estimated from the invariance residuals.",
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
            "The dilatation D is not a symmetry of a mass. It is listed because for light particles (m << "
            "E) a scaling changes functions of masses only by (m/E)^2 relative to a general matrix, below "
            "the resolution of the estimate.",
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
            f"{which} {base} times {several(found.factors)}. The product of a symmetry field and any "
            f"function is again a symmetry field, so their number grows with the degree.",
            found.to_json() | {"of": record.algebra.dimension},
        )
    closure, degree = record.residual.closure.value or 0.0, record.fields.degree
    if record.algebra.name == NOT_CLOSED:
        yield Statement(
            f"Fields of degree m and n have a bracket of degree m + n - 1, up to {2 * degree - 1}, while the "
            f"library ends at {degree}: the fields found are a subset of the symmetry fields, and need not "
            f"close.",
            {"degree": degree, "closure": closure},
        )

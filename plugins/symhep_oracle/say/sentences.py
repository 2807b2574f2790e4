"""What the numbers say, in sentences with their evidence."""

from __future__ import annotations

from collections.abc import Iterator

from symhep.methods.enumeration import several
from symhep.methods.result import Statement
from symhep_oracle.say.components import acting
from symhep_oracle.fit.algebra import CLOSED, NOT_CLOSED, Evidence
from symhep_oracle.say.decision import decision, nearly_null
from symhep_oracle.fit.fields import PolynomialFields
from symhep_oracle.say.latent import latent_findings
from symhep_oracle.say.training import training_findings
from symhep_oracle.say.comparison import likeness
from symhep_oracle.fit.multiples import multiples
from symhep_oracle.options import OracleMethodOptions
from symhep_oracle.oracles.description import describe
from symhep_oracle.fit.names import recognise

__all__ = ["findings"]

#: Below this confidence a reader is warned.
SURE = 0.9
#: Residuals above this are told in the first sentence: the symmetry is an approximate one.
APPROXIMATE = 1e-3


def findings(e: Evidence, options: OracleMethodOptions) -> Iterator[Statement]:
    """The physics, most important first; then what a reader must know before believing it."""
    yield _algebra(e, options)
    yield from _polynomials(e)
    yield decision(e)
    yield from training_findings(e.outcome.info)
    yield from likeness(e, options.solver)
    yield from _dilatation(e)
    yield from latent_findings(e.outcome.info, e.outcome.latent)
    yield from _breaking(e, options)
    yield from _finite(e)
    yield from _support(e)
    yield from acting(e)
    yield from _warnings(e)


def _algebra(e: Evidence, options: OracleMethodOptions) -> Statement:
    s, oracle = e.outcome.solution, describe(options.oracle)
    kind = "polynomial vector fields" if options.degree > 1 else "matrices"
    kind += " and translations" if options.affine else ""
    evidence = {
        "dimension": s.dimension, "name": e.algebra, "confidence": e.confidence,
        "invariance": float(s.residuals.max(initial=0.0)), "closure": e.closure, "events": e.outcome.info["events"],
    }  # fmt: skip
    if s.dimension == 0 and options.solver == "gradient":
        text = (
            f"Training found no {kind} that preserve {oracle}; too few epochs or seeds would look the same. "
            f"{s.reason}."
        )
        return Statement(text, evidence, "spectrum")
    if s.dimension == 0:
        text = f"No continuous symmetry among the {kind} of {s.coefficients.shape[1]} unknowns: {oracle} has none."
        return Statement(text, evidence, "spectrum")
    names = [k.described for k in e.names if k.known or k.near]
    listed = several(names) if 0 < len(names) == len(e.names) <= 12 else ""
    # The dilatation commutes with all matrices: if one factor R is there, D is it.
    if "D" in names and e.identification is not None and e.identification.name.split(" + ").count("R") == 1:
        listed += "; R is the dilatation D" if listed and len(names) > 1 else ""
    listed = f" ({listed})" if listed else ""
    worst = evidence["invariance"]
    nearly = "nearly " if worst > APPROXIMATE else ""
    what = f"{nearly}{'preserves' if s.dimension == 1 else 'preserve'} {oracle}"
    up_to = f", up to {100 * worst:.2g} % of the largest change along any field" if nearly else ""
    closes = f"closure {e.closure:.2g}" if s.dimension > 1 else "one generator closes by itself"
    plural = "generator" if s.dimension == 1 else "generators"
    residuals = f"residuals: invariance {worst:.2g}, {closes}"
    if e.algebra == NOT_CLOSED:
        text = (
            f"{s.dimension} {kind}{listed} {what}{up_to}; they are no Lie algebra, since their brackets "
            f"leave their span (confidence {s.confidence:.2g} in their number; {residuals})."
        )
    elif e.identification is None:
        text = (
            f"{s.dimension} {kind}{listed} {what}{up_to}; their brackets close "
            f"(confidence {e.confidence:.2g}; {residuals})."
        )
    else:
        text = (
            f"{e.algebra} {nearly}preserves {oracle}{up_to}: {s.dimension} {plural}{listed} "
            f"(confidence {e.confidence:.2g}; {residuals})."
        )
    return Statement(text, evidence, "generators" if e.matrices.shape[-1] else "spectrum")


def _dilatation(e: Evidence) -> Iterator[Statement]:
    """What a dilatation among the generators of an estimate on momenta means."""
    info = e.outcome.info
    if info["approximate"] and info["minkowski"] and any(k.name == "D" for k in e.names):
        yield Statement(
            "The dilatation D is no symmetry of a mass. It counts here since scaling light momenta (m far below E) "
            "changes functions of masses by (m/E)^2 of what a general matrix does, less than the estimate resolves.",
            {"dilatation": True},
        )


def _polynomials(e: Evidence) -> Iterator[Statement]:
    """Why they are as many as they are, and why they need not close."""
    rows, fields = e.outcome.solution.coefficients, e.fields
    if not isinstance(fields, PolynomialFields) or len(rows) < 2:
        return
    if (found := multiples(rows, fields)) is not None:
        names = [k.name for k in recognise(found.lowest, fields, bool(e.outcome.info["minkowski"]))]
        base = names[0] if len(names) == 1 else f"the {len(names)} of degree {found.degree}"
        which = "They are" if found.explained == len(rows) else f"{found.explained} of them are"
        yield Statement(
            f"{which} {base} times {several(found.monomials)}: a field times any function preserves what the field "
            "preserves, so their number grows with the degree.",
            {
                "lowest": names,
                "factors": list(found.monomials),
                "explained": found.explained,
                "of": len(rows),
            },
        )
    if e.closure > CLOSED:
        yield Statement(
            f"Fields of degree m and n have a bracket of degree m + n - 1, up to {2 * fields.degree - 1}, while the "
            f"library ends at {fields.degree}: of what preserves the oracle it holds a part that need not close.",
            {"degree": fields.degree, "closure": e.closure},
        )


def _breaking(e: Evidence, options: OracleMethodOptions) -> Iterator[Statement]:
    b = e.outcome.breaking
    if b is None or options.breaking is None:
        return
    psi = describe(options.breaking.oracle)
    survivors, broken = [k.name for k in e.surviving], [k.name for k in e.broken]
    text = f"Adding lambda times {psi} leaves {e.surviving_name} of the generators"
    text += f" ({several(survivors)})" if survivors else ""
    text += f" and breaks {several(broken)}." if broken else " and breaks none of them."
    evidence = {
        "surviving": survivors, "broken": broken, "strengths": b.strengths.tolist(),
        "violation": b.violation.tolist(), "error": b.violation_error.tolist(),
    }  # fmt: skip
    yield Statement(text, evidence, "breaking" if broken else None)
    wholes = [a for a in e.broken_algebras if a.strength != 0 and a.dimension > len(e.surviving)]
    if wholes:
        names = sorted({f"{a.name} ({a.dimension} generators)" for a in wholes})
        yield Statement(
            f"For lambda = {several([f'{a.strength:g}' for a in wholes])} the oracle as a whole is preserved by "
            f"{several(names)}: more than survives of the unbroken generators, so part of the symmetry is deformed "
            "and not lost.",
            {f"{a.strength:g}": {"name": a.name, "dimension": a.dimension} for a in wholes},
        )


def _support(e: Evidence) -> Iterator[Statement]:
    support = e.outcome.support
    if e.spurious:
        still = [k.described for k, s in zip(e.spurious, support.still, strict=True) if s]
        moving = [k.described for k, s in zip(e.spurious, support.still, strict=True) if not s]
        parts = []
        if moving:
            verb = "preserve" if len(moving) > 1 else "preserves"
            parts.append(f"{several(moving)} {verb} the oracle on these events alone, not around them")
        if still:
            verb = "move" if len(still) > 1 else "moves"
            parts.append(f"{several(still)} {verb} no event at all")
        because = f" The events are special: {several(support.constraints)}." if support.constraints else ""
        yield Statement(
            f"Left out as spurious: {'; '.join(parts)}.{because}",
            {"spurious": [k.name for k in e.spurious], "constraints": list(support.constraints)},
            "spurious" if e.matrices.shape[-1] else None,
            kind="warning",
        )
    elif support.constraints and not support.checked and e.outcome.solution.dimension:
        yield Statement(
            f"The events do not fill the space ({several(support.constraints)}), and this oracle cannot be asked "
            "elsewhere: a generator may hold on these events alone.",
            {"constraints": list(support.constraints)},
            kind="warning",
        )


def _finite(e: Evidence) -> Iterator[Statement]:
    """Generators that the gradient sees as symmetries, and finite transformations do not."""
    finite = e.outcome.info.get("finite")
    if finite is None or not any(finite["moved"]):
        return
    moved = [k.name for k, share in zip(e.names, finite["moved"], strict=True) if share > 0]
    safe = [k.name for k, share in zip(e.names, finite["moved"], strict=True) if share == 0]
    rest = f" {several(safe)} {'pass' if len(safe) > 1 else 'passes'}." if safe else ""
    shares = [share for share in finite["moved"] if share > 0]
    yield Statement(
        f"Only infinitesimal: transformations by {finite['step']:g} (an angle, a rapidity) along {several(moved)} "
        f"change the oracle, in {min(shares):.1%} to {max(shares):.1%} of the events.{rest} The oracle has steps, "
        "such as a hard cut, which no gradient sees: smooth their edges and ask again.",
        finite,
        "generators" if e.matrices.shape[-1] else "spectrum",
        kind="warning",
    )


def _warnings(e: Evidence) -> Iterator[Statement]:
    s, info = e.outcome.solution, e.outcome.info
    if e.confidence < SURE:
        alternatives = e.identification.alternatives if e.identification else ()
        others = (
            f" Other names: {several([f'{n} ({p:.0%})' for n, p in alternatives])}."
            if len(alternatives) > 1
            else ""
        )
        yield Statement(
            f"The answer is not sure: confidence {s.confidence:.2g} in {s.dimension} generators, "
            f"{e.confidence:.2g} in the name.{others}",
            {"dimension_confidence": s.confidence, "confidence": e.confidence},
            kind="warning",
        )
    yield from nearly_null(e)
    if info["negative_weight"] > 0:
        yield Statement(
            f"{info['negative_weight']:.0%} of the weight is negative; events count by |w|, since an invariance "
            "holds event by event.",
            {"negative_weight": info["negative_weight"]},
            kind="warning",
        )

"""What the numbers say, in sentences with their evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from symhep.methods.result import Statement
from symhep_oracle.algebra import CLOSED, Evidence
from symhep_oracle.fields import PolynomialFields
from symhep_oracle.latent.findings import latent_findings
from symhep_oracle.learned.findings import training_findings
from symhep_oracle.multiples import multiples
from symhep_oracle.options import OracleMethodOptions
from symhep_oracle.oracles.wording import describe
from symhep_oracle.recognised import recognise

__all__ = ["findings"]

#: Below this confidence a reader is warned.
SURE = 0.9
#: A singular value this small, though not null, is told: a symmetry that is all but exact.
NEARLY = 1e-4


def findings(e: Evidence, options: OracleMethodOptions) -> Iterator[Statement]:
    """The physics, most important first; then what a reader must know before believing it."""
    yield _algebra(e, options)
    yield from _polynomials(e)
    yield _decision(e)
    yield from training_findings(e.outcome.info)
    yield from _comparison(e)
    yield from latent_findings(e.outcome.info, e.outcome.latent)
    yield from _breaking(e, options)
    yield from _finite(e)
    yield from _support(e)
    yield from _warnings(e)


def _several(items: Sequence[str], at_most: int = 12) -> str:
    """'a, b and c'."""
    shown = list(items[:at_most])
    if len(items) > at_most:
        shown.append(f"{len(items) - at_most} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


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
    names = [k.name for k in e.names if not k.name.startswith("X_")]
    listed = f" ({_several(names)})" if 0 < len(names) == len(e.names) <= 12 else ""
    closes = f"closure {e.closure:.1g}" if s.dimension > 1 else "one generator closes by itself"
    plural = "generator" if s.dimension == 1 else "generators"
    sure = f"confidence {e.confidence:.2g}; residuals: invariance {evidence['invariance']:.1g}, {closes}"
    if e.identification is None or not e.identification.closed:
        text = (
            f"{s.dimension} {kind}{listed} {'preserves' if s.dimension == 1 else 'preserve'} {oracle}; "
            f"as an algebra they are {e.algebra} ({sure})."
        )
    else:
        first = "To first order only, " if any(e.outcome.info.get("finite", {}).get("moved", ())) else ""
        text = f"{first}{e.algebra} preserves {oracle}: {s.dimension} {plural}{listed} ({sure})."
    return Statement(text, evidence, "generators" if e.matrices.shape[-1] else "spectrum")


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
            f"{which} {base} times {_several(found.monomials)}: a field times any function preserves what the field "
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


def _decision(e: Evidence) -> Statement:
    s = e.outcome.solution
    spurious = len(e.spurious)
    total = s.dimension + spurious
    null = float(s.spectrum[:total].max(initial=0.0))
    other = float(s.spectrum[total:].min(initial=1.0))
    evidence = {"largest_null": null, "smallest_other": other, "reason": s.reason, "confidence": s.confidence}
    if total in (0, len(s.spectrum)):
        text = f"Of {len(s.spectrum)} singular values {total} vanish; the smallest other is {other:.2g}: {s.reason}."
    else:
        noise = float(s.noise[total])
        text = (
            f"Of {len(s.spectrum)} singular values {total} are at most {null:.1g} of the largest, the next is "
            f"{other:.2g} +- {noise:.1g}: {s.reason}."
        )
    return Statement(text, evidence, "spectrum")


def _comparison(e: Evidence) -> Iterator[Statement]:
    if (c := e.comparison) is None:
        return
    g = e.outcome.solution.dimension
    error = f" +- {c.distance_error:.1g}" if c.distance_error > 1e-12 else ""
    text = (
        f"The Grassmann distance of the {g} generators to {c.name} ({c.dimension}) is {c.distance:.3g}{error}"
    )
    text += (
        f" (principal angles {', '.join(f'{a:.2g}' for a in c.angles[:10])} rad)." if len(c.angles) else "."
    )
    if g > c.dimension:
        text += f" {c.name} lies inside them up to {c.outside:.2g} rad."
    evidence = {
        "distance": c.distance,
        "error": c.distance_error,
        "angles": c.angles.tolist(),
        "outside": c.outside,
    }
    yield Statement(text, evidence, "generators" if g else "spectrum")


def _breaking(e: Evidence, options: OracleMethodOptions) -> Iterator[Statement]:
    b = e.outcome.breaking
    if b is None or options.breaking is None:
        return
    psi = describe(options.breaking.oracle)
    survivors, broken = [k.name for k in e.surviving], [k.name for k in e.broken]
    text = f"Adding lambda times {psi} leaves {e.surviving_name} of the generators"
    text += f" ({_several(survivors)})" if survivors else ""
    text += f" and breaks {_several(broken)}." if broken else " and breaks none of them."
    evidence = {
        "surviving": survivors, "broken": broken, "strengths": b.strengths.tolist(),
        "violation": b.violation.tolist(), "error": b.violation_error.tolist(),
    }  # fmt: skip
    yield Statement(text, evidence, "breaking" if broken else None)
    wholes = [a for a in e.broken_algebras if a.strength != 0 and a.dimension > len(e.surviving)]
    if wholes:
        names = sorted({f"{a.name} ({a.dimension} generators)" for a in wholes})
        yield Statement(
            f"For lambda = {_several([f'{a.strength:g}' for a in wholes])} the oracle as a whole is preserved by "
            f"{_several(names)}: more than survives of the unbroken generators, so part of the symmetry is deformed "
            "and not lost.",
            {f"{a.strength:g}": {"name": a.name, "dimension": a.dimension} for a in wholes},
        )


def _support(e: Evidence) -> Iterator[Statement]:
    support = e.outcome.support
    if e.spurious:
        still = [k.name for k, s in zip(e.spurious, support.still, strict=True) if s]
        moving = [k.name for k, s in zip(e.spurious, support.still, strict=True) if not s]
        parts = []
        if moving:
            verb = "preserve" if len(moving) > 1 else "preserves"
            parts.append(f"{_several(moving)} {verb} the oracle on these events alone, not around them")
        if still:
            verb = "move" if len(still) > 1 else "moves"
            parts.append(f"{_several(still)} {verb} no event at all")
        because = f" The events are special: {_several(support.constraints)}." if support.constraints else ""
        yield Statement(
            f"Left out as spurious: {'; '.join(parts)}.{because}",
            {"spurious": [k.name for k in e.spurious], "constraints": list(support.constraints)},
            kind="warning",
        )
    elif support.constraints and not support.checked and e.outcome.solution.dimension:
        yield Statement(
            f"The events do not fill the space ({_several(support.constraints)}), and this oracle cannot be asked "
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
    rest = f" {_several(safe)} {'pass' if len(safe) > 1 else 'passes'}." if safe else ""
    yield Statement(
        f"Only infinitesimal: transformations by {finite['step']} (an angle, a rapidity) along {_several(moved)} change the "
        f"oracle, in {min(s for s in finite['moved'] if s > 0):.1%} to {max(finite['moved']):.1%} of the events.{rest} The "
        "oracle has steps, such as a hard cut, which no gradient sees: smooth their edges and ask again.",
        finite,
        "generators",
        kind="warning",
    )


def _warnings(e: Evidence) -> Iterator[Statement]:
    s, info = e.outcome.solution, e.outcome.info
    if e.confidence < SURE:
        alternatives = e.identification.alternatives if e.identification else ()
        others = (
            f" Other names: {_several([f'{n} ({p:.0%})' for n, p in alternatives])}."
            if len(alternatives) > 1
            else ""
        )
        yield Statement(
            f"The answer is not sure: confidence {s.confidence:.2g} in {s.dimension} generators, "
            f"{e.confidence:.2g} in the name.{others}",
            {"dimension_confidence": s.confidence, "confidence": e.confidence},
            kind="warning",
        )
    rest = s.spectrum[s.dimension + len(e.spurious) :]
    nearly = [float(v) for v in rest if v < NEARLY]
    if nearly and not info["approximate"]:
        values = _several([f"{v:.1g}" for v in nearly], 5)
        count = (
            "One more field all but preserves"
            if len(nearly) == 1
            else f"{len(nearly)} more fields all but preserve"
        )
        yield Statement(
            f"{count} the oracle, with a relative singular value of {values}: a weakly broken symmetry, or events "
            "near a surface where there are more.",
            {"singular_values": nearly},
            "spectrum",
            kind="warning",
        )
    if info["negative_weight"] > 0:
        yield Statement(
            f"{info['negative_weight']:.0%} of the weight is negative; events count by |w|, since an invariance "
            "holds event by event.",
            {"negative_weight": info["negative_weight"]},
            kind="warning",
        )

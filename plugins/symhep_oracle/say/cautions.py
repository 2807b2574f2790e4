"""What a reader must know before believing the findings."""

from __future__ import annotations

from collections.abc import Iterator

from symhep.methods.enumeration import several
from symhep.methods.result import Statement
from symhep_oracle.record import OracleRecord

__all__ = ["finite_steps", "low_stability", "nearly_null", "negative_weights", "spurious"]

#: Below this stability a reader is warned.
SURE = 0.9


def spurious(record: OracleRecord) -> Iterator[Statement]:
    """Fields that hold on these events alone, or that this could not be asked."""
    support = record.support
    if support.spurious:
        trivial = [f.described for f in support.spurious if f.moves_no_event]
        moving = [f.described for f in support.spurious if not f.moves_no_event]
        parts = []
        if moving:
            verb = "preserve" if len(moving) > 1 else "preserves"
            parts.append(
                f"{several(moving)} {verb} the oracle only on these events, not in their neighbourhood"
            )
        if trivial:
            verb = "act" if len(trivial) > 1 else "acts"
            parts.append(f"{several(trivial)} {verb} trivially on these events")
        because = (
            f" Reason: the events satisfy constraints ({several(support.constraints)})."
            if support.constraints
            else ""
        )
        yield Statement(
            f"Excluded as spurious: {'; '.join(parts)}.{because}",
            {"spurious": [f.name for f in support.spurious], "constraints": list(support.constraints)},
            "spurious" if record.fields.family == "matrices" else None,
            kind="warning",
        )
    elif support.constraints and not support.checked_off_support and record.algebra.dimension:
        yield Statement(
            f"The events lie on a subspace ({several(support.constraints)}), and this oracle cannot be "
            f"evaluated outside it: a generator may be a symmetry only on these events.",
            {"constraints": list(support.constraints)},
            kind="warning",
        )


def finite_steps(record: OracleRecord) -> Iterator[Statement]:
    """Generators that the gradient sees as symmetries, and finite transformations do not."""
    finite = record.finite
    if finite is None or not any(finite.moved):
        return
    shares = {g.name: share for g, share in zip(record.generators, finite.moved, strict=True)}
    moved = [name for name, share in shares.items() if share > 0]
    safe = [name for name, share in shares.items() if share == 0]
    rest = f" {several(safe)} {'pass' if len(safe) > 1 else 'passes'} this test." if safe else ""
    sizes = [share for share in finite.moved if share > 0]
    yield Statement(
        f"Infinitesimal symmetry only: finite transformations by {finite.step:g} (angle in rad, or "
        f"rapidity) along {several(moved)} change the oracle for {min(sizes):.1%} to {max(sizes):.1%} of "
        f"the events.{rest} The oracle has steps, such as a hard cut, which do not contribute to the "
        f"gradient: make their edges smooth and run again.",
        finite.to_json(),
        "generators" if record.fields.family == "matrices" else "spectrum",
        kind="warning",
    )


def low_stability(record: OracleRecord) -> Iterator[Statement]:
    """Where dimension or name may be others."""
    found = record.algebra
    if found.joint >= SURE:
        return
    others = f" Other names: {several(found.rivals)}." if found.rivals else ""
    yield Statement(
        f"Low stability: the number of generators ({found.dimension}) is found in a fraction "
        f"{found.dimension_stability or 0.0:.2g} of the resamplings, the name in {found.joint:.2g}.{others}",
        {"dimension_stability": found.dimension_stability, "stability": found.joint},
        kind="warning",
    )


def nearly_null(record: OracleRecord) -> Iterator[Statement]:
    """Fields that an exact oracle tells from null ones only just, by name."""
    if not (nearly := record.nearly_null):
        return
    known = [n.field for n in nearly if n.field is not None]
    names = [f"{f.name} (overlap {f.overlap or 0.0:.3f})" if f.known else f.described for f in known]
    named = f", {several(names, 5)}," if names else ""
    count = (
        f"One further field{named} approximately preserves"
        if len(nearly) == 1
        else f"{len(nearly)} further fields{named} approximately preserve"
    )
    sizes = several([f"{n.singular_value:.2g}" for n in nearly], 5)
    surface = (
        "the light cone, E^2 - p^2 = m^2 with m far below E" if record.vectors.minkowski else "a surface"
    )
    yield Statement(
        f"{count} the oracle, with a relative singular value of {sizes}: either a weakly broken symmetry, "
        f"or a symmetry on {surface}, near which the events lie.",
        {"singular_values": [n.singular_value for n in nearly], "names": [f.name for f in known]},
        "spectrum",
        kind="warning",
    )


def negative_weights(record: OracleRecord) -> Iterator[Statement]:
    """How much of the weight is negative."""
    if record.events.negative > 0:
        yield Statement(
            f"{record.events.negative:.0%} of the sum of |w| has negative weight. Events are weighted by "
            f"|w|, since the invariance is a condition on each event.",
            record.events.to_json(),
            kind="warning",
        )

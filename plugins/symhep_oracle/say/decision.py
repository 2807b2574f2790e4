"""In words: how the number of generators was decided, and what nearly is one more."""

from __future__ import annotations

from collections.abc import Iterator

from symhep.methods.enumeration import several
from symhep.methods.result import Statement
from symhep_oracle.fit.algebra import Evidence
from symhep_oracle.fit.names import recognise

__all__ = ["NEARLY", "decision", "nearly_null"]

#: A singular value this small, though not null, is told: a symmetry that is all but exact.
NEARLY = 1e-4


def decision(e: Evidence) -> Statement:
    """The singular values on both sides of the decision, and the reason for it."""
    s = e.outcome.solution
    total = s.dimension + len(e.spurious)
    null = float(s.spectrum[:total].max(initial=0.0))
    other = float(s.spectrum[total:].min(initial=1.0))
    evidence = {"largest_null": null, "smallest_other": other, "reason": s.reason, "confidence": s.confidence}
    count = len(s.spectrum)
    if total == 0:
        text = f"Of {count} singular values none is null, the smallest is {other:.2g} of the largest."
    elif total == count:
        text = f"All {count} singular values are null."
    else:
        size = f"at most {null:.2g} of the largest" if null else "zero"
        are = "is" if total == 1 else "are"
        text = f"Of {count} singular values {total} {are} {size}, the next is {other:.2g} +- {s.noise[total]:.1g}."
    return Statement(f"{text} {s.reason[:1].upper()}{s.reason[1:]}.", evidence, "spectrum")


def nearly_null(e: Evidence) -> Iterator[Statement]:
    """Fields that an exact oracle tells from null ones only just, by name."""
    s = e.outcome.solution
    nearly = [float(v) for v in s.spectrum[s.dimension + len(e.spurious) :] if v < NEARLY]
    if not nearly or e.outcome.info["approximate"]:
        return
    minkowski = bool(e.outcome.info["minkowski"])
    rows = s.arrays.get("broken")
    known = [] if rows is None else recognise(rows[: len(nearly)], e.fields, minkowski)
    names = [f"{k.name} (overlap {k.overlap:.3f})" if k.known else k.described for k in known]
    named = f", {several(names, 5)}," if names else ""
    count = (
        f"One more field{named} all but preserves"
        if len(nearly) == 1
        else f"{len(nearly)} more fields{named} all but preserve"
    )
    surface = "the light cone, E^2 - p^2 = m^2 with m far below E" if minkowski else "a surface"
    yield Statement(
        f"{count} the oracle, with a relative singular value of {several([f'{v:.2g}' for v in nearly], 5)}: a weakly "
        f"broken symmetry, or events near {surface}, on which it is one.",
        {"singular_values": nearly, "names": [k.name for k in known]},
        "spectrum",
        kind="warning",
    )

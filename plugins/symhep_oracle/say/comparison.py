"""In words: how like the named algebra of the card the found one is."""

from __future__ import annotations

from collections.abc import Iterator

from symhep.methods.result import Statement
from symhep_oracle.fit.algebra import Evidence
from symhep_oracle.say.decision import NEARLY

__all__ = ["likeness"]


def likeness(e: Evidence, solver: str) -> Iterator[Statement]:
    """Principal angles and distance; where rounding explains them, that they are rounding."""
    if (c := e.comparison) is None:
        return
    s, info = e.outcome.solution, e.outcome.info
    # What rounding tilts a span by: its size over the gap that holds the span.
    rounding = s.tolerance(info["precision"]) if solver == "exact" and not info["approximate"] else 0.0
    largest = float(c.angles.max(initial=0.0))
    equal = bool(s.dimension) and largest <= rounding
    if equal and s.dimension == c.dimension:
        text = (
            f"The {s.dimension} generators span {c.name}, equal to rounding: the largest principal angle is "
            f"{largest:.1g} rad."
        )
    else:
        error = f" +- {c.distance_error:.1g}" if c.distance_error > max(rounding, 1e-12) else ""
        text = (
            f"The Grassmann distance of the {s.dimension} generators to {c.name} ({c.dimension}) is "
            f"{c.distance:.3g}{error}"
        )
        angles = ", ".join(f"{a:.2g}" for a in c.angles[:10])
        if equal:
            text += ", all of it from the difference in dimension: the principal angles are rounding."
        else:
            text += f" (principal angles {angles} rad)." if len(c.angles) else "."
        if s.dimension > c.dimension:
            within = "" if c.outside <= rounding else f" up to {c.outside:.2g} rad"
            text += f" {c.name} lies inside them{within}."
    if equal and s.gap < NEARLY:
        near = (
            "light particles lie close to the light cone"
            if info["minkowski"]
            else "the events lie near a surface"
        )
        text += (
            f" Rounding is amplified to {rounding:.1g} rad, by one over the smallest singular value that is not null, "
            f"{s.gap:.1g}: {near}. This is no breaking."
        )
    evidence = {
        "distance": c.distance, "error": c.distance_error, "angles": c.angles.tolist(), "outside": c.outside,
        "rounding": rounding,
    }  # fmt: skip
    yield Statement(text, evidence, "generators" if s.dimension else "spectrum")

"""In words: what numbers of the event the generators act on."""

from __future__ import annotations

from collections.abc import Iterator

from symhep.methods.enumeration import several
from symhep.methods.result import Statement
from symhep_oracle.fit.algebra import Evidence

__all__ = ["acting"]

#: Components of a vector that are listed by name.
LISTED = 8


def acting(e: Evidence) -> Iterator[Statement]:
    """The vectors, their components and unit; a warning where the features' variables are others."""
    info, vectors = e.outcome.info, e.outcome.layout.vectors
    if "latent" in info:
        return
    names = info["names"]
    shown = f"({', '.join(names)})" if len(names) <= LISTED else f"the {len(names)} components"
    unit = f" in {info['unit']}" if info["unit"] else ""
    unused = info.get("unused") or []
    if not info["on_momenta"]:
        of = f" of each of the {vectors} vectors" if vectors > 1 else ""
        yield Statement(
            f"The generators act on {shown}{of}{unit}.", {"components": names, "vectors": vectors}
        )
        return
    of = f"each of the {vectors} objects" if vectors > 1 else "the object"
    text = f"The generators act on {shown} of {of}{unit}"
    if unused:
        text += f"; the features' variables {several(unused)} are not used (acts_on: features would)"
    evidence = {"components": names, "vectors": vectors, "unused": unused}
    yield Statement(f"{text}.", evidence, kind="warning" if unused else "finding")

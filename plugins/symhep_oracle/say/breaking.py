"""What a breaking term leaves, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from symhep.methods.enumeration import plural, several
from symhep.methods.result import Statement
from symhep_oracle.record import OracleRecord

__all__ = ["breaking"]


def breaking(record: OracleRecord) -> Iterator[Statement]:
    """Survivors and broken generators; a symmetry of the whole that is deformed and not lost."""
    if (b := record.breaking) is None:
        return
    survivors, broken = sorted(b.surviving.generator_names), sorted(g.name for g in b.broken)
    left = f"{b.surviving.name} ({several(survivors)})" if survivors else "trivial"
    text = f"With lambda times {b.oracle} added, the unbroken symmetry is {left}"
    text += f"; broken: {several(broken)}." if broken else "; no generator is broken."
    evidence = {
        "surviving": list(survivors), "broken": [g.to_json() for g in b.broken], "strengths": list(b.strengths),
    }  # fmt: skip
    yield Statement(text, evidence, "breaking" if broken else None)
    wholes = [w for w in b.algebra_of_the_whole if w.at_strength != 0 and w.dimension > len(survivors)]
    if wholes:
        names = sorted({f"{w.name} ({plural(w.dimension, 'generator')})" for w in wholes})
        yield Statement(
            f"For lambda = {several([f'{w.at_strength:g}' for w in wholes])} the oracle as a whole is "
            f"preserved by "
            f"{several(names)}, more than the unbroken generators: part of the symmetry is deformed rather "
            f"than broken.",
            {f"{w.at_strength:g}": {"name": w.name, "dimension": w.dimension} for w in wholes},
        )

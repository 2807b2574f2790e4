"""Tables of a result, from its record alone."""

from __future__ import annotations

from collections.abc import Sequence

from symhep.methods.table import Table
from symhep_oracle.fit.record import BreakingRecord
from symhep_oracle.gradient.record import FlowsRecord
from symhep_oracle.record import GeneratorRecord, OracleRecord, SpuriousField

__all__ = ["tables"]

#: Rows of a table of entries.
ROWS = 100
#: What the names in tables mean.
NAMES = "E_ij: 1 in row i, column j. X_n: no known matrix."


def tables(record: OracleRecord) -> dict[str, Table]:
    """The generators and their entries in numbers; spurious fields; what breaking leaves; trained fields."""
    if record.solver.flows is not None:
        return {"fields": _flows(record.solver.flows)}
    found = {}
    if record.generators:
        found["generators"] = _generators(record)
    if any(g.entries for g in record.generators):
        found["entries"] = _entries(record.generators, record.vectors.complex, "generator")
    if record.support.spurious and record.fields.family == "matrices":
        found["spurious"] = _spurious(record)
        found["spurious_entries"] = _entries(record.support.spurious, record.vectors.complex, "field")
    if record.breaking is not None and record.breaking.algebra_of_the_whole:
        found["breaking"] = _breaking(record.breaking)
    return found


def _generators(record: OracleRecord) -> Table:
    exact = record.solver.exact is not None and record.solver.exact.rounding is not None
    rounding = "; residuals and errors below 1e-15 are due to rounding" if exact else ""
    return Table.of(
        ("generator", "nearest known", "overlap", "invariance residual", "largest error"),
        [
            (
                g.name,
                *_nearest(g.name, g.near, g.known, g.overlap),
                g.residual,
                g.largest_error,
            )
            for g in record.generators
        ],
        "Generators in the sparsest basis, normalised to tr W W† = 2. Overlap: cosine of the angle to the "
        "nearest known matrix. Largest error: largest standard error of a coefficient of the field of unit "
        f"norm{rounding}. {NAMES}",
    )


def _nearest(
    name: str, near: str | None, known: bool, overlap: float | None
) -> tuple[str | None, float | None]:
    """The known matrix that a field is near to, and how near; nothing of one that is far from all."""
    nearest = near or (name if known and overlap else None)
    return nearest, overlap if nearest else None


def _spurious(record: OracleRecord) -> Table:
    return Table.of(
        ("field", "nearest known", "overlap", "acts trivially on the events"),
        [
            (f.name, *_nearest(f.name, f.near, f.known, f.overlap), f.moves_no_event)
            for f in record.support.spurious
        ],
        f"Spurious fields, which preserve the oracle only on these events and are excluded; tr W W† = 2. "
        f"{NAMES}",
    )


def _entries(
    fields: Sequence[GeneratorRecord] | Sequence[SpuriousField], imaginary: bool, what: str
) -> Table:
    """One row for each entry that is not zero."""
    rows = [
        (
            f.name,
            e.row,
            e.column,
            *(["imaginary" if e.imaginary else "real"] if imaginary else []),
            e.coefficient,
        )
        for f in fields
        for e in f.entries
    ]
    total = len(rows) + sum(f.entries_more for f in fields)
    more = f" The first {min(len(rows), ROWS)} of {total}." if total > min(len(rows), ROWS) else ""
    heads = [what, "row", "column", *(["part"] if imaginary else []), "entry"]
    return Table.of(
        heads,
        rows[:ROWS],
        f"Entries of the matrices that differ from zero by more than three standard errors; tr W W† = "
        f"2.{more}",
    )


def _breaking(b: BreakingRecord) -> Table:
    return Table.of(
        ("strength", "dimension", "algebra", "stability"),
        [(w.at_strength, w.dimension, w.name, w.stability) for w in b.algebra_of_the_whole],
        "Algebra of all fields that preserve the oracle with its breaking term, for each strength.",
    )


def _flows(f: FlowsRecord) -> Table:
    return Table.of(
        ("seed", "field", "loss of seed", "violation", "fraction along the contours"),
        [(row.seed, row.field, row.loss, row.violation, row.along) for row in f.fields],
        f"All fields of all seeds, measured on {f.measured_on} held-out events. Violation: rms of grad phi "
        f". v divided by the rms of |v| times the rms slope.",
    )

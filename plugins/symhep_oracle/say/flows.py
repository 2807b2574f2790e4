"""What trained vector fields are, and what they do not mean, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from symhep.methods.number import Number
from symhep.methods.result import Statement
from symhep_oracle.gradient.record import FlowsRecord
from symhep_oracle.record import OracleRecord

__all__ = ["flows"]

#: Brackets close if at most this part of them lies outside the span.
CLOSED = 0.1
#: Below this stability a reader is warned.
SURE = 0.5


def flows(record: OracleRecord, f: FlowsRecord) -> Iterator[Statement]:
    """How well the fields follow the contours; that they are no algebra; brackets; warnings."""
    found, count = record.algebra.dimension, f.asked
    figure = "fields" if f.in_plane else "loss"
    yield _followed(record, f, figure)
    yield Statement(
        "The fields give a direction at each point, not a Lie algebra of matrices: a field times any "
        f"function of the event also preserves the oracle. Their number ({count}) is an option, not the "
        "dimension of a symmetry.",
        {"asked": count},
        figure,
    )
    if count > 1:
        yield _brackets(record, f, figure)
    if found < count or record.algebra.joint < SURE:
        yield Statement(
            f"Not all fields follow the contours for all seeds: {record.algebra.decision}. Too few epochs "
            f"give the same result as no symmetry.",
            {"found": list(f.found_per_seed)},
            "loss",
            kind="warning",
        )


def _followed(record: OracleRecord, f: FlowsRecord, figure: str) -> Statement:
    found, count, oracle = record.algebra.dimension, f.asked, record.oracle.description
    worst = min(record.generators, key=lambda g: g.along_contours.value if g.along_contours else 0.0)  # type: ignore
    along, violation = worst.along_contours or Number(), worst.residual
    which = f"for the worst of {count} fields, " if count > 1 else ""
    if count == 1:
        what = f"The trained vector field {'follows' if found else 'does not follow'}"
    else:
        what = f"{found} of {count} trained vector fields {'follows' if found == 1 else 'follow'}"
    return Statement(
        f"{what} the contours of {oracle}: {which}{_percent(along)} of |v|^2 is along the contours on "
        f"{f.measured_on} held-out events (random direction: {f.along_by_chance:.0%}), and the change of "
        f"the oracle is {violation.text()} of the largest possible for a step of this size.",
        {
            "found": found, "asked": count, "along": along.to_json(), "violation": violation.to_json(),
            "chance": f.along_by_chance, "stability": record.algebra.joint, "events": f.measured_on,
        },
        figure,
    )  # fmt: skip


def _brackets(record: OracleRecord, f: FlowsRecord, figure: str) -> Statement:
    closure, inside = record.residual.closure, record.residual.brackets_along_contours or Number()
    closes = "do not " if (closure.value or 0.0) > CLOSED else ""
    return Statement(
        f"A fraction {closure.text()} of the commutators of the fields lies outside their span (constant "
        f"coefficients), so they {closes}close as a Lie algebra; {_percent(inside)} of the commutators is "
        f"along the contours. The fields span {f.directions.text()} directions at a point on average.",
        {
            "closure": closure.to_json(), "brackets_along": inside.to_json(), "directions": f.directions.to_json(),
        },
        figure,
    )  # fmt: skip


def _percent(share: Number) -> str:
    """A share with its error in per cent."""
    scaled = {
        key: None if (v := getattr(share, key)) is None else 100 * v for key in ("value", "low", "high")
    }
    return share.model_copy(update=scaled | {"unit": "%"}).text()

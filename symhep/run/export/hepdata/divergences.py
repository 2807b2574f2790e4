"""Divergences of projections as a HEPData table."""

from __future__ import annotations

from collections.abc import Iterator

from symhep.hypotheses.divergence.record import DivergenceMean, DivergenceRecord
from symhep.run.export.hepdata.table import Axis, HepTable, Quantity, measured, plain
from symhep.run.stored import StoredResult

__all__ = ["divergence_fields", "divergence_tables"]

_GROUPS = {
    "kept": "compatible transformations",
    "failed": "rejected transformations",
    "random": "random transformations",
    "noise": "two halves of the events compared with each other",
}


def divergence_fields(result: StoredResult) -> list[str]:
    """Names of the fields of the record that hold divergences."""
    record = result.result.record
    return [name for name in type(record).model_fields if isinstance(getattr(record, name), DivergenceRecord)]


def divergence_tables(result: StoredResult) -> Iterator[HepTable]:
    """A table for each of them: mean and excess of every group of transformations, projection by projection."""
    for field in divergence_fields(result):
        found: DivergenceRecord = getattr(result.result.record, field)
        quantities: list[Quantity] = []
        for name, words in _GROUPS.items():
            quantities += _columns(words, getattr(found, name), len(found.projections))
        yield HepTable(
            result.name, "divergences", "Kullback-Leibler divergences",
            f"Kullback-Leibler divergence of each projection ({found.bins} bins) between one half of the "
            f"events after transformations and the other half. Excess: divergence minus that of the two "
            f"untransformed halves, zero for a symmetry.",
            (Axis("projection", [{"value": name} for name in found.projections]),),
            tuple(quantities), ("KL divergence",),
        )  # fmt: skip


def _columns(words: str, group: DivergenceMean, projections: int) -> Iterator[Quantity]:
    if group.mean is not None and len(group.mean) == projections:
        yield Quantity(f"divergence, {words}", [plain(value) for value in group.mean], "nats")
    if group.excess is not None and len(group.excess) == projections:
        yield Quantity(f"excess, {words}", [measured(number) for number in group.excess], "nats")
        for kind, limits in (
            ("observed", [number.upper_95 for number in group.excess]),
            ("expected", [number.expected_95 for number in group.excess]),
        ):
            yield Quantity(
                f"upper limit on the excess, 95% CL, {kind}, {words}", [plain(one) for one in limits], "nats"
            )

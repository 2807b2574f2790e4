"""The walk of the lattice for several moments, as of an envelope: the largest p-value of each class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from symhep.hypotheses.subgroups.record import SubgroupRow
from symhep.hypotheses.subgroups.walk import Walked
from symhep.methods.p_values import Adjusted

__all__ = ["largest_walk"]


def largest_walk(walks: Sequence[Walked[SubgroupRow]]) -> Walked[SubgroupRow]:
    """Rows of the walk in which a class survives with the largest p-value, or else is rejected with the largest.

    A class is rejected only if every walk rejects it. So the probability of any false rejection is no larger than that
    of the walk of the alternative that is true, and a class survives with all that lie in it.
    """
    if len(walks) == 1:
        return walks[0]
    rows = tuple(_bounded(max(same, key=_order)) for same in zip(*(w.rows for w in walks), strict=True))
    return replace(walks[0], rows=rows)


def _order(row: SubgroupRow) -> tuple[bool, bool, float]:
    return row.survives, row.rejected is False, -1e9 if row.log10_p is None else row.log10_p


def _bounded(row: SubgroupRow) -> SubgroupRow:
    fields: dict[str, object] = {} if row.p_kind is None else {"p_kind": "bound"}
    if row.lab is not None and row.lab.p_kind is not None:
        fields["lab"] = Adjusted(**dict(row.lab) | {"p_kind": "bound"})
    return row.model_copy(update=fields)

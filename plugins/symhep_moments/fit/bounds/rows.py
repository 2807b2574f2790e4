"""Sizes and limits as fields of the rows of a result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from symhep.hypotheses.generators.record import GeneratorRow
from symhep.hypotheses.groups.record import GroupRow
from symhep.hypotheses.subgroups.record import SubgroupRow
from symhep.lie.labels import stated
from symhep_moments.fit.bounds.limits import Bound, Bounds
from symhep_moments.fit.given.factors import OneParameter, Rotations
from symhep_moments.fit.given.groups import CompactGroup
from symhep_moments.record import BoundsRecord, NoLimit

if TYPE_CHECKING:
    from symhep_moments.fit.measured import Measurement

__all__ = ["bounds_record", "of_algebra", "of_candidate", "of_groups", "of_subgroup"]

FloatArray = npt.NDArray[np.float64]

#: Compact connected subgroups of the Poincare group, up to conjugates, by name.
COMPACT = ("SO(2)", "SO(3)")
#: Classes of which no limit is asked: what moves the events off their support is not broken by a little.
_NO_ROW = ("support", "candidates")


def of_candidate(label: str, bounds: Bounds | None) -> dict[str, Any]:
    """Fields of a candidate that was tested."""
    found = None if bounds is None else bounds.candidate(label)
    if bounds is None or found is None:
        return {}
    return {
        "size": found.size(bounds.region.count, bounds.varying is not None), "size_kind": found.kind,
        **found.limits(bounds.options.delta),
    }  # fmt: skip


def of_algebra(m: Measurement, generators: Sequence[GeneratorRow]) -> dict[str, Any]:
    """Fields of what was found."""
    found = _stated(m, generators)
    return found.limits(m.bounds.options.delta) if isinstance(found, Bound) and m.bounds is not None else {}


def of_subgroup(row: SubgroupRow, bounds: Bounds | None) -> SubgroupRow:
    """The row of a class with its limit, whatever its verdict."""
    if bounds is None or row.how in _NO_ROW or row.name not in COMPACT:
        return row
    axis = None if not row.generators else np.array(row.generators[0][:3])
    found = bounds.of_class(row.dimension, axis)
    return row if found is None else row.model_copy(update=found.limits(bounds.options.delta))


def of_groups(
    rows: Sequence[GroupRow], groups: Sequence[CompactGroup], bounds: Bounds | None
) -> tuple[GroupRow, ...]:
    """Rows of given groups with their limits; those with discrete factors have none."""
    if bounds is None:
        return tuple(rows)
    found = []
    for row, group in zip(rows, groups, strict=True):
        matrices = _generators_of(group, bounds.matrices.shape[1] - 1)
        limit = None if matrices is None else bounds.group(matrices)
        fields = limit.limits(bounds.options.delta) if isinstance(limit, Bound) else {}
        found.append(row.model_copy(update=fields))
    return tuple(found)


def _generators_of(group: CompactGroup, d: int) -> FloatArray | None:
    """Of a connected group; None for others."""
    matrices = []
    for factor in group.factors:
        if isinstance(factor, OneParameter):
            matrices.append(np.asarray(factor.matrix))
        elif isinstance(factor, Rotations):
            for i, j in combinations(factor.components, 2):
                plane = np.zeros((d + 1, d + 1))
                plane[j, i], plane[i, j] = 1.0, -1.0
                matrices.append(plane)
        else:
            return None
    return np.array(matrices) if matrices else None


def bounds_record(m: Measurement, generators: Sequence[GeneratorRow]) -> BoundsRecord | None:
    """Where they come from, and what has none."""
    if m.bounds is None:
        return None
    return BoundsRecord(
        highest_order=m.bounds.options.orders, quantities=m.bounds.region.count, level=m.bounds.region.level,
        delta=m.bounds.options.delta, without=list(_without(m, generators)),
    )  # fmt: skip


def _without(m: Measurement, generators: Sequence[GeneratorRow]) -> Iterator[NoLimit]:
    assert m.bounds is not None
    for label in m.bounds.labels:
        if (why := m.bounds.why_none(label)) is not None:
            yield NoLimit(label=label, why=why)
    found = _stated(m, generators)
    if isinstance(found, str) and m.algebra is not None:
        yield NoLimit(label=m.algebra.identification.name, why=found)


def _stated(m: Measurement, generators: Sequence[GeneratorRow]) -> Bound | str:
    """Of the group of the generators as their labels state them, in the candidates that were tested."""
    if m.bounds is None or not generators:
        return "no symmetry was found"
    rows = np.array(
        [stated(list(row.coefficients.values()), list(row.errors.values())) for row in generators]
    )
    tested = np.linalg.lstsq(m.support.tangent, rows.T, rcond=None)[0].T
    return m.bounds.span(np.asarray(tested))

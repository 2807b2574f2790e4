"""Tables of the report, from the record alone."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from symhep.hypotheses.bounds.table import limit_columns
from symhep.hypotheses.candidates.table import candidate_table
from symhep.hypotheses.discrete.scan_sentence import scan_table
from symhep.hypotheses.discrete.table import discrete_table
from symhep.hypotheses.generators.table import generator_table
from symhep.hypotheses.headings import ADJUSTED, UNADJUSTED
from symhep.hypotheses.subgroups.table import subgroup_table
from symhep.methods.number import Bounded
from symhep.methods.table import Cell, Heading, Table
from symhep_symmetrygan.inference.record import ComponentRecord
from symhep_symmetrygan.record import SymmetryGanRecord
from symhep_symmetrygan.subgroups.record import ClassRow, ElementRow, LabRow

__all__ = ["tables"]

LOSS = "post-hoc loss"


def tables(record: SymmetryGanRecord) -> dict[str, Table]:
    """Projections, components, generators, subgroups, candidates, discrete elements; only those that have rows."""
    found = {
        "projections": _projections(record),
        "components": _components(record),
        "generators": generator_table(record.generators),
        "subgroups": subgroup_table(record.subgroups, record.maximal_subgroups, _of_classes(record)),
        "candidates": candidate_table(
            record.candidates,
            {Heading("largest excess KL", "nats"): lambda row: _largest(row.excess), LOSS: _generator_loss},
            "Adjusted together with the classes of subgroups.",
        ),
        "discrete": discrete_table(
            record.discrete,
            {Heading("largest excess KL", "nats"): lambda row: _largest(row.excess), LOSS: _element_loss},
        ),
        "scan": scan_table(record.cyclic_scan),
    }
    return {name: table for name, table in found.items() if table.rows}


def _of_classes(record: SymmetryGanRecord) -> dict[str | Heading, Callable[[ClassRow], Cell]]:
    """Columns of their own."""
    return {
        Heading("largest excess KL", "nats"): lambda row: _largest(row.excess),
        LOSS: _class_loss,
    }


def _class_loss(row: ClassRow) -> Cell:
    return row.posthoc_loss


def _generator_loss(row: LabRow) -> Cell:
    return row.posthoc_loss


def _element_loss(row: ElementRow) -> Cell:
    return row.posthoc_loss


def _largest(excess: Sequence[Bounded] | None) -> Cell:
    """The most significant projection."""
    return max(
        excess or (), key=lambda number: (number.value or 0.0) / (number.error or math.inf), default=None
    )


def _projections(r: SymmetryGanRecord) -> Table:
    """Excess by group; then the divergences, noise included."""
    heads = ("accepted", "rejected", "found, before refinement", "random")
    rows: list[tuple[Cell, ...]] = []
    for kl in (r.kl, r.subgroup_kl, r.discrete_kl):
        for j, name in enumerate(() if kl is None else kl.projections):
            assert kl is not None
            groups = (kl.kept, kl.failed, getattr(kl, "symmetry", None), kl.random)
            cells = [None if g is None or g.excess is None else g.excess[j] for g in groups]
            rows.append((name, *cells, None if kl.noise.mean is None else kl.noise.mean[j]))
    return Table.of(
        ("projection", *(Heading(f"excess, {head}", "nats") for head in heads), Heading("noise", "nats")),
        rows,
        "Excess KL divergence of each projection: one half of the held-out events, transformed, against "
        "the other half, minus the noise (the untransformed halves). Means over elements with statistical "
        "errors and upper limits at 95 % CL: elements found, random elements of subgroups, and discrete "
        "elements.",
    )


def _components(r: SymmetryGanRecord) -> Table:
    names = () if r.kl is None else r.kl.projections
    limits = limit_columns(r.connected_components)
    rows = [
        (
            c.name, c.elements, c.action, c.p, c.p_adjusted, _verdict(c), c.posthoc_loss,
            *(cell(c) for cell in limits.values()),
            *(None if c.excess is None else c.excess[j] for j in range(len(names))),
        )
        for c in r.connected_components
    ]  # fmt: skip
    heads = ("component", "elements", "generators", UNADJUSTED, ADJUSTED, "verdict", LOSS)
    return Table.of(
        (*heads, *limits, *(Heading(f"excess KL, {name}", "nats") for name in names)), rows,
        "Connected components of the elements found; p-values adjusted for their number (Holm). A symmetry "
        "has a post-hoc loss of 2 ln 2 = 1.3863.",
    )  # fmt: skip


def _verdict(row: ComponentRecord) -> str:
    if row.rejected is None:
        return "not tested"
    return "violated" if row.rejected else "compatible"

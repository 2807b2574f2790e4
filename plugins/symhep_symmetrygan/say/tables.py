"""Tables of the report, from the record alone."""

from __future__ import annotations

from collections.abc import Callable

from symhep.hypotheses.candidates.table import candidate_table
from symhep.hypotheses.discrete.table import discrete_table
from symhep.hypotheses.generators.table import generator_table
from symhep.hypotheses.headings import ADJUSTED, UNADJUSTED
from symhep.hypotheses.subgroups.table import subgroup_table
from symhep.methods.table import Cell, Heading, Table
from symhep_symmetrygan.inference.record import ComponentRecord
from symhep_symmetrygan.record import SymmetryGanRecord
from symhep_symmetrygan.say.projections import mean_number, over_noise
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
            {LOSS: _generator_loss},
            "Axes and frame of the lab; one family with the classes of subgroups.",
        ),
        "discrete": discrete_table(record.discrete, {LOSS: _element_loss}),
    }
    return {name: table for name, table in found.items() if table.rows}


def _of_classes(record: SymmetryGanRecord) -> dict[str | Heading, Callable[[ClassRow], Cell]]:
    """Columns of their own."""
    return {
        Heading("largest KL divergence", "nats"): lambda row: max(row.kl or (), default=None),
        LOSS: _class_loss,
    }


def _class_loss(row: ClassRow) -> Cell:
    return row.posthoc_loss


def _generator_loss(row: LabRow) -> Cell:
    return row.posthoc_loss


def _element_loss(row: ElementRow) -> Cell:
    return row.posthoc_loss


def _projections(r: SymmetryGanRecord) -> Table:
    kl = r.kl
    heads = ("found, as trained", "found, refined", "kept", "random", "noise")
    rows: list[tuple[Cell, ...]] = []
    for j, name in enumerate(() if kl is None else kl.projections):
        assert kl is not None
        parts = (kl.symmetry, kl.refined, kl.kept, kl.random, kl.noise)
        rows.append((name, *(mean_number(part, j) for part in parts), over_noise(kl, j)))
    return Table.of(
        ("projection", *(Heading(head, "nats") for head in heads), "as trained / noise"),
        rows,
        "KL divergence after against before on held-out events: means over elements with their standard errors; "
        f"{'' if kl is None else kl.bins} bins.",
    )


def _components(r: SymmetryGanRecord) -> Table:
    names = () if r.kl is None else r.kl.projections
    rows = [
        (
            c.name, c.elements, c.action, c.p, c.p_adjusted, _verdict(c), c.posthoc_loss,
            *(None if c.kl is None else c.kl[j] for j in range(len(names))),
        )
        for c in r.connected_components
    ]  # fmt: skip
    heads = ("component", "elements", "generators", UNADJUSTED, ADJUSTED, "verdict", LOSS)
    return Table.of(
        (*heads, *(Heading(f"KL, {name}", "nats") for name in names)), rows,
        "Components that the found elements fall into; adjusted for their number by Holm's method. A post-hoc loss of "
        "2 ln 2 = 1.3863 is that of a symmetry.",
    )  # fmt: skip


def _verdict(row: ComponentRecord) -> str:
    if row.rejected is None:
        return "not tested"
    return "rejected" if row.rejected else "survives"

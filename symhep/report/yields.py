"""Events observed and expected after each cut: collision data beside each simulated dataset and their sum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from symhep.card.schema import RunCard
from symhep.methods.table import Table
from symhep.report.numbers import number, with_error
from symhep.stats.variations import combined

__all__ = ["yields"]


def yields(card: RunCard, datasets: Mapping[str, Mapping[str, Any]]) -> list[Table]:
    """A table per selection of a card with roles, from cutflow.json; [] where none has a role.

    Simulation is weighted, with its statistical error and, where it has variations, the systematic one: variations in
    quadrature, those of one name moving all datasets together.
    """
    roles = {name: card.datasets[name].role for name in datasets if name in card.datasets}
    data = [name for name, role in roles.items() if role == "data"]
    simulation = [name for name, role in roles.items() if role == "simulation"]
    if not data and not simulation:
        return []
    selections = dict.fromkeys(
        s for name in (*data, *simulation) for s in datasets[name].get("selections") or ()
    )
    return [_table(card, datasets, data, simulation, selection) for selection in selections]


def _table(
    card: RunCard,
    datasets: Mapping[str, Mapping[str, Any]],
    data: Sequence[str],
    simulation: Sequence[str],
    selection: str,
) -> Table:
    flows = {
        name: {row["name"]: row for row in datasets[name]["selections"].get(selection, ())}
        for name in (*data, *simulation)
    }
    cuts = list(dict.fromkeys(cut for flow in flows.values() for cut in flow))
    units = {str(datasets[name].get("weight_unit") or "") for name in simulation}
    summed = len(simulation) > 1 and len(units) == 1
    rows = []
    for cut in cuts:
        row = [cut]
        row += [_observed(flows[name].get(cut), blind=cut != "all" and len(flows[name]) < 2) for name in data]
        row += [_expected(card, {name: flows[name].get(cut)}) for name in simulation]
        if summed:
            row.append(_expected(card, {name: flows[name].get(cut) for name in simulation}))
        rows.append(row)
    regions = [region for region, of in card.regions.items() if of == selection]
    heads = [*data, *(f"{name}{_in(str(datasets[name].get('weight_unit') or ''))}" for name in simulation)]
    title = f"Selection {selection}" + (f" (region {', '.join(regions)})" if regions else "")
    return Table.of(
        ("", *heads, *(["all simulation"] if summed else [])),
        rows,
        f"{title}: events of data and weighted events of simulation after each cut, ± statistical"
        + (" ± systematic uncertainty." if _varied(flows) else " uncertainty."),
    )


def _in(unit: str) -> str:
    """Simulated events have the unit of data where they are scaled to a luminosity."""
    return f" [{unit}]" if unit and unit != "events" else ""


def _varied(flows: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> bool:
    """Does any variation change any of these numbers?"""
    rows = [row for flow in flows.values() for row in flow.values()]
    return any(v["down"] or v["up"] for row in rows for v in (row.get("variations") or {}).values())


def _observed(row: Mapping[str, Any] | None, *, blind: bool) -> str:
    if row is None:
        return "blind" if blind else "–"
    return number(row["events"])


def _expected(card: RunCard, rows: Mapping[str, Mapping[str, Any] | None]) -> str:
    """The sum over datasets."""
    there = {name: row for name, row in rows.items() if row is not None}
    if not there:
        return "–"
    total = sum(row["weighted"] for row in there.values())
    statistical = float(np.sqrt(sum(row["weighted_error"] ** 2 for row in there.values())))
    text = with_error(total, statistical)
    down, up = _systematic(card, there, total)
    if not down and not up:
        return text
    places = len(text.rpartition(".")[2]) if "." in text else 0
    sides = [f"{side:,.{places}f}" for side in (down, up)]
    return f"{text} ± {sides[0]}" if sides[0] == sides[1] else f"{text} −{sides[0]} +{sides[1]}"


def _systematic(card: RunCard, rows: Mapping[str, Mapping[str, Any]], total: float) -> tuple[float, float]:
    """All variations in quadrature, down and up."""
    squares = [0.0, 0.0]
    for name in dict.fromkeys(v for row in rows.values() for v in row.get("variations") or ()):
        owner = next(n for n, row in rows.items() if name in (row.get("variations") or {}))
        described = card.datasets[owner].variations[name]
        keys = dict.fromkeys(
            key
            for row in rows.values()
            for key in (row.get("variations") or {}).get(name, {}).get("alternatives", ())
        )
        values = [
            sum(
                (row.get("variations") or {}).get(name, {}).get("alternatives", {}).get(key, row["weighted"])
                for row in rows.values()
            )
            for key in keys
        ]
        sides = combined(described.combine or "up_down", total, values, described.confidence)
        squares = [square + float(side) ** 2 for square, side in zip(squares, sides, strict=True)]
    return float(np.sqrt(squares[0])), float(np.sqrt(squares[1]))

"""The files of a dataset put together: feature tables with the right weights, and its row in cutflow.json."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from symhep.card.schema import RunCard, UpTo
from symhep.errors import InputError
from symhep.events.cutflow import Cutflow
from symhep.events.select import NO_SELECTION
from symhep.events.table import FeatureTable
from symhep.events.varied_tables import VariedTables
from symhep.methods.result import Part
from symhep.readers.interface import WeightSums
from symhep.run.agreement import Agreement, check_agreement
from symhep.run.file_part import stored_name, sums_json
from symhep.run.normalisation import normalisation, sum_after_policy
from symhep.run.varied_events import varied_tables, varied_yields, with_yields

__all__ = ["DatasetEvents", "join", "sum_of_weights"]

_LOG = logging.getLogger("symhep")


@dataclass(frozen=True)
class DatasetEvents:
    """The feature tables of a dataset, and its row in cutflow.json.

    ``hidden`` are selections of which nothing may be known: blind ones, and those that share an event with one.
    ``variations``: systematic variation -> feature set -> its tables under the alternatives.
    """

    tables: Mapping[str, FeatureTable]
    account: Mapping[str, Any]
    hidden: frozenset[str] = frozenset()
    variations: Mapping[str, Mapping[str, VariedTables]] = field(default_factory=dict)

    def varied(self, features: str) -> dict[str, VariedTables]:
        """Variation -> the tables of one feature set."""
        return {name: tables[features] for name, tables in self.variations.items()}

    def hiding(self, card: RunCard, hidden: frozenset[str]) -> DatasetEvents:
        """Without tables and cuts of these selections."""
        tables = {
            name: table.first(0) if (card.features[name].selection or NO_SELECTION) in hidden else table
            for name, table in self.tables.items()
        }
        selections = {
            name: rows[:1] if name in hidden else rows for name, rows in self.account["selections"].items()
        }
        return replace(self, tables=tables, account={**self.account, "selections": selections}, hidden=hidden)


NO_OTHERS: Mapping[str, DatasetEvents] = {}


def join(
    name: str,
    card: RunCard,
    agreement: Agreement,
    parts: list[Part],
    twins: list[str],
    others: Mapping[str, DatasetEvents] = NO_OTHERS,
    like: float | None = None,
) -> DatasetEvents:
    """Merge the files' parts and scale the weights to the cross-section, if the card gives one.

    ``others`` are the events of other files, by alternative. Without a cross-section the weights are scaled to sum to
    ``like``, if that is given.
    """
    total = WeightSums()
    for part in parts:
        total.merge(part.values["sums"])
    if total.events == 0 and all(p.values["losses"] for p in parts):
        reasons = "; ".join(
            f"{loss['file']}: {loss['reason']}" for p in parts for loss in p.values["losses"][:1]
        )
        raise InputError(f"dataset '{name}': no file could be read: {reasons[:500]}")
    # Of all files, those included that an earlier run read.
    has = {p.values["file"]["file"]: p.values["taken"] for p in parts if p.values["taken"] is not None}
    notes = check_agreement(name, has, fill=agreement.fill)
    xsec = card.datasets[name].xsec_pb
    scale = normalisation(name, card, total, [p.values for p in parts], like)
    factor = scale.factor
    told = [*notes, *scale.notes, *twins]
    hidden = frozenset(selection for part in parts for selection in part.values["hidden"])
    telling: dict[str, dict[str, None]] = {}
    for selection, row in (pair for part in parts for pair in part.values["telling"]):
        if selection not in hidden:
            telling.setdefault(selection, {})[row] = None
    told += [_told_of_blind(selection, list(rows)) for selection, rows in telling.items()]
    told += _told_of_role(card, name, total)
    tables = {}
    variations: dict[str, dict[str, VariedTables]] = {}
    for feature in card.features:
        joined = _table(parts, feature, [p.values["tables"][feature] for p in parts], factor)
        tables[feature] = replace(joined, alternatives=None)
        changed = {
            key: _table(
                parts,
                stored_name(feature, key),
                [p.values["varied"][key]["tables"][feature] for p in parts],
                factor,
            )
            for key, first in parts[0].values["varied"].items()
            if feature in first["tables"]
        }
        changed |= {key: events.tables[feature] for key, events in others.items()}
        for variation, varied in varied_tables(
            agreement.variations, joined, tables[feature], changed
        ).items():
            variations.setdefault(variation, {})[feature] = varied
        if (card.features[feature].selection or NO_SELECTION) not in hidden:
            told += _truncated(feature, card, [part.values["tables"][feature] for part in parts])
    for note in told:
        _LOG.warning("dataset '%s': %s", name, note)
    flows: dict[str, Cutflow] = {}
    for part in parts:
        for selection, rows in part.values["selections"].items():
            flows.setdefault(selection, Cutflow()).merge(rows)
    flows = {name: flow.without(telling.get(name, ())) for name, flow in flows.items()}
    account = {
        "files": [p.values["file"] for p in parts],
        "losses": [loss for p in parts for loss in p.values["losses"]],
        "file_notes": [note for p in parts for note in p.values["notes"]],
        "events_read": total.events,
        **sums_json(total),
        "xsec_pb": xsec,
        "weight_factor": factor,
        "weight_unit": scale.unit,
        "normalised_to": scale.to,
        "notes": told,
        "cross_section_pb": _average_cross_section(parts),
        "selections": {selection: _scaled(flow.to_json(), factor) for selection, flow in flows.items()},
    }
    if agreement.variations:
        other_flows = {key: events.account["selections"] for key, events in others.items()}
        yields = varied_yields(agreement.variations, [p.values for p in parts], factor, other_flows)
        account["selections"] = with_yields(account["selections"], agreement.variations, yields)
    if others:
        account["variation_files"] = {
            key: {k: v for k, v in events.account.items() if k != "selections"}
            for key, events in others.items()
        }
    found = DatasetEvents(tables, account, variations=variations)
    return found.hiding(card, hidden) if hidden else found


def sum_of_weights(name: str, card: RunCard, parts: list[Part]) -> float:
    """Of all events read, after the card's policy on negative weights."""
    total = WeightSums()
    for part in parts:
        total.merge(part.values["sums"])
    return sum_after_policy(total, card.weights_of(name).negative)


def _table(
    parts: Sequence[Part], stored: str, described: Sequence[Mapping[str, Any]], factor: float
) -> FeatureTable:
    """The table that lies in the parts under this name, of all files."""
    pieces = []
    for file, part in enumerate(parts):
        own = {k.removeprefix(f"{stored}."): a for k, a in part.arrays.items() if k.startswith(f"{stored}.")}
        own["source"] = own["source"] + [file, 0]
        pieces.append(FeatureTable.from_stored(own, described[file]).scaled(factor))
    return FeatureTable.join(pieces)


def _told_of_blind(selection: str, rows: Sequence[str]) -> str:
    """A sentence on the cuts of a selection that are left out of its cutflow."""
    names = ", ".join(f"'{row}'" for row in rows)
    return (
        f"The cutflow of '{selection}' leaves out what passed {names}: events of a blind region are among them, and "
        "their number would follow from the next row."
    )


def _told_of_role(card: RunCard, name: str, sums: WeightSums) -> list[str]:
    """A sentence where weights or normalisation do not suit the role."""
    role, xsec = card.datasets[name].role, card.datasets[name].xsec_pb
    if role == "simulation" and card.luminosity_fb is not None and xsec is None:
        return ["Without an xsec_pb the simulated events are not scaled to the luminosity."]
    if role == "data" and sums.negative:
        return [
            f"{sums.negative:,} of {sums.events:,} events of role data have a negative weight: collision data have "
            "none; is this a simulated sample? (weights: {branch: none} counts every event as one)"
        ]
    return []


def _truncated(feature: str, card: RunCard, tables: list[Any]) -> list[str]:
    """A sentence for each object of which ``up_to`` leaves members out."""
    total = sum(t["events"] for t in tables)
    found = []
    for name in dict.fromkeys(name for t in tables for name in t["truncated"]):
        if more := sum(t["truncated"].get(name, 0) for t in tables):
            take, sort = card.objects[name].take, card.objects[name].sort
            assert isinstance(take, UpTo)
            order = f"sorted by {sort.by}" if sort else "in the order of the file"
            found.append(
                f"{more:,} of {total:,} events of '{feature}' have more than {take.up_to} {name}: those beyond, "
                f"{order}, are left out of the features."
            )
    return found


def _scaled(rows: list[dict[str, Any]], factor: float) -> list[dict[str, Any]]:
    """The rows of a cutflow with weights that sum to the cross-section."""
    return [
        r | {"weighted": r["weighted"] * factor, "weighted_error": r["weighted_error"] * factor} for r in rows
    ]


def _average_cross_section(parts: list[Part]) -> list[float] | None:
    """Files of one process measure one cross-section: average by events, never add."""
    known = [(p.values["file"].get("cross_section_pb"), p.values["sums"]["events"]) for p in parts]
    if not known or any(x is None for x, _ in known) or sum(n for _, n in known) == 0:
        return None
    n = np.array([n for _, n in known], dtype=float)
    value, error = np.array([x for x, _ in known], dtype=float).T
    return [float((n * value).sum() / n.sum()), float(np.sqrt(((n * error) ** 2).sum()) / n.sum())]

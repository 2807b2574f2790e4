"""The files of a dataset put together: feature tables with the right weights, and its row in cutflow.json."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from symhep.card.schema import RunCard, UpTo
from symhep.card.variations import VariationCard
from symhep.errors import InputError
from symhep.events.cutflow import Cutflow
from symhep.events.identity import hashes
from symhep.events.select import NO_SELECTION
from symhep.events.table import ARRAYS, FeatureTable
from symhep.events.varied_tables import VariedTables
from symhep.readers.interface import WeightSums
from symhep.run.agreement import Agreement, check_agreement
from symhep.run.file_account import file_account, sums_of
from symhep.run.file_part import SegmentReading, stored_name
from symhep.run.folder import content_key
from symhep.run.normalisation import normalisation, sum_after_policy
from symhep.run.usage import mapped
from symhep.run.varied_events import varied_tables, varied_yields, with_yields

__all__ = ["DatasetEvents", "StoredBlock", "join", "sum_of_weights"]

_LOG = logging.getLogger("symhep")


@dataclass(frozen=True)
class StoredBlock:
    """One block of a dataset: its number there, which it is of a segment, and what is known of its tables without
    reading them.

    ``tables``: feature set -> description; ``varied``: alternative -> feature set -> description.
    """

    index: int
    reading: SegmentReading
    number: int
    file: int
    tables: Mapping[str, Mapping[str, Any]]
    varied: Mapping[str, Mapping[str, Mapping[str, Any]]]

    def table(self, feature: str, alternative: str | None = None) -> FeatureTable:
        """Its rows of a feature set, nominal or of an alternative."""
        described = self.tables if alternative is None else self.varied[alternative]
        stored = feature if alternative is None else stored_name(feature, alternative)
        names = {f"{stored}.{array}" for array in ARRAYS}
        found = self.reading.arrays(self.number, names)
        mapped(sum(array.nbytes for array in found.values()))
        arrays = {key.removeprefix(f"{stored}."): array for key, array in found.items()}
        entry = arrays["source"][:, 1]
        arrays["source"] = np.stack([np.full(len(entry), self.file, dtype=np.int64), entry], axis=1)
        content = np.broadcast_to(np.int64(int(content_key(self.reading.content)[:15], 16)), len(entry))
        return replace(
            FeatureTable.from_stored(arrays, described[feature]),
            origin=hashes([content, entry], len(entry)),
        )


@dataclass(frozen=True)
class DatasetEvents:
    """The blocks of a dataset with its feature tables, and its row in cutflow.json.

    Attributes
    ----------
    blocks
        In the order of the files and of the events in them.
    account
        Its row in cutflow.json.
    factor
        By which the weights of the files are multiplied.
    hidden
        Selections of which nothing may be known: blind ones, and those that share an event with one.
    selections
        Feature set -> its selection.
    variations, others
        Systematic variations, and the events of alternatives that lie in other files.
    """

    blocks: tuple[StoredBlock, ...]
    account: Mapping[str, Any]
    factor: float = 1.0
    hidden: frozenset[str] = frozenset()
    selections: Mapping[str, str] = field(default_factory=dict)
    variations: Mapping[str, VariationCard] = field(default_factory=dict)
    others: Mapping[str, DatasetEvents] = field(default_factory=dict)

    def table(self, feature: str) -> FeatureTable:
        """All rows of a feature set, in memory; none of a hidden one."""
        return replace(self._joined(feature), alternatives=None)

    def tables(self, feature: str) -> tuple[FeatureTable, dict[str, VariedTables]]:
        """All rows of a feature set, in memory, and under each systematic variation."""
        joined = self._joined(feature)
        nominal = replace(joined, alternatives=None)
        changed = {
            key: self._joined(feature, key)
            for key, tables in self.blocks[0].varied.items()
            if feature in tables
        }
        changed |= {key: events.table(feature) for key, events in self.others.items()}
        return nominal, varied_tables(self.variations, joined, nominal, changed)

    def only(self, numbers: Sequence[int]) -> DatasetEvents:
        """Some of the blocks, without the alternatives that lie in other files."""
        return replace(self, blocks=tuple(self.blocks[n] for n in numbers), others={})

    def described(self, feature: str) -> list[Mapping[str, Any]]:
        """What is known of the table of each block without reading it; nothing is known of a hidden one."""
        found = [block.tables[feature] for block in self.blocks]
        return [{**d, "events": 0, "bytes": 0} for d in found] if self.hides(feature) else found

    def rows(self, feature: str) -> int:
        """How many rows it has."""
        return sum(table["events"] for table in self.described(feature))

    def hides(self, feature: str) -> bool:
        """May nothing be known of this feature set?"""
        return self.selections.get(feature, NO_SELECTION) in self.hidden

    def hiding(self, hidden: frozenset[str]) -> DatasetEvents:
        """Without tables and cuts of these selections."""
        selections = {
            name: rows[:1] if name in hidden else rows for name, rows in self.account["selections"].items()
        }
        return replace(self, account={**self.account, "selections": selections}, hidden=hidden)

    def _joined(self, feature: str, alternative: str | None = None) -> FeatureTable:
        blocks = self.blocks[:1] if self.hides(feature) else self.blocks
        pieces = []
        for block in blocks:
            table = block.table(feature, alternative).scaled(self.factor)
            pieces.append(replace(table, block=np.full(len(table), block.index, dtype=np.int64)))
        joined = FeatureTable.join(pieces)
        return joined.first(0) if self.hides(feature) else joined


NO_OTHERS: Mapping[str, DatasetEvents] = {}


def join(
    name: str,
    card: RunCard,
    agreement: Agreement,
    readings: Sequence[tuple[SegmentReading, Mapping[str, Any]]],
    twins: list[str],
    others: Mapping[str, DatasetEvents] = NO_OTHERS,
    like: float | None = None,
) -> DatasetEvents:
    """Merge the accounts of all segments, file by file, and scale the weights to the cross-section, if the card gives
    one.

    ``others`` are the events of other files, by alternative. Without a cross-section the weights are scaled to sum to
    ``like``, if that is given.
    """
    files = file_accounts(readings)
    total = WeightSums()
    for file in files:
        total.merge(file["sums"])
    if total.events == 0 and all(file["losses"] for file in files):
        reasons = "; ".join(f"{loss['file']}: {loss['reason']}" for f in files for loss in f["losses"][:1])
        raise InputError(f"dataset '{name}': no file could be read: {reasons[:500]}")
    # Of all files, those included that an earlier run read.
    has = {f["file"]["file"]: f["taken"] for f in files if f["taken"] is not None}
    notes = check_agreement(name, has, fill=agreement.fill)
    xsec = card.datasets[name].xsec_pb
    scale = normalisation(name, card, total, files, like)
    factor = scale.factor
    told = [*notes, *scale.notes, *twins]
    hidden = frozenset(selection for file in files for selection in file["hidden"])
    telling: dict[str, dict[str, None]] = {}
    for selection, row in (pair for file in files for pair in file["telling"]):
        if selection not in hidden:
            telling.setdefault(selection, {})[row] = None
    told += [_told_of_blind(selection, list(rows)) for selection, rows in telling.items()]
    told += _told_of_role(card, name, total)
    for feature in card.features:
        if (card.features[feature].selection or NO_SELECTION) not in hidden:
            told += _truncated(feature, card, [file["tables"][feature] for file in files])
    for note in told:
        _LOG.warning("dataset '%s': %s", name, note)
    flows: dict[str, Cutflow] = {}
    for file in files:
        for selection, rows in file["selections"].items():
            flows.setdefault(selection, Cutflow()).merge(rows)
    flows = {name: flow.without(telling.get(name, ())) for name, flow in flows.items()}
    account = {
        "files": [file["file"] for file in files],
        "losses": [loss for file in files for loss in file["losses"]],
        "file_notes": [note for file in files for note in file["notes"]],
        "events_read": total.events,
        **sums_of(total),
        "xsec_pb": xsec,
        "weight_factor": factor,
        "weight_unit": scale.unit,
        "normalised_to": scale.to,
        "notes": told,
        "cross_section_pb": _average_cross_section(files),
        "selections": {selection: _scaled(flow.to_json(), factor) for selection, flow in flows.items()},
    }
    if agreement.variations:
        other_flows = {key: events.account["selections"] for key, events in others.items()}
        yields = varied_yields(agreement.variations, files, factor, other_flows)
        account["selections"] = with_yields(account["selections"], agreement.variations, yields)
    if others:
        account["variation_files"] = {
            key: {k: v for k, v in events.account.items() if k != "selections"}
            for key, events in others.items()
        }
    found = DatasetEvents(
        _blocks(readings),
        account,
        factor,
        selections={n: f.selection or NO_SELECTION for n, f in card.features.items()},
        variations=agreement.variations,
        others=others,
    )
    return found.hiding(hidden) if hidden else found


def file_accounts(readings: Sequence[tuple[SegmentReading, Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """The account of each file, in their order."""
    segments: dict[str, list[Mapping[str, Any]]] = {}
    for number, (reading, account) in enumerate(readings):
        # The same file may be there twice.
        again = reading.segment.start.event == 0
        name = f"{reading.source.path}#{number}" if again else list(segments)[-1]
        segments.setdefault(name, []).append(account)
    return [file_account(own) for own in segments.values()]


def _blocks(readings: Sequence[tuple[SegmentReading, Mapping[str, Any]]]) -> tuple[StoredBlock, ...]:
    found, file = list[StoredBlock](), -1
    for reading, account in readings:
        file += reading.segment.start.event == 0
        for number, block in enumerate(account["blocks"]):
            varied = {key: own["tables"] for key, own in block["varied"].items()}
            found.append(StoredBlock(len(found), reading, number, file, block["tables"], varied))
    return tuple(found)


def sum_of_weights(
    name: str, card: RunCard, readings: Sequence[tuple[SegmentReading, Mapping[str, Any]]]
) -> float:
    """Of all events read, after the card's policy on negative weights."""
    total = WeightSums()
    for _, account in readings:
        for block in account["blocks"]:
            total.merge(block["sums"])
    return sum_after_policy(total, card.weights_of(name).negative)


def _told_of_blind(selection: str, rows: Sequence[str]) -> str:
    """A sentence on the cuts of a selection that are left out of its cutflow."""
    names = ", ".join(f"'{row}'" for row in rows)
    return (
        f"The cutflow of '{selection}' does not show the events that passed {names}: they include "
        f"events of a blinded region, whose number would follow from the next row."
    )


def _told_of_role(card: RunCard, name: str, sums: WeightSums) -> list[str]:
    """A sentence where weights or normalisation do not suit the role."""
    role, xsec = card.datasets[name].role, card.datasets[name].xsec_pb
    if role == "simulation" and card.luminosity_fb is not None and xsec is None:
        return ["Without an xsec_pb the simulated events are not scaled to the luminosity."]
    if role == "data" and sums.negative:
        return [
            f"{sums.negative:,} of {sums.events:,} events of role data have a negative weight, which "
            f"collision data cannot have: check the role of the dataset (weights: {{branch: none}} gives "
            f"every event weight 1)"
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
                f"{more:,} of {total:,} events of '{feature}' have more than {take.up_to} {name}: the "
                f"additional ones, {order}, are not used in the features."
            )
    return found


def _scaled(rows: list[dict[str, Any]], factor: float) -> list[dict[str, Any]]:
    """The rows of a cutflow with weights that sum to the cross-section."""
    return [
        r | {"weighted": r["weighted"] * factor, "weighted_error": r["weighted_error"] * factor} for r in rows
    ]


def _average_cross_section(files: Sequence[Mapping[str, Any]]) -> list[float] | None:
    """Files of one process measure one cross-section: average by events, never add."""
    known = [(f["file"].get("cross_section_pb"), f["sums"]["events"]) for f in files]
    if not known or any(x is None for x, _ in known) or sum(n for _, n in known) == 0:
        return None
    n = np.array([n for _, n in known], dtype=float)
    value, error = np.array([x for x, _ in known], dtype=float).T
    return [float((n * value).sum() / n.sum()), float(np.sqrt(((n * error) ** 2).sum()) / n.sum())]

"""The first half of a run: files in, feature tables and an account of every event out."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

import numpy as np

from symhep import __version__
from symhep.card.schema import RunCard, UpTo
from symhep.errors import InputError
from symhep.events.alternatives import Alternatives
from symhep.events.batch import EventBatch
from symhep.events.cutflow import Cutflow
from symhep.events.select import NO_SELECTION, Selector
from symhep.events.table import FeatureTable
from symhep.events.varied_tables import VariedTables
from symhep.methods.context import Progress, SilentProgress
from symhep.methods.result import Part
from symhep.plugin.card_functions import checksums
from symhep.readers.interface import LossLog, WeightSums
from symhep.run.agreement import Agreement, check_agreement, taken
from symhep.run.code_digest import code_digest
from symhep.run.filling import read_filled
from symhep.run.folder import RunFolder, content_key
from symhep.run.normalisation import normalisation
from symhep.run.regions import blind_of
from symhep.run.sources import Source, lost
from symhep.run.varied_events import varied_by_weight, varied_yields, with_yields
from symhep.run.workers import Workers

__all__ = ["DatasetEvents", "check_weights", "read_dataset", "read_file"]

_LOG = logging.getLogger("symhep")
#: Of what a stored part holds: parts of another number are read from the files again.
PARTS = 8


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


def read_file(
    source: Source,
    card: RunCard,
    agreement: Agreement,
    limit: int | None,
    bad_files: Literal["fail", "skip"],
    progress: Progress,
    content: str = "",
) -> Part:
    """Read and select one file, no more than ``limit`` events. ``values`` of the part is the account, ``arrays`` the
    tables. ``content`` tells the file from others for random numbers, whatever it is called.

    Damage of the file is an `InputError`, or with ``bad_files`` 'skip' a loss; what the card itself forbids
    is an error in any case.
    """
    losses, sums, selector = (
        LossLog(bad_files),
        WeightSums(),
        Selector(
            card,
            agreement.kinds,
            agreement.functions,
            card.weights_of(agreement.dataset),
            blind_of(card, agreement.dataset),
            Alternatives.of(agreement.variations, card.run.seed, content),
        ),
    )
    header: dict[str, Any] = {"file": source.path, "format": source.reader.name}
    with progress.task(f"reading {source.path.rsplit('/', 1)[-1]}", 0) as tick:
        scaled = card.datasets[agreement.dataset].xsec_pb is not None
        for batch, numbered in _batches(source, agreement, limit, losses, header, scaled):
            selector.add(batch, numbered)
            sums.add(batch)
            tick(len(batch))
    arrays: dict[str, np.ndarray[Any, Any]] = {}
    described: dict[str, Any] = {}
    for name in card.features:
        table = selector.table(name)
        arrays |= {f"{name}.{key}": values for key, values in table.arrays().items()}
        described[name] = table.described() | {
            "events": len(table),
            "truncated": dict(selector.truncated[name]),
        }
    header["notes"] = [*header.get("notes", ()), *(note.sentence() for note in losses.notes)]
    values = {
        "taken": header.pop("taken", None),
        "file": header | _sums_json(sums),
        "sums": sums.to_json(),
        "losses": [asdict(loss) for loss in losses.losses],
        "notes": [asdict(note) for note in losses.notes],
        "selections": {name: flow.to_json() for name, flow in selector.visible_cutflows().items()},
        "tables": described,
        "hidden": sorted(selector.hidden),
        "yields": selector.yields.to_json(),
    }
    return Part(json.loads(json.dumps(values)), arrays)


def _batches(
    source: Source,
    agreement: Agreement,
    limit: int | None,
    losses: LossLog,
    header: dict[str, Any],
    scaled: bool,
) -> Iterator[tuple[EventBatch, tuple[str, ...]]]:
    """The batches that can be read, with finite weights, and which numbers say what event a row is of; under 'skip' the
    rest of a broken file is recorded as lost.

    ``scaled``: the weights will be scaled to a cross-section, for which the sum before skimming is looked up.
    """
    request = replace(agreement.request, max_events=limit)
    try:
        schema = source.schema()
        header |= {"cross_section_pb": schema.cross_section_pb, "notes": list(schema.notes)}
        if scaled and request.weight in ("auto", schema.auto_weight):
            header["generated"] = source.generated()
    except InputError as error:
        losses.record(lost(source.path, error))
        return
    header["taken"] = taken(schema, request)
    agreement.check(source.path, header["taken"])
    # One file may number its events and another not: that is no disagreement on what the card asks for.
    numbered = agreement.numbered(schema)
    request = replace(request, event_fields=(request.event_fields or frozenset()) | frozenset(numbered))
    read = read_filled if agreement.fill else Source.read
    try:
        for batch in read(source, request, losses):
            check_weights(batch, source.path, agreement.request.variations)
            yield batch, numbered
    except InputError as error:
        losses.record(lost(source.path, error))


def read_dataset(
    name: str,
    card: RunCard,
    sources: list[Source],
    agreement: Agreement,
    fingerprints: Mapping[str, Any],
    folder: RunFolder,
    progress: Progress,
    workers: Workers,
) -> DatasetEvents:
    """Read the files of a dataset; files read in an earlier, interrupted run are not read again."""
    what = card.model_dump(mode="json", include={"objects", "selections", "features"})
    what |= {
        "weights": card.weights_of(name).model_dump(mode="json"), "blind": sorted(blind_of(card, name)),
        "alternatives": Alternatives.of(agreement.variations, card.run.seed).to_json(),
    }  # fmt: skip
    limit = card.datasets[name].max_events
    place = f"data/{name}"

    def key(source: Source, left: int | None) -> str:
        options = source.options.model_dump(mode="json")
        print_ = fingerprints.get(source.path)
        code = [__version__, code_digest(type(source.reader)), PARTS, source.reader.name]
        scaled = card.datasets[name].xsec_pb is not None
        own = checksums(agreement.functions)
        unit = card.datasets[name].unit
        return content_key(
            *code, own, options, print_, what, card.run.bad_files, agreement.fill, scaled, unit, left
        )

    def content(source: Source) -> str:
        known = (fingerprints.get(source.path) or {}).get("sha256")
        return known or content_key(source.reader.name, source.options.model_dump(mode="json"))

    parts: dict[int, Part] = {}
    if limit is None:
        keys = [key(source, None) for source in sources]
        stored = {i: folder.read_part(place, k, i) for i, k in enumerate(keys)}
        parts = {i: part for i, part in stored.items() if part is not None}
        missing = [i for i in range(len(sources)) if i not in parts]
        bars = progress if workers.local else SilentProgress()
        jobs = [
            (sources[i], card, agreement, None, card.run.bad_files, bars, content(sources[i]))
            for i in missing
        ]
        outer = SilentProgress() if workers.local else progress
        with outer.task(f"reading {name}, {len(jobs)} files", len(jobs)) as tick:
            for number, part in workers.run(read_file, jobs):
                folder.write_part(place, keys[missing[number]], missing[number], part)
                parts[missing[number]] = part
                _tell(part)
                tick(1)
    else:  # how much of a file is wanted depends on the files before it
        for index, source in enumerate(sources):
            if limit <= 0:
                break
            found = folder.read_part(place, key(source, limit), index)
            if found is None:
                found = read_file(
                    source, card, agreement, limit, card.run.bad_files, progress, content(source)
                )
                folder.write_part(place, key(source, limit), index, found)
                _tell(found)
            parts[index] = found
            limit -= found.values["sums"]["events"]
    twins = _twins(sources, fingerprints)
    return _join(name, card, agreement, [parts[i] for i in sorted(parts)], twins)


def _twins(sources: list[Source], fingerprints: Mapping[str, Any]) -> list[str]:
    """A sentence for each file that has the same bytes as one before it, as a copy under another name has."""
    first: dict[str, str] = {}
    found = []
    for source in sources:
        digest = (fingerprints.get(source.path) or {}).get("sha256")
        if digest is not None and first.setdefault(digest, source.path) != source.path:
            found.append(f"{source.path} has the same bytes as {first[digest]}: its events count double.")
    return found


def _tell(part: Part) -> None:
    """Log what became of a file."""
    file = part.values["file"]
    _LOG.info(
        "read %s (%s): %d events, sum of weights %.6g",
        file["file"], file["format"], file["events"], file["sum_of_weights"],
    )  # fmt: skip
    for loss in part.values["losses"]:
        many = "an unknown number of" if loss["events"] is None else loss["events"]
        _LOG.warning("%s: %s events lost: %s", loss["file"], many, loss["reason"])


def _join(
    name: str, card: RunCard, agreement: Agreement, parts: list[Part], twins: list[str]
) -> DatasetEvents:
    """Merge the files' parts and scale the weights to the cross-section, if the card gives one."""
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
    scale = normalisation(name, card, total, [p.values for p in parts])
    factor = scale.factor
    told = [*notes, *scale.notes, *twins]
    tables = {}
    variations: dict[str, dict[str, VariedTables]] = {}
    for feature in card.features:
        pieces = []
        for file, part in enumerate(parts):
            own = {
                k.removeprefix(f"{feature}."): a
                for k, a in part.arrays.items()
                if k.startswith(f"{feature}.")
            }
            own["source"] = own["source"] + [file, 0]
            pieces.append(FeatureTable.from_stored(own, part.values["tables"][feature]).scaled(factor))
        joined = FeatureTable.join(pieces)
        tables[feature] = replace(joined, alternatives=None)
        for variation, varied in varied_by_weight(agreement.variations, joined, tables[feature]).items():
            variations.setdefault(variation, {})[feature] = varied
        told += _truncated(feature, card, [part.values["tables"][feature] for part in parts])
    for note in told:
        _LOG.warning("dataset '%s': %s", name, note)
    flows: dict[str, Cutflow] = {}
    for part in parts:
        for selection, rows in part.values["selections"].items():
            flows.setdefault(selection, Cutflow()).merge(rows)
    account = {
        "files": [p.values["file"] for p in parts],
        "losses": [loss for p in parts for loss in p.values["losses"]],
        "file_notes": [note for p in parts for note in p.values["notes"]],
        "events_read": total.events,
        **_sums_json(total),
        "xsec_pb": xsec,
        "weight_factor": factor,
        "weight_unit": scale.unit,
        "normalised_to": scale.to,
        "notes": told,
        "cross_section_pb": _average_cross_section(parts),
        "selections": {selection: _scaled(flow.to_json(), factor) for selection, flow in flows.items()},
    }
    yields = varied_yields(agreement.variations, [p.values for p in parts], factor)
    account["selections"] = with_yields(account["selections"], agreement.variations, yields)
    found = DatasetEvents(tables, account, variations=variations)
    hidden = frozenset(selection for part in parts for selection in part.values["hidden"])
    return found.hiding(card, hidden) if hidden else found


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


def _sums_json(sums: WeightSums) -> dict[str, Any]:
    return {
        "events": sums.events,
        "sum_of_weights": sums.sum_w,
        "sum_of_weights2": sums.sum_w2,
        "sum_of_abs_weights": sums.sum_abs_w,
        "negative_fraction": sums.negative / sums.events if sums.events else 0.0,
    }


def _average_cross_section(parts: list[Part]) -> list[float] | None:
    """Files of one process measure one cross-section: average by events, never add."""
    known = [(p.values["file"].get("cross_section_pb"), p.values["sums"]["events"]) for p in parts]
    if not known or any(x is None for x, _ in known) or sum(n for _, n in known) == 0:
        return None
    n = np.array([n for _, n in known], dtype=float)
    value, error = np.array([x for x, _ in known], dtype=float).T
    return [float((n * value).sum() / n.sum()), float(np.sqrt(((n * error) ** 2).sum()) / n.sum())]


def check_weights(
    batch: EventBatch, file: str, alternatives: frozenset[str] | Literal[True] = frozenset()
) -> None:
    """Raise `InputError` for a weight, or one of the ``alternatives`` asked for, that is infinite or not a number."""
    skip = "bad_files: skip drops the file from this chunk on"
    bad = ~np.isfinite(batch.weights)
    if bad.any():
        found = batch.weights[bad][0]
        number = batch.first + int(np.argmax(bad))
        raise InputError(
            f"the weight of event {number} is {found}", file=file, event=number,
            hint=f"choose another weight with weights.branch; {skip}",
        )  # fmt: skip
    for name in sorted(batch.variations if alternatives is True else alternatives):
        values = batch.variations.get(name, np.full(len(batch), np.nan))
        if not (finite := np.isfinite(values)).all():
            place = int(np.argmin(finite))
            told = "missing, or not a number" if np.isnan(values[place]) else f"{values[place]}"
            raise InputError(
                f"the alternative weight '{name}' of event {batch.first + place} is {told}",
                file=file, event=batch.first + place, hint=f"leave it out of the variations; {skip}",
            )  # fmt: skip

"""The first half of a run: files in, feature tables and an account of every event out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np

from symhep import __version__
from symhep.card.schema import RunCard
from symhep.errors import InputError
from symhep.events.batch import EventBatch
from symhep.events.cutflow import Cutflow
from symhep.events.select import FeatureTable, Selector
from symhep.methods.context import Progress, SilentProgress
from symhep.methods.result import Part
from symhep.readers.interface import LossLog, ReadRequest, WeightSums
from symhep.run.code_digest import code_digest
from symhep.run.folder import RunFolder, content_key
from symhep.run.sources import Source, lost
from symhep.run.workers import Workers

__all__ = ["DatasetEvents", "read_dataset", "read_file"]

#: Of what a stored part holds: parts of another number are read from the files again.
PARTS = 4


@dataclass(frozen=True)
class DatasetEvents:
    """The feature tables of a dataset, and its row in cutflow.json."""

    tables: Mapping[str, FeatureTable]
    account: Mapping[str, Any]


def read_file(
    source: Source,
    card: RunCard,
    request: ReadRequest,
    bad_files: Literal["fail", "skip"],
    progress: Progress,
) -> Part:
    """Read and select one file. ``values`` of the part is the account, ``arrays`` the tables.

    Damage of the file is an `InputError`, or with ``bad_files`` 'skip' a loss; what the card itself forbids
    is an error in any case.
    """
    losses, sums, selector = LossLog(bad_files), WeightSums(), Selector(card)
    header: dict[str, Any] = {"file": source.path, "format": source.reader.name}
    with progress.task(f"reading {source.path.rsplit('/', 1)[-1]}", 0) as tick:
        for batch in _batches(source, request, losses, header):
            selector.add(batch)
            sums.add(batch)
            tick(len(batch))
    arrays: dict[str, np.ndarray[Any, Any]] = {}
    ids: dict[str, list[int | None]] = {}
    for name in card.features:
        table = selector.table(name)
        arrays |= {
            f"{name}.values": table.values, f"{name}.weights": table.weights, f"{name}.source": table.source
        }  # fmt: skip
        if table.momenta is not None:
            arrays[f"{name}.momenta"] = table.momenta
        ids[name] = list(table.pdg_ids)
    header["notes"] = [*header.get("notes", ()), *(note.sentence() for note in losses.notes)]
    values = {
        "file": header | _sums_json(sums),
        "sums": sums.to_json(),
        "losses": [asdict(loss) for loss in losses.losses],
        "notes": [asdict(note) for note in losses.notes],
        "selections": {name: flow.to_json() for name, flow in selector.cutflows.items()},
        "pdg_ids": ids,
    }
    return Part(json.loads(json.dumps(values)), arrays)


def _batches(
    source: Source, request: ReadRequest, losses: LossLog, header: dict[str, Any]
) -> Iterator[EventBatch]:
    """The batches that can be read, with finite weights; under 'skip' the rest of a broken file is recorded as lost."""
    try:
        schema = source.schema()
        header |= {"cross_section_pb": schema.cross_section_pb, "notes": list(schema.notes)}
        for batch in source.read(request, losses):
            _check_weights(batch, source.path)
            yield batch
    except InputError as error:
        losses.record(lost(source.path, error))


def read_dataset(
    name: str,
    card: RunCard,
    sources: list[Source],
    request: ReadRequest,
    fingerprints: Mapping[str, Any],
    folder: RunFolder,
    progress: Progress,
    workers: Workers,
) -> DatasetEvents:
    """Read the files of a dataset; files read in an earlier, interrupted run are not read again."""
    what = card.model_dump(mode="json", include={"objects", "selections", "features", "weights"})
    limit = card.datasets[name].max_events
    place = f"data/{name}"

    def key(source: Source, left: int | None) -> str:
        options = source.options.model_dump(mode="json")
        print_ = fingerprints.get(source.path)
        code = [__version__, code_digest(type(source.reader))]
        return content_key(*code, PARTS, source.reader.name, options, print_, what, card.run.bad_files, left)

    parts: dict[int, Part] = {}
    if limit is None:
        keys = [key(source, None) for source in sources]
        stored = {i: folder.read_part(place, k, i) for i, k in enumerate(keys)}
        parts = {i: part for i, part in stored.items() if part is not None}
        missing = [i for i in range(len(sources)) if i not in parts]
        bars = progress if workers.local else SilentProgress()
        jobs = [(sources[i], card, request, card.run.bad_files, bars) for i in missing]
        outer = SilentProgress() if workers.local else progress
        with outer.task(f"reading {name}, {len(jobs)} files", len(jobs)) as tick:
            for number, part in workers.run(read_file, jobs):
                folder.write_part(place, keys[missing[number]], missing[number], part)
                parts[missing[number]] = part
                tick(1)
    else:  # how much of a file is wanted depends on the files before it
        for index, source in enumerate(sources):
            if limit <= 0:
                break
            found = folder.read_part(place, key(source, limit), index)
            if found is None:
                wanted = replace(request, max_events=limit)
                found = read_file(source, card, wanted, card.run.bad_files, progress)
                folder.write_part(place, key(source, limit), index, found)
            parts[index] = found
            limit -= found.values["sums"]["events"]
    return _join(name, card, [parts[i] for i in sorted(parts)])


def _join(name: str, card: RunCard, parts: list[Part]) -> DatasetEvents:
    """Merge the files' parts and scale the weights to the cross-section, if the card gives one."""
    total = WeightSums()
    for part in parts:
        total.merge(part.values["sums"])
    if total.events == 0 and all(p.values["losses"] for p in parts):
        reasons = "; ".join(
            f"{loss['file']}: {loss['reason']}" for p in parts for loss in p.values["losses"][:1]
        )
        raise InputError(f"dataset '{name}': no file could be read: {reasons[:500]}")
    factor = 1.0
    xsec = card.datasets[name].xsec_pb
    if xsec is not None:
        used = _sum_after_policy(total, card.weights.negative)
        if used <= 0:
            raise InputError(f"dataset '{name}': the weights sum to {used:g}, so xsec_pb cannot be applied")
        factor = xsec / used
    tables = {}
    for feature in card.features:
        pieces = [
            FeatureTable(
                p.arrays[f"{feature}.values"],
                p.arrays[f"{feature}.weights"] * factor,
                p.arrays.get(f"{feature}.momenta"),
                tuple(p.values["pdg_ids"][feature]),
                p.arrays[f"{feature}.source"] + [file, 0],
            )
            for file, p in enumerate(parts)
        ]
        tables[feature] = FeatureTable.join(pieces)
    flows: dict[str, Cutflow] = {}
    for part in parts:
        for selection, rows in part.values["selections"].items():
            flows.setdefault(selection, Cutflow()).merge(rows)
    account = {
        "files": [p.values["file"] for p in parts],
        "losses": [loss for p in parts for loss in p.values["losses"]],
        "notes": [note for p in parts for note in p.values["notes"]],
        "events_read": total.events,
        **_sums_json(total),
        "xsec_pb": xsec,
        "weight_factor": factor,
        "weight_unit": "pb" if xsec is not None else "",
        "cross_section_pb": _average_cross_section(parts),
        "selections": {selection: _scaled(flow.to_json(), factor) for selection, flow in flows.items()},
    }
    return DatasetEvents(tables, account)


def _scaled(rows: list[dict[str, Any]], factor: float) -> list[dict[str, Any]]:
    """The rows of a cutflow with weights that sum to the cross-section."""
    return [
        r | {"weighted": r["weighted"] * factor, "weighted_error": r["weighted_error"] * factor} for r in rows
    ]


def _sum_after_policy(sums: WeightSums, negative: str) -> float:
    """Sum of the weights of all events read, as the card's policy on negative weights leaves them."""
    positive = (sums.sum_abs_w + sums.sum_w) / 2
    return {"drop": positive, "abs": sums.sum_abs_w}.get(negative, sums.sum_w)


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


def _check_weights(batch: EventBatch, file: str) -> None:
    bad = ~np.isfinite(batch.weights)
    if bad.any():
        found = batch.weights[bad][0]
        number = batch.first + int(np.argmax(bad))
        raise InputError(
            f"the weight of event {number} is {found}", file=file, event=number,
            hint="choose another weight with weights.branch; bad_files: skip drops the file from this chunk on",
        )  # fmt: skip

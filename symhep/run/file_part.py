"""One file of a dataset: read and selected, with an account of every event."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from typing import Any, Literal

import numpy as np

from symhep.card.schema import RunCard
from symhep.errors import InputError
from symhep.events.alternatives import Alternatives
from symhep.events.batch import EventBatch
from symhep.events.select import Selector
from symhep.events.table import FeatureTable
from symhep.methods.context import Progress
from symhep.methods.result import Part
from symhep.readers.interface import LossLog, WeightSums
from symhep.run.agreement import Agreement, taken
from symhep.run.filling import read_filled
from symhep.run.regions import blind_of
from symhep.run.sources import Source, lost

__all__ = ["check_weights", "read_file", "stored_name", "sums_json"]


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
        described |= _described({name: table})
        # Of a hidden selection nothing is told, counts of its members neither.
        described[name]["truncated"] = dict(selector.truncated[name]) if len(table) else {}
    for key, varied in selector.varied.items():
        for name, table in varied.tables.items():
            arrays |= {f"{stored_name(name, key)}.{k}": values for k, values in table.arrays().items()}
    header["notes"] = [*header.get("notes", ()), *(note.sentence() for note in losses.notes)]
    values = {
        "taken": header.pop("taken", None),
        "file": header | sums_json(sums),
        "sums": sums.to_json(),
        "losses": [asdict(loss) for loss in losses.losses],
        "notes": [asdict(note) for note in losses.notes],
        "selections": {name: flow.to_json() for name, flow in selector.visible_cutflows().items()},
        "tables": described,
        "hidden": sorted(selector.hidden),
        "telling": sorted(map(list, selector.telling)),
        "yields": selector.yields.to_json(),
        "varied": {
            key: {"yields": varied.yields(), "tables": _described(varied.tables)}
            for key, varied in selector.varied.items()
        },
    }
    return Part(json.loads(json.dumps(values)), arrays)


def stored_name(features: str, alternative: str) -> str:
    """Under what name the table of an alternative lies in a part.

    >>> stored_name("plane@ee", "jes/up")
    'jes/up:plane@ee'
    """
    return f"{alternative}:{features}"


def _described(tables: Mapping[str, FeatureTable]) -> dict[str, dict[str, Any]]:
    return {name: table.described() | {"events": len(table)} for name, table in tables.items()}


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


def sums_json(sums: WeightSums) -> dict[str, Any]:
    """What an account says of weights."""
    return {
        "events": sums.events,
        "sum_of_weights": sums.sum_w,
        "sum_of_weights2": sums.sum_w2,
        "sum_of_abs_weights": sums.sum_abs_w,
        "negative_fraction": sums.negative / sums.events if sums.events else 0.0,
    }


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

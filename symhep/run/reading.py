"""The first half of a run: files in, feature tables and an account of every event out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from symhep.card.schema import RunCard
from symhep.events.alternatives import Alternatives
from symhep.methods.context import Progress, SilentProgress
from symhep.plugin.card_functions import checksums
from symhep.readers.interface import WeightSums
from symhep.run.agreement import Agreement
from symhep.run.blocks import WHOLE
from symhep.run.code_digest import code_digest
from symhep.run.cuts import Cuts
from symhep.run.file_part import SegmentReading, check_weights
from symhep.run.folder import RunFolder, content_key
from symhep.run.jobs import Job, all_of
from symhep.run.joining import DatasetEvents, join, sum_of_weights
from symhep.run.part_store import PartStore
from symhep.run.regions import blind_of
from symhep.run.sources import Source
from symhep.run.workers import Workers

__all__ = ["DatasetEvents", "check_weights", "read_dataset"]

_LOG = logging.getLogger("symhep")
#: Of what a stored part holds: parts of another number are read from the files again.
PARTS = 10
Reading = tuple[SegmentReading, Mapping[str, Any]]
NO_OTHERS: Mapping[str, list[Source]] = {}


def read_dataset(
    name: str,
    card: RunCard,
    sources: list[Source],
    agreement: Agreement,
    fingerprints: Mapping[str, Any],
    folder: RunFolder,
    progress: Progress,
    workers: Workers,
    others: Mapping[str, list[Source]] = NO_OTHERS,
    store: PartStore | None = None,
) -> DatasetEvents:
    """Read the files of a dataset; files read in an earlier, interrupted run are not read again.

    ``others``: `symhep.events.alternatives.alternative_key` -> the files of an alternative by file. ``store``: where
    tables are kept, by default in the folder.
    """
    store = store or PartStore.of(folder)

    def read(sources: list[Source], agreement: Agreement, place: str) -> list[Reading]:
        return _readings(
            name, card, sources, agreement, fingerprints, folder, progress, workers, place, store
        )

    asked = [(sources, agreement, f"data/{name}")]
    asked += [(files, agreement.nominal, f"data/{name}/{k.replace('/', '.')}") for k, files in others.items()]
    readings, *varied = all_of([partial(read, *one) for one in asked])
    found = {}
    for (key, files), own in zip(others.items(), varied, strict=True):
        like = sum_of_weights(name, card, readings)
        found[key] = join(name, card, agreement.nominal, own, _twins(files, fingerprints), like=like)
    return join(name, card, agreement, readings, _twins(sources, fingerprints), found)


def _readings(
    name: str,
    card: RunCard,
    sources: list[Source],
    agreement: Agreement,
    fingerprints: Mapping[str, Any],
    folder: RunFolder,
    progress: Progress,
    workers: Workers,
    place: str,
    store: PartStore,
) -> list[Reading]:
    """What each segment of the files gave, in order."""
    what = card.model_dump(mode="json", include={"objects", "selections", "features"})
    what |= {
        "weights": card.weights_of(name).model_dump(mode="json"), "blind": sorted(blind_of(card, name)),
        "alternatives": Alternatives.of(agreement.variations, card.run.seed).to_json(),
    }  # fmt: skip
    limit, cuts = card.datasets[name].max_events, Cuts(folder)

    def key(source: Source, left: int | None) -> str:
        options = source.options.model_dump(mode="json")
        print_ = fingerprints.get(source.path)
        code = [code_digest(type(source.reader)), PARTS, source.reader.name]
        scaled = card.datasets[name].xsec_pb is not None
        own = checksums(agreement.functions)
        unit = card.datasets[name].unit
        return content_key(
            *code, own, options, print_, what, card.run.bad_files, agreement.fill, scaled, unit, left
        )

    def content(source: Source) -> str:
        known = (fingerprints.get(source.path) or {}).get("sha256")
        return known or content_key(source.reader.name, source.options.model_dump(mode="json"))

    asked: list[SegmentReading] = []
    for source in sources:
        print_ = fingerprints.get(source.path)
        there = bool(print_ and print_["size"] is not None)
        asked += [
            SegmentReading(
                source, card, agreement, segment, None, content(source), place, key(source, None), len(asked) + i,
                store, there,
            )
            for i, segment in enumerate((WHOLE,) if limit is not None else cuts.of(source, print_))
        ]  # fmt: skip
    cuts.keep()
    if limit is not None:  # how much of a file is wanted depends on the files before it
        return _limited(asked, limit, key, folder, progress)
    found = {i: account for i, reading in enumerate(asked) if (account := reading.stored(folder)) is not None}
    missing = [i for i in range(len(asked)) if i not in found]
    bars = progress if workers.local else SilentProgress()
    outer = SilentProgress() if workers.local else progress
    with outer.task(f"reading {name}, {len(sources)} files", len(missing)) as tick:
        jobs = [Job((asked[i], bars), i, place, asked[i].told) for i in missing]
        for index, account in workers.run(_read, jobs):
            asked[index].keep(folder, account)
            found[index] = account
            _tell(asked[index], account)
            tick(1)
    return [(reading, found[i]) for i, reading in enumerate(asked)]


def _limited(
    asked: list[SegmentReading],
    limit: int,
    key: Callable[[Source, int | None], str],
    folder: RunFolder,
    progress: Progress,
) -> list[Reading]:
    """The first ``limit`` events of the files."""
    found: list[Reading] = []
    for whole in asked:
        if limit <= 0:
            break
        reading = replace(whole, limit=limit, key=key(whole.source, limit))
        if (account := reading.stored(folder)) is None:
            account = reading.run(progress)
            reading.keep(folder, account)
            _tell(reading, account)
        found.append((reading, account))
        limit -= sum(block["sums"]["events"] for block in account["blocks"])
    return found


def _read(reading: SegmentReading, progress: Progress) -> dict[str, Any]:
    return reading.run(progress)


def _twins(sources: list[Source], fingerprints: Mapping[str, Any]) -> list[str]:
    """A sentence for each file that has the same bytes as one before it, as a copy under another name has."""
    first: dict[str, str] = {}
    found = []
    for source in sources:
        digest = (fingerprints.get(source.path) or {}).get("sha256")
        if digest is not None and first.setdefault(digest, source.path) != source.path:
            found.append(
                f"{source.path} has the same bytes as {first[digest]}: its events are counted twice."
            )
    return found


def _tell(reading: SegmentReading, account: Mapping[str, Any]) -> None:
    """Log what became of a segment."""
    sums = WeightSums()
    for block in account["blocks"]:
        sums.merge(block["sums"])
    file = account["file"]
    _LOG.info(
        "read %s%s (%s): %d events, sum of weights %.6g",
        file["file"],
        reading.segment.told,
        file["format"],
        sums.events,
        sums.sum_w,
    )
    for loss in account["losses"]:
        many = "an unknown number of" if loss["events"] is None else loss["events"]
        _LOG.warning("%s: %s events lost: %s", loss["file"], many, loss["reason"])

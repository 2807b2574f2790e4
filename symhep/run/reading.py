"""The first half of a run: files in, feature tables and an account of every event out."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from symhep import __version__
from symhep.card.schema import RunCard
from symhep.events.alternatives import Alternatives
from symhep.methods.context import Progress, SilentProgress
from symhep.methods.result import Part
from symhep.plugin.card_functions import checksums
from symhep.run.agreement import Agreement
from symhep.run.code_digest import code_digest
from symhep.run.file_part import check_weights, read_file
from symhep.run.folder import RunFolder, content_key
from symhep.run.joining import DatasetEvents, join, sum_of_weights
from symhep.run.regions import blind_of
from symhep.run.sources import Source
from symhep.run.workers import Workers

__all__ = ["DatasetEvents", "check_weights", "read_dataset", "read_file"]

_LOG = logging.getLogger("symhep")
#: Of what a stored part holds: parts of another number are read from the files again.
PARTS = 9
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
) -> DatasetEvents:
    """Read the files of a dataset; files read in an earlier, interrupted run are not read again.

    ``others``: `symhep.events.alternatives.alternative_key` -> the files of an alternative by file.
    """

    def read(sources: list[Source], agreement: Agreement, place: str) -> list[Part]:
        return _parts(name, card, sources, agreement, fingerprints, folder, progress, workers, place)

    parts = read(sources, agreement, f"data/{name}")
    found = {}
    for key, files in others.items():
        own = read(files, agreement.nominal, f"data/{name}/{key.replace('/', '.')}")
        like = sum_of_weights(name, card, parts)
        found[key] = join(name, card, agreement.nominal, own, _twins(files, fingerprints), like=like)
    return join(name, card, agreement, parts, _twins(sources, fingerprints), found)


def _parts(
    name: str,
    card: RunCard,
    sources: list[Source],
    agreement: Agreement,
    fingerprints: Mapping[str, Any],
    folder: RunFolder,
    progress: Progress,
    workers: Workers,
    place: str,
) -> list[Part]:
    """What each file gave, in order."""
    what = card.model_dump(mode="json", include={"objects", "selections", "features"})
    what |= {
        "weights": card.weights_of(name).model_dump(mode="json"), "blind": sorted(blind_of(card, name)),
        "alternatives": Alternatives.of(agreement.variations, card.run.seed).to_json(),
    }  # fmt: skip
    limit = card.datasets[name].max_events

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
    return [parts[i] for i in sorted(parts)]


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

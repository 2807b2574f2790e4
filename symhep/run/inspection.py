"""Files for notebooks: what they hold, and their events."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import awkward as ak
import numpy as np

from symhep.card.schema import DatasetCard
from symhep.errors import InputError
from symhep.events.batch import EventBatch
from symhep.plugin.manager import Registry, build_registry
from symhep.readers.interface import FileSummary, LossLog, ReadRequest, Schema
from symhep.readers.parquet_folder import parts
from symhep.run.agreement import check_agreement, everything, merged, taken
from symhep.run.filling import read_filled
from symhep.run.globs import matching
from symhep.run.names import is_url
from symhep.run.reading import check_weights
from symhep.run.sources import Source, lost, open_source, sources

__all__ = ["event_files", "inspect", "load"]


def inspect(
    file: str | Path,
    *,
    format: str = "auto",
    options: Mapping[str, Any] | None = None,
    full: bool = False,
    bad_files: Literal["fail", "skip"] = "skip",
    registry: Registry | None = None,
) -> FileSummary:
    """What a file holds: collections, fields, events, weights, and what was lost.

    Events are counted and weights read; damage in other columns is only found with ``full``.

    Parameters
    ----------
    file
        Path or URL.
    format, options
        Reader and its options; 'auto' looks into the file.
    full
        Read every column and every weight, as a run that wants them all would.
    bad_files
        'skip' reports damage in ``losses``; 'fail' raises `InputError`.
    registry
        Plugins to use; by default all that are installed.

    Returns
    -------
    FileSummary
        ``schema``, ``weights``, ``losses``, ``notes``.

    Raises
    ------
    InputError
        If the file cannot be opened, or no reader knows it.

    Examples
    --------
    >>> inspect("", format="toy", options={"name": "circle", "events": 5}).weights.events
    5
    """
    losses = LossLog(bad_files)
    source = open_source(str(file), registry or build_registry(), format, options)
    summary = source.inspect(losses)
    if full:
        known, losses.losses = losses.losses, []
        for batch in source.read(ReadRequest(variations=True), losses):
            try:
                check_weights(batch, source.path)
            except InputError as error:
                losses.record(lost(source.path, error))
        # What the quick look found, it found again.
        losses.losses += [loss for loss in known if loss not in losses.losses]
    said = (note.sentence() for note in losses.notes)
    return replace(summary, losses=tuple(losses.losses), notes=tuple(dict.fromkeys([*summary.notes, *said])))


def event_files(name: str) -> list[str]:
    """The files that a path, a glob or a folder names: of a folder those that lie in it, hidden ones left out.

    Raises `InputError` if there is none.
    """
    if is_url(name):
        return [name]
    found = matching(name)
    if len(found) == 1 and Path(found[0]).is_dir():
        inside = matching(str(Path(found[0]) / "*"))
        files = [path for path in inside if Path(path).is_file() and not Path(path).name.startswith("_")]
        files += [path for path in parts(found[0]) if path not in files]  # in its folders KEY=VALUE
        if not files:
            raise InputError("there are no files in this folder", file=name)
        return files
    # A name that leads nowhere is left for the reader to refuse.
    return [path for path in found if not Path(path).is_dir()] or [name]


def load(
    files: str | Path | Sequence[str | Path] = (),
    *,
    format: str = "auto",
    options: Mapping[str, Any] | None = None,
    fields: Mapping[str, Sequence[str]] | None = None,
    weight: str = "auto",
    variations: bool = False,
    max_events: int | None = None,
    missing: Literal["error", "fill"] = "error",
    bad_files: Literal["fail", "skip"] = "fail",
    registry: Registry | None = None,
) -> EventBatch:
    """All events of some files as one `EventBatch` (for files that fit in memory).

    What a reader notices in the numbers, such as padding or momenta that look like MeV, is a warning.

    Parameters
    ----------
    files
        Paths, globs or URLs, or one of them.
    format, options
        Reader and its options, such as ``{"tree": "events", "units": "MeV"}``.
    fields
        collection -> extra fields wanted; the four-vectors always come. None reads everything.
    weight, variations
        Nominal weight ('auto', 'none' or a name), and whether to read the alternative ones: NaN in events that do not
        have them.
    max_events
        Most events in all; None: every one.
    missing
        'error' raises `InputError` where one of several files lacks a column that others have; 'fill' puts weight 1,
        mass 0, no objects or NaN in its place, and warns.
    bad_files
        'fail' raises `InputError` at damage; 'skip' warns of every loss and returns the rest.
    registry
        Plugins to use; by default all that are installed.

    Returns
    -------
    EventBatch
        In the order of the files; momenta in GeV.

    Raises
    ------
    InputError
        If a file cannot be read, or no event is left.

    Examples
    --------
    >>> load(format="toy", options={"name": "circle", "events": 5}).events.x1.to_numpy().shape
    (5,)
    """
    names = [files] if isinstance(files, str | Path) else list(files)
    card = DatasetCard(files=tuple(str(n) for n in names), format=format, options=dict(options or {}))
    losses, batches, left = LossLog(bad_files), [], max_events
    request = ReadRequest(
        None if fields is None else {k: frozenset(v) for k, v in fields.items()},
        None if fields is None else frozenset(),
        weight,
        True if variations else frozenset(),
    )
    found = sources(card, registry or build_registry())
    if len(found) > 1:
        schemas = _schemas(found, losses)
        request = everything(merged(schemas.values()), request) if schemas else request
        has = {path: taken(schema, request) for path, schema in schemas.items()}
        for said in check_agreement("these files", has, fill=missing == "fill"):
            warnings.warn(said, UserWarning, stacklevel=2)
        found = [source for source in found if source.path in schemas]
    read = read_filled if missing == "fill" else Source.read
    for source in found:
        for batch in read(source, replace(request, max_events=left), losses):
            batches.append(batch)
            left = None if left is None else left - len(batch)
        if left == 0:
            break
    for loss in losses.losses:
        many = "an unknown number of" if loss.events is None else loss.events
        warnings.warn(f"{loss.file}: {many} events lost: {loss.reason}", UserWarning, stacklevel=2)
    for note in losses.notes:
        warnings.warn(f"{note.file}: {note.sentence()}", UserWarning, stacklevel=2)
    if not batches:
        raise InputError("no events could be read", file=str(names[0]) if names else format)
    return _joined(batches)


def _schemas(found: Sequence[Source], losses: LossLog) -> dict[str, Schema]:
    """What the files offer that can be opened; the others are lost."""
    schemas = {}
    for source in found:
        try:
            schemas[source.path] = source.schema()
        except InputError as error:
            losses.record(lost(source.path, error))
    return schemas


def _joined(batches: Sequence[EventBatch]) -> EventBatch:
    known = dict.fromkeys(name for batch in batches for name in batch.variations)
    return EventBatch(
        ak.concatenate([b.events for b in batches]),
        np.concatenate([b.weights for b in batches]),
        batches[0].file,
        0,
        {n: np.concatenate([b.variations.get(n, np.full(len(b), np.nan)) for b in batches]) for n in known},
    )

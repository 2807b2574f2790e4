"""From what a user names (paths, globs, URLs, filesets) to readers, summaries and events."""

from __future__ import annotations

import glob
import gzip
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import fsspec
from pydantic import ValidationError

from symhep.errors import CardError, InputError, PluginError, nearest
from symhep.plugin.manager import Registry, build_registry

if TYPE_CHECKING:
    from symhep.card.schema import DatasetCard
    from symhep.events.batch import EventBatch
    from symhep.readers.interface import FileSummary, LossLog, Reader, ReaderOptions, ReadRequest

__all__ = ["Source", "inspect", "load", "open_source", "sources"]

_HEAD_BYTES = 16_384


@dataclass(frozen=True)
class Source:
    """A file with the reader and the reader's options that fit it."""

    path: str
    reader: Reader
    options: ReaderOptions

    def inspect(self, losses: LossLog) -> FileSummary:
        """See `Reader.inspect`."""
        return self.reader.inspect(self.path, self.options, losses)

    def read(self, request: ReadRequest, losses: LossLog) -> Iterator[EventBatch]:
        """See `Reader.read`."""
        return self.reader.read(self.path, self.options, request, losses)


@dataclass(frozen=True)
class _Named:
    path: str
    options: Mapping[str, Any] = field(default_factory=dict)


def sources(
    card: DatasetCard, registry: Registry, folder: Path = Path(), where: str | None = None
) -> list[Source]:
    """The files of a dataset, in a fixed order. Raises `CardError` if a name leads nowhere."""
    if card.format != "auto" and not registry.reader(card.format).needs_files:
        if card.files:
            raise CardError(f"format '{card.format}' reads no files", where=where, hint="remove 'files'")
        label = str(card.options.get("name", card.format))
        return [open_source(f"{card.format}:{label}", registry, card.format, card.options, where=where)]
    if not card.files:
        raise CardError("a dataset needs files", where=where)
    named = [item for pattern in card.files for item in _expand(pattern, folder, where)]
    return [
        open_source(item.path, registry, card.format, {**item.options, **card.options}, where=where)
        for item in named
    ]


def open_source(
    path: str,
    registry: Registry,
    format: str = "auto",
    options: Mapping[str, Any] | None = None,
    where: str | None = None,
) -> Source:
    """Find the reader for ``path`` and check its options. Raises `InputError` or `CardError`."""
    reader = _guess(path, registry) if format == "auto" else registry.reader(format)
    try:
        return Source(path, reader, reader.Options.model_validate(dict(options or {})))
    except ValidationError as error:
        problem = error.errors()[0]
        key = ".".join(str(k) for k in problem["loc"])
        hint = nearest(key, reader.Options.model_fields) if problem["type"] == "extra_forbidden" else None
        raise CardError(
            f"option '{key}' of format '{reader.name}': {problem['msg']}", where=where, hint=hint
        ) from error


def _is_url(name: str) -> bool:
    return "://" in name


def _expand(pattern: str, folder: Path, where: str | None) -> list[_Named]:
    """A pattern's files: as it stands, else relative to the card's folder."""
    if _is_url(pattern):
        return [_Named(pattern)]
    for base in dict.fromkeys([Path(), folder]):
        candidate = str(base / pattern)
        found = sorted(glob.glob(candidate, recursive=True)) or (
            [candidate] if Path(candidate).exists() else []
        )
        if found:
            return [item for path in found for item in _fileset(path)]
    places = f"'{pattern}' or '{folder / pattern}'" if folder != Path() else f"'{pattern}'"
    raise CardError(
        f"no file {places}", where=where, hint="paths are relative to the current or the card's folder"
    )


def _fileset(path: str) -> list[_Named]:
    """A file itself, or the files that a coffea fileset (JSON) lists."""
    if not path.endswith(".json"):
        return [_Named(path)]
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"is no JSON fileset: {error}", file=path) from error
    found: list[_Named] = []
    groups = content.values() if isinstance(content, dict) else [content]
    for group in groups:
        entries = group.get("files", {}) if isinstance(group, dict) else group
        tree = group.get("treename") if isinstance(group, dict) else None
        if isinstance(entries, dict):
            pairs = [
                (name, spec.get("object_path") if isinstance(spec, dict) else spec)
                for name, spec in entries.items()
            ]
        elif isinstance(entries, list):
            pairs = [(name, tree) for name in entries]
        else:
            raise InputError("'files' of a fileset is a list, or a mapping of file to tree", file=path)
        found += [_Named(str(name), {"tree": tree} if tree else {}) for name, tree in pairs]
    if not found:
        raise InputError("the fileset lists no files", file=path)
    return found


def _head(path: str) -> bytes:
    """The first bytes, decompressed if gzipped."""
    try:
        with fsspec.open(path, "rb") as stream:
            raw: bytes = stream.read(_HEAD_BYTES)
    except FileNotFoundError as error:
        raise InputError("no such file", file=path) from error
    except (OSError, ValueError, ImportError) as error:
        raise InputError(f"cannot be opened: {error}", file=path) from error
    if not raw:
        raise InputError("the file is empty", file=path, hint="did the job that wrote it fail?")
    if raw.startswith(b"\x1f\x8b"):
        try:
            return zlib.decompressobj(wbits=31).decompress(raw)
        except (zlib.error, gzip.BadGzipFile) as error:
            raise InputError(f"starts as gzip, but cannot be decompressed: {error}", file=path) from error
    return raw


def _guess(path: str, registry: Registry) -> Reader:
    """The reader that is surest about ``path``; readers of broken plugins do not take part."""
    head = _head(path)
    best: tuple[int, Reader | None] = (0, None)
    for name in sorted(registry.readers):
        try:
            reader = registry.reader(name)
        except PluginError:
            continue
        if reader.needs_files:
            sure = reader.confidence(path, head)
            if sure > best[0]:
                best = (sure, reader)
    if best[1] is None:
        raise InputError(
            "no reader knows this format",
            file=path,
            hint=f"if it is one of these, say so with 'format': {', '.join(sorted(registry.readers))}",
        )
    return best[1]


def inspect(
    file: str | Path,
    *,
    format: str = "auto",
    bad_files: Literal["fail", "skip"] = "skip",
    registry: Registry | None = None,
    **options: Any,
) -> FileSummary:
    """What a file holds: collections, fields, events, weights, and what was lost.

    Parameters
    ----------
    file
        Path or URL.
    format, options
        Reader and its options; 'auto' looks into the file.
    bad_files
        'skip' reports damage in ``losses``; 'fail' raises `InputError`.
    """
    from symhep.readers.interface import LossLog

    losses = LossLog(bad_files)
    summary = open_source(str(file), registry or build_registry(), format, options).inspect(losses)
    return replace(summary, losses=tuple(losses.losses))


def load(
    files: str | Path | Sequence[str | Path],
    *,
    format: str = "auto",
    fields: Mapping[str, Sequence[str]] | None = None,
    weight: str = "auto",
    variations: bool = False,
    max_events: int | None = None,
    bad_files: Literal["fail", "skip"] = "fail",
    registry: Registry | None = None,
    **options: Any,
) -> EventBatch:
    """All events of some files as one `EventBatch` (for files that fit in memory).

    Parameters
    ----------
    files
        Paths, globs or URLs, or one of them.
    fields
        collection -> extra fields wanted; the four-vectors always come. None reads everything.
    weight, variations
        Nominal weight ('auto', 'none' or a name) and whether to read the alternative ones.
    options
        Options of the reader, such as ``tree`` or ``units``.
    """
    import awkward as ak
    import numpy as np

    from symhep.card.schema import DatasetCard
    from symhep.events.batch import EventBatch
    from symhep.readers.interface import LossLog, ReadRequest

    names = [files] if isinstance(files, str | Path) else list(files)
    card = DatasetCard(files=tuple(str(n) for n in names), format=format, options=options)
    if not names:
        card = card.model_copy(update={"files": ()})
    losses, batches, left = LossLog(bad_files), [], max_events
    for source in sources(card, registry or build_registry()):
        request = ReadRequest(
            None if fields is None else {k: frozenset(v) for k, v in fields.items()},
            None if fields is None else frozenset(),
            weight,
            variations,
            max_events=left,
        )
        for batch in source.read(request, losses):
            batches.append(batch)
            left = None if left is None else left - len(batch)
        if left == 0:
            break
    if not batches:
        raise InputError("no events could be read", file=str(names[0]) if names else format)
    names_of = set.intersection(*(set(b.variations) for b in batches))
    return EventBatch(
        ak.concatenate([b.events for b in batches]),
        np.concatenate([b.weights for b in batches]),
        batches[0].file,
        0,
        {n: np.concatenate([b.variations[n] for b in batches]) for n in sorted(names_of)},
    )

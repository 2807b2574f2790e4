"""From what a user names (paths, globs, URLs, filesets) to readers, summaries and events."""

from __future__ import annotations

import glob
import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fsspec
from pydantic import ValidationError

from symhep.errors import CardError, InputError, PluginError, SymhepError, nearest
from symhep.events.batch import EventBatch
from symhep.plugin.isolation import isolated, isolated_items, portable
from symhep.plugin.manager import BrokenPlugin, Registry
from symhep.readers.interface import FileSummary, Loss, Schema
from symhep.readers.parquet_folder import parts
from symhep.readers.unknown import require_itself, unknown
from symhep.run.published import require_published, source_told

if TYPE_CHECKING:
    from symhep.card.schema import DatasetCard
    from symhep.readers.interface import LossLog, Reader, ReaderOptions, ReadRequest

__all__ = ["Source", "absolute", "lost", "open_source", "sources"]

_HEAD_BYTES = 16_384


@dataclass(frozen=True)
class Source:
    """A file with the reader and the reader's options that fit it."""

    path: str
    reader: Reader
    options: ReaderOptions

    def inspect(self, losses: LossLog) -> FileSummary:
        """See `Reader.inspect`. Raises `InputError` whatever the reader raises."""
        with isolated(f"{self.path}: {self._failed}", InputError):
            found = self.reader.inspect(self.path, self.options, losses)
        self._require(found, FileSummary, "inspect must return a")
        return found

    def schema(self) -> Schema:
        """See `Reader.schema`. Raises `InputError` whatever the reader raises."""
        with isolated(f"{self.path}: {self._failed}", InputError):
            found = self.reader.schema(self.path, self.options)
        self._require(found, Schema, "schema must return a")
        return found

    def read(self, request: ReadRequest, losses: LossLog) -> Iterator[EventBatch]:
        """See `Reader.read`. An error that the reader raises is recorded in ``losses`` like any other damage."""
        try:
            with isolated(self._failed, InputError):
                batches = self.reader.read(self.path, self.options, request, losses)
            for batch in isolated_items(batches, self._failed, InputError):
                self._require(batch, EventBatch, "read must yield")
                yield batch
        except InputError as error:
            losses.record(lost(self.path, error))

    def _require(self, given: object, kind: type, what: str) -> None:
        """A wrong type is the reader's fault and not the file's: a `PluginError`, and no loss."""
        if not isinstance(given, kind):
            raise PluginError(
                f"reader '{self.reader.name}': {what} {kind.__name__}, not {type(given).__name__}"
            )

    @property
    def _failed(self) -> str:
        return f"reader '{self.reader.name}' failed; is the file what it expects?"


def lost(path: str, error: InputError) -> Loss:
    """An error as a row of the report: nobody knows how many events it cost."""
    return Loss(path, error.message, None, error.event, error.byte, error.hint)


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
    with source_told(card):
        named = [item for pattern in card.files for item in _expand(pattern, folder, where)]
    require_published(card, [item.path for item in named], where)
    places = [(_place(item.path), item.options.get("tree")) for item in named]
    for index, item in enumerate(named):
        if places[index] in places[:index]:
            raise CardError(f"'{item.path}' is named twice: its events would count double", where=where)
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
    with isolated(f"the options of format '{reader.name}' cannot be checked"):
        try:
            return Source(path, reader, reader.Options.model_validate(dict(options or {})))
        except ValidationError as error:
            problem = error.errors()[0]
            key = ".".join(str(k) for k in problem["loc"])
            hint = nearest(key, reader.Options.model_fields) if problem["type"] == "extra_forbidden" else None
            raise CardError(
                f"option '{key}' of format '{reader.name}': {problem['msg']}", where=where, hint=hint
            ) from error


def absolute(pattern: str, folder: Path) -> str:
    """A path or glob of a card as it stands on this machine; URLs stay as they are."""
    if _is_url(pattern):
        return pattern
    for base in (Path(), folder):
        if glob.glob(str(base / pattern), recursive=True) or (base / pattern).exists():
            return str((base / pattern).absolute())
    return pattern


def _place(path: str) -> str:
    return path if _is_url(path) else str(Path(path).resolve())


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
    """A file itself, the Parquet files of a folder, or the files that a coffea fileset (JSON) lists."""
    if Path(path).is_dir() and (found_parts := parts(path)):
        return [_Named(part) for part in found_parts]
    if not path.endswith(".json"):
        return [_Named(path)]
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"is not a JSON fileset: {error}", file=path) from error
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
    return [_Named(_beside(item.path, path), item.options) for item in found]


def _beside(name: str, fileset: str) -> str:
    """A fileset's file: from the current folder, else from the fileset's own."""
    near = Path(fileset).parent / name
    return name if _is_url(name) or Path(name).exists() or not near.exists() else str(near)


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
    require_itself(path, head)
    best: tuple[int, Reader | None] = (0, None)
    for name in sorted(registry.readers):
        try:
            reader = registry.reader(name)
        except PluginError:
            continue
        try:
            with isolated():
                sure = int(reader.confidence(path, head)) if reader.needs_files else 0
        except SymhepError as error:  # one reader's defect must not take the others down
            registry.broken.append(BrokenPlugin(name, type(reader).__module__, portable(error)))
            continue
        if sure > best[0]:
            best = (sure, reader)
    if best[1] is None:
        raise unknown(path, head, registry.readers)
    return best[1]

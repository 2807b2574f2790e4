"""From files to readers, summaries and events; whatever a reader raises becomes an error that names the file."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from symhep.errors import CardError, InputError, PluginError, SymhepError, nearest
from symhep.events.batch import EventBatch
from symhep.plugin.isolation import isolated, isolated_items, portable
from symhep.plugin.manager import BrokenPlugin, Registry
from symhep.readers.interface import FileSummary, Loss, Schema, Start
from symhep.readers.unknown import require_itself, unknown
from symhep.run.names import check_place, is_url, named_files
from symhep.run.published import require_published, source_told

if TYPE_CHECKING:
    from symhep.card.schema import DatasetCard
    from symhep.readers.interface import LossLog, Reader, ReaderOptions, ReadRequest

__all__ = ["Source", "lost", "open_source", "sources"]

_HEAD_BYTES = 16_384
#: So many bytes of a compressed file's beginning are looked at.
_UNPACKED_BYTES = 1 << 20
#: Of more files than this, the others are of the format of the one that begins like them.
LOOKED_INTO = 10


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
        """See `Reader.schema`; read once. Raises `InputError` whatever the reader raises."""
        return self._schema

    @cached_property
    def _schema(self) -> Schema:
        with isolated(f"{self.path}: {self._failed}", InputError):
            found = self.reader.schema(self.path, self.options)
        self._require(found, Schema, "schema must return a")
        return found

    def starts(self) -> tuple[Start, ...]:
        """See `Reader.starts`. Raises `InputError` whatever the reader raises, `PluginError` for what are no starts."""
        with isolated(f"{self.path}: {self._failed}", InputError):
            found = tuple(Start(*start) for start in self.reader.starts(self.path, self.options))
        events = [start.event for start in found]
        if events[:1] != [0] or sorted(set(events)) != events:
            raise PluginError(f"reader '{self.reader.name}': starts must begin with event 0 and increase")
        return found

    def generated(self) -> float | None:
        """See `Reader.generated`. Raises `InputError` whatever the reader raises."""
        with isolated(f"{self.path}: {self._failed}", InputError):
            return self.reader.generated(self.path, self.options)

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
        return f"reader '{self.reader.name}' failed; check the format of the file"


def lost(path: str, error: InputError) -> Loss:
    """An error as a row of the report: nobody knows how many events it cost."""
    return Loss(path, error.message, None, error.event, error.byte, error.hint)


def sources(
    card: DatasetCard, registry: Registry, folder: Path = Path(), where: str | None = None
) -> list[Source]:
    """The files of a dataset, in a fixed order. Raises `CardError` if a name leads nowhere."""
    if card.format != "auto" and not registry.reader(card.format).needs_files:
        if card.files:
            raise CardError(f"format '{card.format}' does not read files", where=where, hint="remove 'files'")
        label = str(card.options.get("name", card.format))
        return [open_source(f"{card.format}:{label}", registry, card.format, card.options, where=where)]
    if not card.files:
        raise CardError("a dataset needs files", where=where)
    with source_told(card):
        named = named_files(card.files, folder, where)
    require_published(card, [item.path for item in named], where)
    found: list[Source] = []
    formats: dict[object, str] = {}
    for number, item in enumerate(named):
        mark, known = None, card.format
        if card.format == "auto" and len(named) > LOOKED_INTO:
            mark = (Path(item.path).suffix, _head(item.path)[:8])
            known = formats.get(mark, "auto") if number >= LOOKED_INTO else "auto"
        options = ({"tree": item.tree} if item.tree else {}) | dict(card.options)
        found.append(open_source(item.path, registry, known, options, where=where))
        formats.setdefault(mark, found[-1].reader.name)
    return found


def open_source(
    path: str,
    registry: Registry,
    format: str = "auto",
    options: Mapping[str, Any] | None = None,
    where: str | None = None,
) -> Source:
    """Find the reader for ``path`` and check its options. Raises `InputError` or `CardError`."""
    if format == "auto" or registry.reader(format).needs_files:
        check_place(path)
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


def _head(path: str) -> bytes:
    """The first bytes, decompressed if gzipped."""
    with isolated(f"{path}: cannot be opened", InputError):
        if is_url(path):
            import fsspec

            with fsspec.open(path, "rb") as stream:
                raw: bytes = stream.read(_HEAD_BYTES)
        else:
            with Path(path).open("rb") as stream:
                raw = stream.read(_HEAD_BYTES)
    if not raw:
        raise InputError("the file is empty", file=path, hint="check the job that wrote it")
    if raw.startswith(b"\x1f\x8b"):
        try:
            return zlib.decompressobj(wbits=31).decompress(raw, _UNPACKED_BYTES)
        except zlib.error as error:
            raise InputError(f"has a gzip header, but cannot be decompressed: {error}", file=path) from error
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

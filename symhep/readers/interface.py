"""What a reader is: the contract between file formats and the rest of symhep."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from symhep.events.batch import EventBatch
from symhep.events.generator_cut import GeneratorCut
from symhep.readers.losses import Loss, LossLog, Note
from symhep.readers.request import BEGINNING, ReadRequest, Start
from symhep.readers.schema import CollectionSchema, FieldSchema, Role, Schema
from symhep.readers.weight_sums import WeightSums

__all__ = [
    "BEGINNING",
    "CollectionSchema",
    "FieldSchema",
    "FileSummary",
    "GeneratorCut",
    "Loss",
    "LossLog",
    "Note",
    "ReadRequest",
    "Reader",
    "ReaderOptions",
    "Role",
    "Schema",
    "Start",
    "WeightSums",
]


class ReaderOptions(BaseModel):
    """Base of a reader's options (``datasets.NAME.options`` in the card): unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True)
class FileSummary:
    """What `symhep inspect` says of a file.

    ``cross_section_pb`` is (value, error) as the file states it, or None;
    ``notes`` are sentences a person should read (the meaning of the weights,
    cycles ignored, ...).
    """

    file: str
    format: str
    schema: Schema
    weights: WeightSums
    cross_section_pb: tuple[float, float] | None = None
    notes: tuple[str, ...] = ()
    losses: tuple[Loss, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)


class Reader(ABC):
    """Turns files of one format into `EventBatch` chunks.

    A complete reader::

        class P4Reader(Reader):
            name = "p4"
            summary = "comma-separated px,py,pz,E, one particle per event, GeV"

            def confidence(self, path, head):
                return 1 if path.endswith(".p4") else 0

            def schema(self, path, options):
                column = FieldSchema("float64", "GeV")
                fields = {name: column for name in ("px", "py", "pz", "E")}
                return Schema({"particles": CollectionSchema("particles", "particle", fields)})

            def read(self, path, options, request, losses):
                rows = np.loadtxt(path, delimiter=",", ndmin=2)[: request.max_events]
                columns = {k: ak.Array(v[:, None]) for k, v in zip(("px", "py", "pz", "E"), rows.T)}
                events = ak.Array({"particles": momentum_records(columns)})
                yield EventBatch(events, np.ones(len(rows)), file=path)

    Rules: GeV, mm and pb inside; never read a column nobody asked for; never
    hold more than a chunk; tell every lost event to ``losses``; be sure that
    events read = events yielded + events reported lost. ``symhep.testing.check_reader``
    checks them.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    Options: ClassVar[type[ReaderOptions]] = ReaderOptions
    #: False for built-in data that come from no file (the toys).
    needs_files: ClassVar[bool] = True

    @abstractmethod
    def confidence(self, path: str, head: bytes) -> int:
        """Is ``path`` of this format? 0 no, 1 a container this reader can use, 2 this very format.

        ``head`` is the first few kilobytes, decompressed if gzipped.
        """

    @abstractmethod
    def schema(self, path: str, options: ReaderOptions) -> Schema:
        """What the file offers, without reading its events. Raises `InputError`."""

    @abstractmethod
    def read(
        self, path: str, options: ReaderOptions, request: ReadRequest, losses: LossLog
    ) -> Iterator[EventBatch]:
        """The events in file order, in chunks of at most ``request.chunk_events``."""

    def starts(self, path: str, options: ReaderOptions) -> tuple[Start, ...]:
        """Events at which reading may begin at no cost, the first of all among them, in rising order.

        As it stands a file is read from its beginning. A reader that gives more, such as the first events of row
        groups, reads from ``ReadRequest.start`` to ``stop``, so that several processes share a file: the pieces give
        the events, losses and notes of the whole. Where some events cannot be read, those from the next start on are
        still given. They depend on the content of the file alone. Raises `InputError`.
        """
        return (BEGINNING,)

    def generated(self, path: str, options: ReaderOptions) -> float | None:
        """Sum of the nominal weights of all generated events, before any selection of this file's events.

        Where it is known, a cross-section belongs to this sum and not to that of the events that are left. None where
        the file does not tell. Raises `InputError`.
        """
        return None

    def inspect(self, path: str, options: ReaderOptions, losses: LossLog) -> FileSummary:
        """Count the events and their weights by reading the weights alone."""
        schema = self.schema(path, options)
        sums = WeightSums()
        request = ReadRequest(fields={}, event_fields=frozenset())
        for batch in self.read(path, options, request, losses):
            sums.add(batch)
        return FileSummary(
            path, self.name, schema, sums, schema.cross_section_pb, schema.notes, tuple(losses.losses)
        )

"""What a reader is: the contract between file formats and the rest of symhep."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from pydantic import ConfigDict

from symhep.deprecation import Keys
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


class ReaderOptions(Keys):
    """Base of a reader's options, ``datasets.NAME.options`` in the card: unknown keys are errors, values do not change.

    Examples
    --------
    >>> from pydantic import Field
    >>> class P4Options(ReaderOptions):
    ...     unit: str = Field("GeV", description="unit of the momenta in the file")
    >>> P4Options(unit="MeV").unit
    'MeV'
    """

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True)
class FileSummary:
    """What `symhep inspect` says of a file.

    Attributes
    ----------
    file
        Path or URL.
    format
        Name of the reader.
    schema
        What the file offers.
    weights
        Events, and sums of their nominal weights.
    cross_section_pb
        (value, error) as the file states it, or None.
    notes
        Sentences a person should read: the meaning of the weights, cycles ignored, ...
    losses
        Events that cannot be read.
    details
        What only this format has, as JSON.
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

    A subclass names the format, says how sure it is that a file is of it, what the file offers, and reads it. Rules:
    GeV, mm and pb inside; never read a column nobody asked for; never hold more than a chunk; report every lost event
    to ``losses``; events read = events yielded + events reported lost. `symhep.testing.check_reader` checks them.

    Attributes
    ----------
    name
        What ``format:`` of a card says.
    summary
        The format, in a line; `symhep methods` lists it.
    Options
        Class of its options, a `ReaderOptions`.
    needs_files
        False for built-in data that come from no file (the toys).

    Examples
    --------
    >>> import awkward as ak
    >>> import numpy as np
    >>> from symhep import CollectionSchema, EventBatch, FieldSchema, Schema, event_records, momentum_records
    >>> NAMES = ("px", "py", "pz", "E")
    >>> class P4Reader(Reader):
    ...     name, summary = "p4", "comma-separated px,py,pz,E, one particle per event, GeV"
    ...
    ...     def confidence(self, path, head):
    ...         return 1 if path.endswith(".p4") else 0
    ...
    ...     def schema(self, path, options):
    ...         fields = {name: FieldSchema("float64", "GeV") for name in NAMES}
    ...         return Schema({"particles": CollectionSchema("particles", "particle", fields)})
    ...
    ...     def read(self, path, options, request, losses):
    ...         rows = np.loadtxt(path, delimiter=",", ndmin=2)[: request.max_events]
    ...         columns = {name: ak.Array(v[:, None]) for name, v in zip(NAMES, rows.T)}
    ...         events = event_records({"particles": momentum_records(columns)}, len(rows))
    ...         yield EventBatch(events, np.ones(len(rows)), file=path)
    >>> import io  # np.loadtxt takes a stream as well as a path
    >>> lines = "3,0,4,5\\n0,3,4,5\\n"
    >>> [batch] = P4Reader().read(io.StringIO(lines), ReaderOptions(), ReadRequest(), LossLog())
    >>> batch.events.particles.pt.tolist()
    [[3.0], [3.0]]
    >>> reader = P4Reader()
    >>> reader.confidence("a.p4", b""), reader.starts("a.p4", ReaderOptions())
    (1, (Start(event=0, byte=None),))
    >>> reader.generated("a.p4", ReaderOptions()) is None
    True
    >>> sorted(reader.schema("a.p4", ReaderOptions()).collections)
    ['particles']
    >>> reader.inspect(io.StringIO(lines), ReaderOptions(), LossLog()).weights.sum_w
    2.0
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    Options: ClassVar[type[ReaderOptions]] = ReaderOptions
    needs_files: ClassVar[bool] = True

    @abstractmethod
    def confidence(self, path: str, head: bytes) -> int:
        """How sure the reader is that a file is of its format: ``format: auto`` asks every reader and takes the surest.

        Parameters
        ----------
        path
            Path or URL.
        head
            The first few kilobytes, decompressed if gzipped.

        Returns
        -------
        int
            0 no, 1 a container this reader can use (any ROOT file), 2 this very format (NanoAOD).
        """

    @abstractmethod
    def schema(self, path: str, options: ReaderOptions) -> Schema:
        """What the file offers, without reading its events.

        Parameters
        ----------
        path
            Path or URL.
        options
            Of this reader, checked: an instance of ``self.Options``.

        Returns
        -------
        Schema
            Collections, fields, weights and beams, in the units that `read` delivers.

        Raises
        ------
        InputError
            If the file cannot be opened, or is not of this format.
        """

    @abstractmethod
    def read(
        self, path: str, options: ReaderOptions, request: ReadRequest, losses: LossLog
    ) -> Iterator[EventBatch]:
        """The events, in the order of the file.

        Parameters
        ----------
        path
            Path or URL.
        options
            Of this reader, checked.
        request
            What is wanted: fields, weights, and which events.
        losses
            Where lost events are reported; it raises `InputError` if the card says ``bad_files: fail``.

        Yields
        ------
        EventBatch
            At most ``request.chunk_events`` events in GeV, mm and pb, with the number in the file of the first one. No
            batch is empty; a batch ends before a lost event.

        Raises
        ------
        InputError
            If the file cannot be opened, or lacks a field that is wanted.
        """

    def starts(self, path: str, options: ReaderOptions) -> tuple[Start, ...]:
        """Events at which reading may begin at no cost.

        As it stands a file is read from its beginning. A reader that gives more, such as the first events of row
        groups, reads from ``ReadRequest.start`` to ``stop``, so that several processes share a file: the pieces give
        the events, losses and notes of the whole. Where some events cannot be read, those from the next start on are
        still given.

        Parameters
        ----------
        path
            Path or URL.
        options
            Of this reader, checked.

        Returns
        -------
        tuple
            In rising order, the first event among them. They depend on the content of the file alone.

        Raises
        ------
        InputError
            If the file cannot be opened.
        """
        return (BEGINNING,)

    def generated(self, path: str, options: ReaderOptions) -> float | None:
        """Sum of the nominal weights of all generated events, before any selection of this file's events.

        Where it is known, a cross-section belongs to this sum and not to that of the events that are left.

        Parameters
        ----------
        path
            Path or URL.
        options
            Of this reader, checked.

        Returns
        -------
        float or None
            None where the file does not say.

        Raises
        ------
        InputError
            If the file cannot be opened.
        """
        return None

    def inspect(self, path: str, options: ReaderOptions, losses: LossLog) -> FileSummary:
        """Count the events and sum their weights, by reading the weights alone.

        Parameters
        ----------
        path
            Path or URL.
        options
            Of this reader, checked.
        losses
            Where lost events are reported.

        Returns
        -------
        FileSummary
            What `symhep inspect` prints.

        Raises
        ------
        InputError
            If the file cannot be opened.
        """
        schema = self.schema(path, options)
        sums = WeightSums()
        request = ReadRequest(fields={}, event_fields=frozenset())
        for batch in self.read(path, options, request, losses):
            sums.add(batch)
        return FileSummary(
            path, self.name, schema, sums, schema.cross_section_pb, schema.notes, tuple(losses.losses)
        )

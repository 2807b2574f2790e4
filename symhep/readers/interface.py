"""What a reader is: the contract between file formats and the rest of symhep."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from symhep.errors import InputError
from symhep.events.batch import EventBatch
from symhep.events.exact_sum import ExactSum
from symhep.events.generator_cut import GeneratorCut
from symhep.events.kinds import VectorKind

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


#: What a number is for. Only a 'number' is a quantity whose distribution may have a symmetry: a 'weight' says how much
#: an event counts, a 'counter' how many objects there are, a 'flag' is a decision, an 'id' a name written as a number.
Role = Literal["number", "weight", "counter", "flag", "id"]


@dataclass(frozen=True)
class FieldSchema:
    """A column: its type as numpy would name it, its unit inside symhep ('' if none), its meaning, its role.

    ``stored`` is False where the file has no such column and a constant stands for it.
    """

    type: str
    unit: str = ""
    doc: str = ""
    role: Role = "number"
    stored: bool = True


@dataclass(frozen=True)
class CollectionSchema:
    """A list of objects per event. ``kind`` is the class in the format's own words, e.g. 'Jet'.

    ``singleton``: every event has one such object, since the file stores a number per event. ``vector``: what the file
    knows of the four-momenta; 'transverse' of missing momentum, 'massless' where a mass is not stored.
    """

    name: str
    kind: str
    fields: Mapping[str, FieldSchema]
    singleton: bool = False
    vector: VectorKind = "full"


@dataclass(frozen=True)
class Schema:
    """What a file offers, found without reading its events."""

    collections: Mapping[str, CollectionSchema] = field(default_factory=dict)
    event_fields: Mapping[str, FieldSchema] = field(default_factory=dict)
    weights: tuple[str, ...] = ()
    #: Trees, groups or blocks the file has, with the one that is read first.
    containers: tuple[str, ...] = ()
    #: (pdgId, energy in GeV) of the two beams, where the format knows.
    beams: tuple[tuple[int, float], ...] = ()
    #: (value, error) in pb as the file's header states it.
    cross_section_pb: tuple[float, float] | None = None
    #: What was generated, in the generator's own words, e.g. 'p p > t t~'.
    process: str | None = None
    #: Cuts that the generator applied.
    cuts: tuple[GeneratorCut, ...] = ()
    #: Group of alternative weights -> their names, e.g. scales and parton densities.
    weight_groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: Sentences a person should read before trusting the numbers.
    notes: tuple[str, ...] = ()
    #: The one of ``weights`` that "auto" stands for; None: every event weighs 1.
    auto_weight: str | None = None

    @property
    def sqrt_s_gev(self) -> float | None:
        """sqrt(4 E1 E2) of the two beams, whose masses do not count; None where they are not known.

        >>> Schema(beams=((2212, 6500.0), (2212, 6500.0))).sqrt_s_gev
        13000.0
        """
        if len(self.beams) != 2:
            return None
        s = 4 * self.beams[0][1] * self.beams[1][1]
        return s**0.5 if s > 0 else None


class Start(NamedTuple):
    """An event at which reading may begin: its number in the file and, in a text, its first byte.

    ``byte`` is None where the reader finds the event by its number.
    """

    event: int
    byte: int | None = None


#: Where every file begins.
BEGINNING = Start(0)


@dataclass(frozen=True)
class ReadRequest:
    """What is wanted from a file.

    ``fields`` maps a collection to the extra fields wanted; the momentum fields of a named collection always come.
    ``None`` means everything in the schema.
    ``start`` is one of those that `Reader.starts` gave, and ``stop`` the event of a later one: a piece of the file.
    ``stop`` None goes to the end, and what is wrong there belongs to that piece. ``max_events`` counts from ``start``
    on; it does not count lost events that are recorded one by one, so that only ``stop`` ends a piece where the next
    one begins.
    ``variations`` are names of alternative weights, or True for all that there are.
    """

    fields: Mapping[str, frozenset[str]] | None = None
    event_fields: frozenset[str] | None = None
    weight: str = "auto"  # "auto", "none" (all weights 1) or a name in Schema.weights
    variations: frozenset[str] | Literal[True] = frozenset()
    chunk_events: int = 50_000
    max_events: int | None = None
    start: Start = BEGINNING
    stop: int | None = None

    def span(self, entries: int) -> range:
        """The numbers of the events that are wanted of ``entries`` in a file.

        >>> ReadRequest(start=Start(4), stop=9, max_events=3).span(8), ReadRequest(start=Start(4), stop=9).span(8)
        (range(4, 7), range(4, 8))
        """
        stop = entries if self.stop is None else min(self.stop, entries)
        first = min(self.start.event, stop)
        return range(first, stop if self.max_events is None else min(stop, first + self.max_events))

    def alternatives(self, known: Iterable[str]) -> tuple[str, ...]:
        """Those of the ``known`` weights that are wanted as alternatives, in their order.

        >>> ReadRequest(variations=frozenset({"b"})).alternatives(["a", "b"])
        ('b',)
        >>> ReadRequest(variations=True).alternatives(["a", "b"]), ReadRequest().alternatives(["a", "b"])
        (('a', 'b'), ())
        """
        return tuple(n for n in dict.fromkeys(known) if self.variations is True or n in self.variations)


@dataclass(frozen=True)
class Loss:
    """Events of a file that were not delivered. ``events`` is None when nobody can know how many."""

    file: str
    reason: str
    events: int | None = None
    first_event: int | None = None
    byte: int | None = None
    hint: str | None = None


@dataclass(frozen=True)
class Note:
    """What a person should know of the numbers of a file, found while reading them; no event is lost by it.

    ``count`` is of what ``text`` speaks of, None where nothing is counted.
    """

    file: str
    text: str
    count: int | None = None

    def sentence(self) -> str:
        """As it is printed.

        >>> Note("a.root", "Entries of 'mu' that stand for no muon are left out", 1200).sentence()
        "Entries of 'mu' that stand for no muon are left out: 1,200."
        """
        return self.text if self.count is None else f"{self.text}: {self.count:,}."


@dataclass
class LossLog:
    """The one way a reader tells of lost events: raises under 'fail', keeps the row under 'skip'.

    Also what it has to say of the events that it delivers: `note`.
    """

    policy: Literal["fail", "skip"] = "fail"
    losses: list[Loss] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def record(self, loss: Loss) -> None:
        """Raise `InputError` (policy 'fail') or remember ``loss`` for the report (policy 'skip').

        Events lost for one reason that follow one another, as pieces of a file tell them, are one loss.

        >>> log = LossLog("skip")
        >>> log.record(Loss("a.root", "damaged", 100, first_event=0))
        >>> log.record(Loss("a.root", "damaged", 50, first_event=100))
        >>> [(loss.first_event, loss.events) for loss in log.losses]
        [(0, 150)]
        """
        if self.policy == "fail":
            raise InputError(
                loss.reason, file=loss.file, event=loss.first_event, byte=loss.byte, hint=loss.hint
            )
        if self.losses and (joined := _joined(self.losses[-1], loss)) is not None:
            self.losses[-1] = joined
        else:
            self.losses.append(loss)

    def note(self, file: str, text: str, count: int | None = None) -> None:
        """Remember a sentence for inspect, terminal and report; the counts of one text and file are added up.

        >>> log = LossLog()
        >>> log.note("a.root", "left out", 2)
        >>> log.note("a.root", "left out", 3)
        >>> log.notes
        [Note(file='a.root', text='left out', count=5)]
        """
        for i, known in enumerate(self.notes):
            if (known.file, known.text) == (file, text):
                if count is not None:
                    self.notes[i] = Note(file, text, count + (known.count or 0))
                return
        self.notes.append(Note(file, text, count))


def _joined(before: Loss, loss: Loss) -> Loss | None:
    """Two losses as one; None where they are two. Damaged places of a text, known by their bytes, stay apart."""
    alike = (before.file, before.reason, before.hint) == (loss.file, loss.reason, loss.hint)
    if not alike or before.byte is not None or loss.byte is not None:
        return None
    if before.events is None or loss.events is None or before.first_event is None:
        return None
    if before.first_event + before.events != loss.first_event:
        return None
    return replace(before, events=before.events + loss.events)


@dataclass
class WeightSums:
    """Running sums of the weights, the same for chunks of any size; merged by adding."""

    events: int = 0
    negative: int = 0
    weights: ExactSum = field(default_factory=ExactSum, repr=False)
    squares: ExactSum = field(default_factory=ExactSum, repr=False)
    sizes: ExactSum = field(default_factory=ExactSum, repr=False)

    @property
    def sum_w(self) -> float:
        """Sum of the weights."""
        return float(self.weights)

    @property
    def sum_w2(self) -> float:
        """Sum of their squares."""
        return float(self.squares)

    @property
    def sum_abs_w(self) -> float:
        """Sum of their absolute values."""
        return float(self.sizes)

    def add(self, batch: EventBatch) -> None:
        """Count the events of ``batch`` in."""
        w = batch.weights
        self.events += len(w)
        self.negative += int((w < 0).sum())
        self.weights.add(w)
        self.squares.add(w * w)
        self.sizes.add(abs(w))

    def merge(self, stored: Mapping[str, Any]) -> None:
        """Add what `to_json` gave, of another file or worker."""
        self.events += stored["events"]
        self.negative += stored["negative"]
        self.weights.add(stored["sum_w"])
        self.squares.add(stored["sum_w2"])
        self.sizes.add(stored["sum_abs_w"])

    def to_json(self) -> dict[str, Any]:
        """All sums as numbers."""
        return {
            "events": self.events,
            "sum_w": self.sum_w,
            "sum_w2": self.sum_w2,
            "sum_abs_w": self.sum_abs_w,
            "negative": self.negative,
        }


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

"""The conformance suite passes what is right and names what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest

import symhep
from symhep.errors import MethodError, PluginError
from symhep.events.batch import EventBatch, event_records, momentum_records
from symhep.events.dataset import Dataset
from symhep.events.stream import stream_of
from symhep.methods.events import EventsRecord
from symhep.methods.interface import Shard
from symhep.methods.passes import Pass, State
from symhep.methods.record import Record
from symhep.methods.result import Part, Result, Statement
from symhep.methods.verdict import Verdict
from symhep.readers.interface import CollectionSchema, FieldSchema, LossLog, ReadRequest, Schema, Start
from symhep.testing import check_method, check_reader


def test_a_good_method(toy_method: Any) -> None:
    result = check_method(toy_method.Bootstrap(), {"shards": 2})
    assert len(result.summary["mean"]) == 2


def test_the_bundled_method() -> None:
    from symhep_vae.method import VaeRelevance

    result = check_method(VaeRelevance(), {"latent_dim": 2, "runs": 2, "epochs": 2})
    assert len(result.summary["relevance"]["mean"]) == 2


def _broken(toy_method: Any, **changes: Any) -> Any:
    return type("Broken", (toy_method.Bootstrap,), changes)()


class Opaque(Record):
    """A record that is not read back as it was written."""

    x: Any = None

    def to_json(self) -> dict[str, Any]:
        return {"x": [self.x]}


CALLS = iter(range(1000))


def _means(values: Any) -> Part:
    return Part(arrays={"means": np.asarray(values, dtype=float)})


def _moody(self: Any, prepared: Any, shard: Any, context: Any) -> Part:
    return _means(np.full((5, 2), float(next(CALLS))))


def _unweighted(self: Any, prepared: Any, shard: Any, context: Any) -> Part:
    return _means([prepared.data.values.mean(axis=0)] * 5)


def _global_numpy(self: Any, prepared: Any, shard: Any, context: Any) -> Part:
    return _means(np.random.normal(size=(5, 2)))  # noqa: NPY002, what is to be caught


def _global_torch(self: Any, prepared: Any, shard: Any, context: Any) -> Part:
    import torch

    return _means(torch.rand(5, 2).numpy())


def _in_place(self: Any, prepared: Any, shard: Any, context: Any) -> Part:
    prepared.data.values[:] *= 2
    return _means(prepared.data.values[:5])


def _unpicklable(self: Any, data: Any, options: Any) -> Any:
    return lambda: (data, options)


def _unseeded(self: Any, prepared: Any, parts: Any, context: Any) -> Any:
    result = Bootstrap.combine(self, prepared, parts, context)
    return replace(result, arrays={"noise": np.random.default_rng().normal(size=3)})


def _says(statement: Any) -> Any:
    return lambda self, record: [statement]


Bootstrap: Any = None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "no identifier"}, "must be an identifier"),
        ({"summary": ""}, "'summary' must be one line"),
        ({"Record": dict}, "Record must be a class derived from symhep.Record"),
        ({"references": ("Efron1979",)}, "references must be Reference objects"),
        ({"fit": _moody}, "shard 0 gives different numbers"),
        ({"fit": lambda *_: {"means": 1}}, "fit must return a Part, not dict"),
        ({"fit": lambda *_: Part(arrays={"means": [1.0]})}, "must be numpy arrays of numbers or text"),
        ({"fit": _unweighted}, "event weights have no effect"),
        ({"fit": _global_numpy}, "fit draws from the global generator"),
        ({"fit": _global_torch}, "fit draws from the global generator"),
        ({"fit": _in_place}, "fit changes the data in place"),
        ({"prepare": _unpicklable}, "cannot be sent to a worker process"),
        ({"combine": lambda *_: None}, "combine must return a Result, not NoneType"),
        ({"combine": lambda *_: Result(Record())}, "the record must be a BootstrapRecord, not Record"),
        ({"combine": _unseeded}, "combine gives different numbers when run again with the same seed"),
        (
            {
                "Record": Opaque,
                "combine": lambda *_: Result(Opaque(x=1)),
                "statements": _says(Statement("It is so.", {"n": 1})),
                "verdicts": _says(Verdict("Is it?", "yes")),
                "tables": lambda self, record: {},
            },
            "changes when it is stored and read back",
        ),
        ({"statements": _says("It is so.")}, "statements must be Statement objects, not str"),
        ({"statements": _says(Statement("It is so."))}, "no evidence"),
        ({"statements": _says(Statement("It is so.", {"n": 1}, "nowhere"))}, "names the figure 'nowhere'"),
        ({"verdicts": _says("It is so.")}, "verdicts must be Verdict objects, not str"),
        (
            {"verdicts": _says(Verdict("Is it?", "yes", figure="nowhere"))},
            "a verdict names the figure 'nowhere'",
        ),
        ({"tables": lambda self, record: {"t": [[1]]}}, "table 't' must be a Table, not list"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_broken_methods(toy_method: Any, changes: dict[str, Any], message: str) -> None:
    globals()["Bootstrap"] = toy_method.Bootstrap
    with pytest.raises(PluginError, match=message):
        check_method(_broken(toy_method, **changes))


class CsvReader(symhep.Reader):
    """The example of CONTRIBUTING.md."""

    name = "csv"
    summary = "comma-separated px,py,pz,E, one particle per event, GeV"

    def confidence(self, path: str, head: bytes) -> int:
        return 1 if path.endswith(".csv") else 0

    def schema(self, path: str, options: Any) -> Schema:
        fields = {k: FieldSchema("float64", "GeV") for k in ("px", "py", "pz", "E")}
        return Schema({"particles": CollectionSchema("particles", "particle", fields)})

    def read(self, path: str, options: Any, request: ReadRequest, losses: LossLog) -> Iterator[EventBatch]:
        rows = np.loadtxt(path, delimiter=",", ndmin=2)[: request.max_events]
        for first in range(0, len(rows), request.chunk_events):
            part = rows[first : first + request.chunk_events]
            columns = {k: ak.Array(v[:, None]) for k, v in zip(("px", "py", "pz", "E"), part.T, strict=True)}
            wanted = request.fields is None or "particles" in request.fields
            fields = {"particles": momentum_records(columns)} if wanted else {}
            yield EventBatch(event_records(fields, len(part)), np.ones(len(part)), path, first)


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    path = tmp_path / "a.csv"
    np.savetxt(path, np.arange(20.0).reshape(5, 4), delimiter=",")
    return path


def test_a_good_reader(csv: Path) -> None:
    events = check_reader(CsvReader(), csv)
    assert events.events.particles.pz[:, 0].to_list() == [2, 6, 10, 14, 18]


def test_broken_readers(csv: Path) -> None:
    class Greedy(CsvReader):
        def read(
            self, path: str, options: Any, request: ReadRequest, losses: LossLog
        ) -> Iterator[EventBatch]:
            yield from super().read(path, options, ReadRequest(chunk_events=request.chunk_events), losses)

    class Lumpy(CsvReader):
        def read(
            self, path: str, options: Any, request: ReadRequest, losses: LossLog
        ) -> Iterator[EventBatch]:
            yield from super().read(
                path, options, ReadRequest(request.fields, max_events=request.max_events), losses
            )

    class Vain(CsvReader):
        def confidence(self, path: str, head: bytes) -> int:
            return 2

    for reader, message in (
        (Greedy(), "max_events"),
        (Lumpy(), "chunks are larger"),
        (Vain(), "recognises files of any"),
    ):
        with pytest.raises(PluginError, match=message):
            check_reader(reader, csv)


class RecordsReader(CsvReader):
    """Four doubles per event, entered at every third one: the other example of CONTRIBUTING.md."""

    name = "records"

    def confidence(self, path: str, head: bytes) -> int:
        return 1 if path.endswith(".records") else 0

    def starts(self, path: str, options: Any) -> tuple[Start, ...]:
        return tuple(Start(event) for event in range(0, max(Path(path).stat().st_size // 32, 1), 3))

    def read(self, path: str, options: Any, request: ReadRequest, losses: LossLog) -> Iterator[EventBatch]:
        wanted = request.span(Path(path).stat().st_size // 32)
        for first in wanted[:: request.chunk_events]:
            count = min(request.chunk_events, wanted.stop - first)
            rows = np.fromfile(path, "<f8", 4 * count, offset=32 * first).reshape(-1, 4)
            columns = {k: ak.Array(v[:, None]) for k, v in zip(("px", "py", "pz", "E"), rows.T, strict=True)}
            named = request.fields is None or "particles" in request.fields
            fields = {"particles": momentum_records(columns)} if named else {}
            yield EventBatch(event_records(fields, len(rows)), np.ones(len(rows)), path, first)


def _reads(**changed: Any) -> Any:
    """Reading, whatever of the request."""
    return lambda self, path, options, request, losses: RecordsReader.read(
        self, path, options, replace(request, **changed), losses
    )


def test_a_reader_of_pieces(tmp_path: Path) -> None:
    path = tmp_path / "a.records"
    np.arange(40.0).tofile(path)
    assert check_reader(RecordsReader(), path).events.particles.px[:, 0].to_list() == list(range(0, 40, 4))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"starts": lambda *_: [Start(0)]}, "starts must return a tuple of Start objects"),
        ({"starts": lambda *_: (Start(3),)}, "the first of starts must be the beginning of the file"),
        ({"starts": lambda *_: (Start(0), Start(6), Start(3))}, "starts must increase"),
        ({"starts": lambda *_: (Start(0), Start(10))}, "starts contains an event that is not in the file"),
        ({"read": _reads(start=Start(0))}, "reading from event 3 on begins at event 0"),
        ({"read": _reads(stop=None)}, "the parts between starts do not add up to the file"),
    ],
)
def test_broken_pieces(changes: dict[str, Any], message: str, tmp_path: Path) -> None:
    path = tmp_path / "a.records"
    np.arange(40.0).tofile(path)
    with pytest.raises(PluginError, match=message):
        check_reader(type("Broken", (RecordsReader,), changes)(), path)


@pytest.mark.parametrize(
    ("reader", "name"),
    [
        ("lhe", "madgraph_mumu_to_ee_150GeV.lhe.gz"),
        ("lhe", "sherpa-3.0.1-eejjj.lhe"),
        ("tree", "flat_jagged_HZZ.root"),
        ("delphes", "delphes_10events.root"),
        ("nanoaod", "nanoaod_dy_40events.root"),
    ],
)
def test_the_bundled_readers_on_real_files(shared_data: Path, reader: str, name: str) -> None:
    from symhep.plugin.manager import build_registry

    check_reader(build_registry().reader(reader), shared_data / name)


def _reading(yielded: Any) -> Any:
    def read(self: Any, path: str, options: Any, request: ReadRequest, losses: LossLog) -> Iterator[Any]:
        for batch in CsvReader.read(self, path, options, request, losses):
            yield yielded(batch)

    return read


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"schema": lambda *_: {"particles": {}}}, "schema must return a Schema, not dict"),
        ({"read": _reading(lambda batch: batch.events)}, "read must yield EventBatch objects, not Array"),
        (
            {"read": _reading(lambda b: replace(b, weights=np.random.normal(size=len(b))))},  # noqa: NPY002
            "read draws from the global generator",
        ),
        (
            {"read": _reading(lambda b: replace(b, weights=np.random.default_rng().normal(size=len(b))))},
            "reading the file again gives different numbers",
        ),
        ({"read": _reading(lambda b: replace(b, weights=b.weights / len(b)))}, "the chunk size changes"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_broken_readers_of_other_kinds(csv: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(PluginError, match=message):
        check_reader(type("Broken", (CsvReader,), changes)(), csv)


class _Sum(Pass):
    """The sum of all values, and what a wrong pass adds to it."""

    name = "sum"

    def __init__(self, wrong: bool) -> None:
        self.wrong, self.seen = wrong, 0

    def of_block(self, block: Dataset, number: int) -> State:
        self.seen += 1
        return {"sum": block.values.sum(keepdims=True) + (self.wrong * self.seen * number)}


def _streaming(toy_method: Any, wrong: bool, known: bool = True) -> Any:
    class Summed(Record):
        total: float
        events: EventsRecord

    def fit(self: Any, inputs: Any, shard: Any, context: Any) -> Part:
        return Part()

    def combine(self: Any, inputs: Any, parts: Any, context: Any) -> Result[Summed]:
        data = inputs.data
        found = context.reduce(_Sum(wrong), stream_of(data))["sum"]
        available = data.events if known else len(data)
        total = float(found[0, 0] + data.weights.std())
        return Result(Summed(total=total, events=EventsRecord.of(data.weights, available)))

    def nothing(self: Any, *_: Any) -> Any:
        return iter(())

    methods = {
        "fit": fit,
        "combine": combine,
        "statements": nothing,
        "verdicts": nothing,
        "figures": nothing,
        "tables": lambda *_: {},
    }
    return _broken(toy_method, Record=Summed, shards=lambda *_: (Shard(),), **methods)


def test_a_pass_over_all_events_is_right_in_any_order(toy_method: Any) -> None:
    check_method(_streaming(toy_method, wrong=False))
    with pytest.raises(PluginError, match="different numbers when blocks are read in another order"):
        check_method(_streaming(toy_method, wrong=True))


def test_a_method_knows_of_all_events(toy_method: Any) -> None:
    with pytest.raises(PluginError, match=r"events\.available is 250 of 500: it must be Dataset\.events"):
        check_method(_streaming(toy_method, wrong=False, known=False))


def test_a_method_that_works_in_memory_works_on_a_stream(toy_method: Any) -> None:
    def check(self: Any, data: Any, options: Any) -> None:
        if data.stream is not None:
            raise MethodError("too many")

    with pytest.raises(
        PluginError, match="works on events in memory, but not on a subsample of them: too many"
    ):
        check_method(_broken(toy_method, check=check))

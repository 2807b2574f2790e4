"""The conformance suite passes what is right and names what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest

import symhep
from symhep.errors import PluginError
from symhep.events.batch import EventBatch, event_records, momentum_records
from symhep.methods.result import Part, Result, Statement
from symhep.readers.interface import CollectionSchema, Field, LossLog, ReadRequest, Schema
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


def test_broken_methods(toy_method: Any) -> None:
    calls = iter(range(100))

    def moody(self: Any, data: Any, options: Any, shard: Any, context: Any) -> Part:
        return Part(arrays={"means": np.full((5, 2), float(next(calls)))})

    def unweighted(self: Any, data: Any, options: Any, shard: Any, context: Any) -> Part:
        return Part(arrays={"means": np.array([data.values.mean(axis=0)] * 5)})

    def unproven(self: Any, data: Any, options: Any, parts: Any) -> Result:
        return Result(statements=[Statement("It is so.")])

    def lost(self: Any, data: Any, options: Any, parts: Any) -> Result:
        return Result(statements=[Statement("It is so.", {"n": 1}, "nowhere")])

    def nothing(self: Any, result: Any) -> Iterator[Any]:
        return iter(())

    def opaque(self: Any, data: Any, options: Any, parts: Any) -> Result:
        return Result(summary={"x": object()})

    for changes, message in (
        ({"name": "no identifier"}, "must be an identifier"),
        ({"summary": ""}, "summary of one line is missing"),
        ({"fit": moody}, "shard 0 gives other numbers"),
        ({"combine": unproven, "figures": nothing}, "no evidence"),
        ({"combine": lost, "figures": nothing}, "names the figure 'nowhere'"),
        ({"combine": opaque}, "holds a object, which is no JSON"),
        ({"combine": lambda self, data, options, parts: None}, "combine must return a Result, not NoneType"),
        ({"fit": unweighted}, "event weights change nothing"),
    ):
        with pytest.raises(PluginError, match=message):
            check_method(_broken(toy_method, **changes))


class CsvReader(symhep.Reader):
    """The example of CONTRIBUTING.md."""

    name = "csv"
    summary = "comma-separated px,py,pz,E, one particle per event, GeV"

    def confidence(self, path: str, head: bytes) -> int:
        return 1 if path.endswith(".csv") else 0

    def schema(self, path: str, options: Any) -> Schema:
        fields = {k: Field("float64", "GeV") for k in ("px", "py", "pz", "E")}
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
        (Vain(), "claims files of any"),
    ):
        with pytest.raises(PluginError, match=message):
            check_reader(reader, csv)


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

"""Events that do not fit into memory: the same numbers as in memory, whatever the budget."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import symhep
from symhep.card.loader import load_card
from symhep.errors import MethodError
from symhep.events.dataset import Dataset
from symhep.events.stream import InMemory, stream_of
from symhep.events.subsample import subsampled
from symhep.methods.context import Context, SilentProgress
from symhep.methods.passes import reduce_here
from symhep.plugin.manager import build_registry
from symhep.run.folder import RunFolder
from symhep.run.plan import make_plan
from symhep.run.provenance import fingerprints
from symhep.run.reading import read_dataset
from symhep.run.streamed import StoredStream, dataset_of
from symhep.run.workers import open_workers

ROWS = ("values", "weights", "momenta", "mask", "tags", "spectators", "labels", "block", "origin")


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of 100 events, of files of any size, and a subsample of 500."""
    blocks = import_module("symhep.run.blocks")  # symhep.run is a function, too
    monkeypatch.setattr(blocks, "BLOCK_EVENTS", 100)
    monkeypatch.setattr(blocks, "WORTH_CUTTING", 0)
    monkeypatch.setattr("symhep.events.stream.SUBSAMPLE", 500)


def write(path: Path, events: int, seed: int = 1) -> None:
    """Jets of any number from 0 to 3, a weight and an alternative one, in row groups of 130 events."""
    rng = np.random.default_rng(seed)
    counts = rng.integers(0, 4, size=events)
    columns = {
        f"jets_{name}": pa.ListArray.from_arrays(
            pa.array(np.r_[0, np.cumsum(counts)].astype(np.int32)),
            pa.array(rng.normal(size=counts.sum()) + shift),
        )
        for name, shift in (("px", 0.0), ("py", 0.0), ("pz", 0.0), ("E", 10.0))
    }
    weights = rng.normal(1.0, 0.5, size=events)
    columns |= {
        "weight": pa.array(weights),
        "genWeight": pa.array(weights * 1.1),
        "met": pa.array(rng.normal(size=events)),
        "ht": pa.array(rng.normal(size=events)),
    }
    pq.write_table(pa.table(columns), path, row_group_size=130)


def card(folder: Path, **more: Any) -> dict[str, Any]:
    return {
        "symhep": 1,
        "datasets": {
            "a": {
                "files": [str(folder / "a*.parquet")],
                "format": "parquet",
                "weights": {"branch": "weight"},
            },
            "b": {
                "files": [str(folder / "b*.parquet")],
                "format": "parquet",
                "weights": {"branch": "weight"},
            },
        },
        "objects": {"jets": {"collection": "jets", "take": {"up_to": 2}}},
        "selections": {"some": [{"name": "met", "cut": "met > -1"}]},
        "features": {
            "sets": {"object": "jets", "vars": ["px", "E"], "selection": "some", "spectators": ["met"]},
            "two": {"vars": ["met", "ht"]},
            "flat": {"vars": ["met", "count(jets)"], "scaling": "standard"},
        },
        "methods": {},
    } | more


def both(given: dict[str, Any], feature: str, tmp_path: Path) -> tuple[Dataset, Dataset]:
    """The dataset of all events in memory, and that with a stream."""
    plan = make_plan(load_card(given), build_registry())
    folder = RunFolder(tmp_path / "run")
    prints = fingerprints([s.path for f in plan.all_sources for s in f], folder)
    with open_workers("1") as pool:
        events = {
            name: read_dataset(
                name, plan.tables, found, plan.agreements[name], prints, folder, SilentProgress(), pool,
                plan.others.get(name, {}),
            )
            for name, found in plan.sources.items()
        }  # fmt: skip
    whole, some = (
        dataset_of(plan.tables, feature, events, plan.units, (), None, memory, reduce_here)
        for memory in (1e9, 0.0)
    )
    assert whole.stream is None
    assert isinstance(some.stream, StoredStream)
    return whole, some


def same(one: Dataset, two: Dataset) -> None:
    """All rows are equal, bit for bit, and share their source event with the same others."""
    for name in ROWS:
        a, b = getattr(one, name), getattr(two, name)
        assert (a is None) == (b is None), name
        assert a is None or np.array_equal(a, b), name
    units = [np.unique(d.unit, return_inverse=True)[1] for d in (one, two)]
    assert np.array_equal(*units)
    assert np.array_equal(one.scaler.shift, two.scaler.shift)
    assert np.array_equal(one.scaler.scale, two.scaler.scale)
    assert (one.columns, one.kinds, one.objects, one.sets) == (two.columns, two.kinds, two.objects, two.sets)
    assert [v.name for v in one.variations] == [v.name for v in two.variations]
    for v, w in zip(one.variations, two.variations, strict=True):
        for x, y in zip(v.alternatives, w.alternatives, strict=True):
            assert (x.name, x.same_rows) == (y.name, y.same_rows)
            for name in ROWS:
                assert np.array_equal(getattr(x.data, name), getattr(y.data, name)), (v.name, x.name, name)


VARIED = {
    "norm": {"weights": ["genWeight"], "combine": "envelope"},
    "jes": {"up": {"objects": {"jets": "1.2"}}, "down": {"objects": {"jets": "0.8"}}},
    "tune": {"up": {"files": ["TUNE"]}},
}


@pytest.mark.parametrize("feature", ["sets", "flat"])
@pytest.mark.parametrize("varied", [False, True])
def test_a_stream_holds_the_rows_in_memory(tmp_path: Path, feature: str, varied: bool) -> None:
    write(tmp_path / "a1.parquet", 555)
    write(tmp_path / "a2.parquet", 333, 2)
    write(tmp_path / "b.parquet", 444, 3)
    write(tmp_path / "tune.parquet", 600, 4)
    given = card(tmp_path)
    if varied:
        tune = {"up": {"files": [str(tmp_path / "tune.parquet")]}}
        given["datasets"]["a"]["variations"] = VARIED | {"tune": tune}
    whole, some = both(given, feature, tmp_path)
    assert some.events == len(whole)
    in_memory, stored = InMemory(whole), some.stream
    assert stored is not None
    assert [(b.rows, b.label) for b in in_memory.blocks] == [(b.rows, b.label) for b in stored.blocks]
    np.testing.assert_allclose([b[2:] for b in in_memory.blocks], [b[2:] for b in stored.blocks], rtol=1e-12)
    assert max(b.rows for b in stored.blocks) <= 100
    known = {v.name for v in whole.variations}
    for number in range(len(stored)):
        one, two = in_memory.block(number), stored.block(number)
        kept = tuple(v for v in two.variations if v.name in known and v.name != "tune")
        mine = tuple(v for v in one.variations if v.name != "tune")
        same(*(replace_variations(d, v) for d, v in ((one, mine), (two, kept))))
    same(subsampled(whole), replace_variations(some, some.variations))
    for variation in some.variations:
        for mine, theirs in zip(
            variation.alternatives,
            next(v for v in whole.variations if v.name == variation.name).alternatives,
            strict=True,
        ):
            if variation.name == "tune":
                assert stream_of(mine.data).events == len(theirs.data)


def replace_variations(data: Dataset, variations: Any) -> Dataset:
    from dataclasses import replace

    return replace(data, variations=variations)


def test_a_stream_is_small_where_it_is_sent(tmp_path: Path) -> None:
    """Of a few blocks nothing of the others travels."""
    import pickle

    write(tmp_path / "a1.parquet", 5000)
    write(tmp_path / "b.parquet", 200, 3)
    _, some = both(card(tmp_path), "sets", tmp_path)
    assert some.stream is not None
    one, ten = (len(pickle.dumps(some.stream.only(range(n)))) for n in (1, 11))
    assert ten - one < 10 * 2000
    part = pickle.loads(pickle.dumps(some.stream.only([7])))  # noqa: S301
    same(part.block(0), some.stream.block(7))


def test_the_same_file_twice_is_no_sample_of_independent_events(tmp_path: Path) -> None:
    write(tmp_path / "a1.parquet", 1500)
    (tmp_path / "a2.parquet").write_bytes((tmp_path / "a1.parquet").read_bytes())
    write(tmp_path / "b.parquet", 200, 3)
    with pytest.raises(MethodError, match=r"events of 'two' occur more than once in the files"):
        both(card(tmp_path), "two", tmp_path)
    given = card(tmp_path)
    given["datasets"]["a"]["unit"] = "none"
    _, some = both(given, "two", tmp_path)
    assert some.stream is not None


def test_a_lost_part_is_read_again(tmp_path: Path) -> None:
    write(tmp_path / "a1.parquet", 700)
    write(tmp_path / "b.parquet", 200, 3)
    whole, some = both(card(tmp_path), "flat", tmp_path)
    for path in (tmp_path / "run" / ".symhep" / "parts" / "data").rglob("*.npz"):
        path.unlink()
    assert some.stream is not None
    same(InMemory(whole).block(3), some.stream.block(3))


class FewOptions(symhep.Options):
    """None."""


class Few(symhep.Method[FewOptions, symhep.Record]):
    """Looks at the rows that it is given."""

    name, summary, Options, Record = "few", "counts rows", FewOptions, symhep.Record

    def fit(self, inputs: Any, shard: symhep.Shard, context: Context) -> symhep.Part:
        return symhep.Part({"rows": len(inputs.data)})

    def combine(self, inputs: Any, parts: Any, context: Context) -> symhep.Result[symhep.Record]:
        return symhep.Result(symhep.Record())


def test_a_method_that_reads_no_blocks_says_so(tmp_path: Path) -> None:
    write(tmp_path / "a1.parquet", 1500)
    write(tmp_path / "b.parquet", 200, 3)
    module = ModuleType("few_plugin")
    vars(module)["symhep_register_methods"] = symhep.hookimpl(lambda: {"few": Few})
    registry = build_registry({"few": module})
    given = card(tmp_path, methods={"few": {"use": "few", "features": "two", "datasets": ["a"]}})
    given["run"] = {"memory": "1 kB"}
    done = symhep.run(given, tmp_path / "out", registry=registry)
    (warning,) = done.results["few"].statements
    assert warning.kind == "warning"
    assert warning.text.startswith("Results are from a uniform subsample of 500 of 1,500 events")
    assert done.results["few"].histograms["control: met"].sum(flow=True).variance > 0
    again = symhep.run(given | {"run": {"memory": "1 MB"}}, tmp_path / "out", registry=registry)
    assert again.results["few"].statements == []

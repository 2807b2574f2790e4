"""A plugin for tests of runs on several machines: a method of three passes over all events, one of several shards."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import symhep
from symhep.errors import MethodError
from symhep.events.dataset import Dataset
from symhep.events.stream import stream_of
from symhep.methods.context import Context, SilentProgress
from symhep.methods.interface import Inputs, Shard
from symhep.methods.passes import Pass, State
from symhep.methods.record import Record
from symhep.methods.result import Part, Result
from symhep.plugin.manager import Registry, build_registry

if TYPE_CHECKING:
    from symhep.run.farm.folder import TaskReport

ROOT = Path(__file__).resolve().parent.parent


class SpreadOptions(symhep.Options):
    """``slow_s``: how long a block takes; ``dies``: a folder; in each pass the first process to get a block marks it
    there and is killed; ``fails``: every block is too much."""

    slow_s: float = 0.0
    dies: str = ""
    fails: bool = False


class SpreadRecord(Record):
    """Central moments of the features, and the number of events."""

    events: int
    mean: tuple[float, ...]
    variance: tuple[float, ...]
    third: tuple[float, ...]


class Powers(Pass):
    """Weighted sums of powers of the distance from ``center``."""

    def __init__(self, name: str, power: int, center: np.ndarray, options: SpreadOptions) -> None:
        self.name, self.power, self.center, self.options = name, power, center, options

    def of_block(self, block: Dataset, number: int) -> State:
        time.sleep(self.options.slow_s)
        if self.options.dies:
            _die_once(Path(self.options.dies) / self.name)
        if self.options.fails:
            raise MethodError("asked to fail")
        values = (block.values - self.center) ** self.power
        return {
            "sum": block.weights @ values,
            "weight": np.array(block.weights.sum()),
            "events": np.array(len(block)),
        }


def _die_once(mark: Path) -> None:
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)


class Spread(symhep.Method[SpreadOptions, SpreadRecord]):
    """The second pass rests on the first, and `combine` makes a third."""

    name = "spread"
    summary = "central moments"
    Options = SpreadOptions
    Record = SpreadRecord
    streams = True

    def fit(self, inputs: Inputs[SpreadOptions], shard: Shard, context: Context) -> Part:
        stream, options = stream_of(inputs.data), inputs.options
        first = context.reduce(Powers("mean", 1, np.zeros(inputs.data.values.shape[1]), options), stream)
        mean = first["sum"] / first["weight"]
        second = context.reduce(Powers("variance", 2, mean, options), stream)
        return Part(
            {"events": int(first["events"])}, {"mean": mean, "variance": second["sum"] / second["weight"]}
        )

    def combine(
        self, inputs: Inputs[SpreadOptions], parts: Sequence[Part], context: Context
    ) -> Result[SpreadRecord]:
        part = parts[0]
        work = Powers("third", 3, part.arrays["mean"], inputs.options)
        state = context.reduce(work, stream_of(inputs.data))
        third = state["sum"] / state["weight"]
        record = SpreadRecord(
            events=part.values["events"],
            mean=part.arrays["mean"],
            variance=part.arrays["variance"],
            third=third,
        )
        return Result(record, {**part.arrays, "third": third})


class DrawsRecord(Record):
    """Means of random draws from the subsample."""

    means: tuple[float, ...]


class Draws(symhep.Method[symhep.Options, DrawsRecord]):
    """Seven shards with random numbers."""

    name = "draws"
    summary = "means of random draws"
    Options = symhep.Options
    Record = DrawsRecord

    def shards(self, inputs: Inputs[symhep.Options]) -> Sequence[Shard]:
        return [Shard(i, f"draw {i}") for i in range(7)]

    def fit(self, inputs: Inputs[symhep.Options], shard: Shard, context: Context) -> Part:
        rows = context.rng().integers(0, len(inputs.data), 1000)
        return Part(arrays={"mean": inputs.data.values[rows].mean(axis=0)})

    def combine(
        self, inputs: Inputs[symhep.Options], parts: Sequence[Part], context: Context
    ) -> Result[DrawsRecord]:
        return Result(DrawsRecord(means=[float(p.arrays["mean"][0]) for p in parts]))


@symhep.hookimpl
def symhep_register_methods() -> dict[str, type[symhep.Method]]:
    return {"spread": Spread, "draws": Draws}


def install(folder: Path) -> dict[str, str]:
    """Announce this plugin to processes that are started with the environment given back."""
    info = folder / "passes_plugin-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: passes-plugin\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[symhep]\npasses = passes_plugin\n")
    (folder / "passes_plugin.py").write_text(Path(__file__).read_text(encoding="utf-8"))
    path = [str(folder), str(ROOT), str(ROOT / "plugins"), *filter(None, [os.environ.get("PYTHONPATH")])]
    return os.environ | {"PYTHONPATH": os.pathsep.join(path), "OMP_NUM_THREADS": "1"}


def write_events(path: Path, events: int = 300_000) -> None:
    """A Parquet file that is cut into several segments."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rng = np.random.default_rng(5)
    columns = {"x": rng.normal(0.1, 1.0, events), "y": rng.normal(size=events)}
    table = pa.table(columns | {"weight": rng.uniform(0.5, 1.5, events)})
    pq.write_table(table, path, row_group_size=20_000)


def card(path: Path, **options: object) -> dict[str, object]:
    """Both methods, on events that do not fit into memory."""
    return {
        "symhep": 1,
        "datasets": {"events": {"files": [str(path)]}},
        "features": {"xy": {"vars": ["x", "y"]}},
        "methods": {
            "moments": {"use": "spread", "features": "xy", "options": options},
            "draws": {"use": "draws", "features": "xy"},
        },
        "run": {"seed": 3, "device": "cpu", "memory": "1 MB"},
        "output": {"figures": []},
    }


def do_task(
    root: Path, task: int, total: int, out: Path | None = None, scratch: Path | None = None
) -> TaskReport:
    """A task of a farm of cards that name this plugin."""
    from symhep.run.farm import task as tasks

    return tasks.do_task(root, f"{task}/{total}", out, scratch, SilentProgress(), registry())


def registry() -> Registry:
    """The installed plugins and this one."""
    return build_registry({"passes": sys.modules[__name__]})


def symhep_command(*words: object) -> list[str]:
    """`symhep WORDS` as a process."""
    return [sys.executable, "-m", "symhep", *map(str, words)]


def same_run(one: Path, two: Path) -> None:
    """Times aside, results, cutflows and arrays must be the same."""
    first, second = _results(one), _results(two)
    assert first == second
    assert (one / "cutflow.json").read_bytes() == (two / "cutflow.json").read_bytes()
    for name in first["methods"]:
        assert _arrays(one / name) == _arrays(two / name), name


def _results(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "results.json").read_text())
    for outcome in found["methods"].values():
        outcome.pop("duration_s", None)
    return found


def _arrays(folder: Path) -> dict[str, bytes]:
    if not (folder / "arrays.npz").exists():
        return {}
    with np.load(folder / "arrays.npz") as arrays:
        return {key: arrays[key].tobytes() for key in arrays.files}

"""The conformance suite: what an outside author runs against a method or a reader before publishing it."""

from __future__ import annotations

import hashlib
import pickle
import random
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import awkward as ak
import numpy as np

from symhep.errors import PluginError, SymhepError
from symhep.events.batch import EventBatch
from symhep.events.dataset import Dataset
from symhep.methods.context import COMBINE, Context, seed_sequence
from symhep.methods.interface import Method, Options
from symhep.methods.record import Record
from symhep.methods.reference import Reference
from symhep.methods.result import Part, Result, Statement
from symhep.methods.table import Table
from symhep.plotting.save import save_figure
from symhep.plotting.style import use_style
from symhep.readers.interface import LossLog, Reader, ReadRequest
from symhep.run.folder import RunFolder

__all__ = ["check_method", "check_reader"]


def _demand(holds: bool, message: str) -> None:
    if not holds:
        raise PluginError(message)


def check_method(
    method: Method[Any, Any, Any],
    options: Mapping[str, Any] | None = None,
    data: Dataset | None = None,
    seed: int = 1,
) -> Result[Any]:
    """Run a method through the contract and return its result.

    Checked are: name, summary, options and record; that the same seed gives the same numbers, in `fit` and in
    `combine`, and that the random streams of the shards are all the randomness there is: numpy's and torch's global
    generators are left alone; that nothing changes the data; that prepared data can be pickled; that parts and result
    survive storing (JSON, npz without pickle) and the record its schema; that statements carry evidence and name
    figures that exist; that statements, tables and figures are made from the stored result alone; that event weights
    are honoured, or refused.

    Raises
    ------
    PluginError
        Saying which rule is broken.
    """
    name = method.name
    _demand(bool(name.isidentifier()), f"name {name!r} must be an identifier")
    _demand(bool(method.summary), f"{name}: a summary of one line is missing")
    _demand(issubclass(method.Options, Options), f"{name}: Options must derive from symhep.Options")
    _demand(
        isinstance(getattr(method, "Record", None), type) and issubclass(method.Record, Record),
        f"{name}: Record must be a class derived from symhep.Record",
    )
    _demand(
        all(isinstance(r, Reference) for r in method.references),
        f"{name}: references must be Reference objects",
    )
    chosen = method.Options.model_validate(dict(options or {}))
    again = method.Options.model_validate_json(chosen.model_dump_json())
    _demand(again == chosen, f"{name}: options do not survive JSON")
    trial = _Trial(method, chosen, data if data is not None else _toy_dataset(), seed)
    method.check(trial.data, chosen)
    with TemporaryDirectory() as scratch:
        folder = RunFolder(scratch)
        parts = trial.parts(folder)
        for index, (a, b) in enumerate(zip(parts, trial.parts(folder, backwards=True), strict=True)):
            _demand(
                _same(a, b), f"{name}: shard {index} gives other numbers when run again with the same seed"
            )
        result, second = trial.combined(parts), trial.combined(parts)
        _demand(
            result.summary == second.summary and _same(Part({}, result.arrays), Part({}, second.arrays)),
            f"{name}: combine gives other numbers when run again with the same seed; draw from context.seeds",
        )
        worded = method.worded(result)
        _check_words(method, worded)
        folder.write_result("check", worded, {"key": ""})
        stored = method.worded(folder.read_result("check", method.Record))
        _demand(
            stored.summary == result.summary,
            f"{name}: the record does not survive storing: it is read back changed",
        )
        _demand(
            (stored.statements, stored.tables) == (worded.statements, worded.tables),
            f"{name}: statements or tables differ when they are made from the stored record",
        )
        _check_figures(method, stored, folder)
        _check_weights(trial, result, folder)
    return stored


class _Trial:
    """A method at work on a dataset, watched."""

    def __init__(self, method: Method[Any, Any, Any], options: Options, data: Dataset, seed: int) -> None:
        self.method, self.options, self.data, self.seed = method, options, data, seed
        with self._watched("prepare"):
            self.prepared = method.prepare(data, options)
        try:
            self.prepared = pickle.loads(pickle.dumps(self.prepared))  # noqa: S301, our own bytes
        except Exception as error:
            raise PluginError(
                f"{method.name}: what prepare gives cannot be sent to a worker process: {error}"
            ) from error
        self.shards = list(method.shards(self.prepared))
        _demand(
            [s.index for s in self.shards] == list(range(len(self.shards))),
            f"{method.name}: shards must count from 0",
        )

    def parts(self, folder: RunFolder, *, backwards: bool = False) -> list[Part]:
        """The parts of all shards as they are read back from a run folder; fitted in the order asked for."""
        order = range(len(self.shards) - 1, -1, -1) if backwards else range(len(self.shards))
        found = {index: self._stored_part(index, folder) for index in order}
        return [found[index] for index in range(len(self.shards))]

    def combined(self, parts: list[Part]) -> Result[Any]:
        """What `combine` makes of them."""
        with self._watched("combine"):
            result = self.method.combine(self.prepared, parts, self._context(COMBINE))
        _demand(
            isinstance(result, Result),
            f"{self.method.name}: combine must return a Result, not {type(result).__name__}",
        )
        _demand(
            isinstance(result.record, self.method.Record),
            f"{self.method.name}: the record must be a {self.method.Record.__name__}, "
            f"not {type(result.record).__name__}",
        )
        return result

    def _stored_part(self, index: int, folder: RunFolder) -> Part:
        name = self.method.name
        with self._watched("fit"):
            part = self.method.fit(self.prepared, self.shards[index], self._context(index))
        _demand(isinstance(part, Part), f"{name}: fit must return a Part, not {type(part).__name__}")
        _demand(
            all(isinstance(a, np.ndarray) and a.dtype.kind in "biufcUS" for a in part.arrays.values()),
            f"{name}: the arrays of a Part must be numpy arrays of numbers or text",
        )
        folder.write_part("check", "key", index, part)
        stored = folder.read_part("check", "key", index)
        _demand(stored is not None, f"{name}: the part of shard {index} cannot be stored")
        assert stored is not None
        return stored

    def _context(self, index: int) -> Context:
        return Context(seed_sequence(self.seed, self.method.name, index))

    @contextmanager
    def _watched(self, step: str) -> Iterator[None]:
        """Global random generators and the data must be as before."""
        own = getattr(getattr(self, "prepared", None), "data", None)
        watched = [self.data, *([own] if isinstance(own, Dataset) else [])]
        before = (_global_randomness(), [_fingerprint(data) for data in watched])
        modules = len(sys.modules)
        yield
        # A library that is loaded on the way may draw while it loads; each step runs again, with all of them loaded.
        _demand(
            _global_randomness() == before[0] or len(sys.modules) > modules,
            f"{self.method.name}: {step} draws from the global generator of numpy, torch or random; "
            "draw from context.seeds",
        )
        _demand(
            [_fingerprint(data) for data in watched] == before[1],
            f"{self.method.name}: {step} changes the data in place; copy before changing",
        )


def _global_randomness() -> list[bytes]:
    """The states of the global random generators; of torch only where something has imported it."""
    states = [repr(np.random.get_state()).encode(), repr(random.getstate()).encode()]  # noqa: NPY002, only read
    torch = sys.modules.get("torch")
    return [*states, torch.get_rng_state().numpy().tobytes()] if torch is not None else [*states, b""]


def _fingerprint(data: Dataset) -> list[bytes]:
    arrays = (data.values, data.weights, data.labels, data.scaler.shift, data.scaler.scale, data.momenta)
    return [b"" if a is None else hashlib.blake2b(np.ascontiguousarray(a).data).digest() for a in arrays]


def _check_weights(trial: _Trial, unweighted: Result[Any], folder: RunFolder) -> None:
    """Weights must change the numbers, or be refused by `check` or `prepare`."""
    weights = np.where(np.arange(len(trial.data)) % 2, 0.2, 1.8)
    weighted = replace(trial.data, weights=weights)
    try:
        trial.method.check(weighted, trial.options)
        other = _Trial(trial.method, trial.options, weighted, trial.seed)
    except PluginError:
        raise
    except SymhepError:
        return
    _demand(
        other.combined(other.parts(folder)).summary != unweighted.summary,
        f"{trial.method.name}: event weights change nothing; honour them, or refuse them in check",
    )


def _check_words(method: Method[Any, Any, Any], stored: Result[Any]) -> None:
    for statement in stored.statements:
        _demand(
            isinstance(statement, Statement),
            f"{method.name}: statements must be Statement objects, not {type(statement).__name__}",
        )
        _demand(bool(statement.evidence), f"{method.name}: no evidence for {statement.text!r}")
    for key, table in stored.tables.items():
        _demand(
            isinstance(table, Table),
            f"{method.name}: table '{key}' must be a Table, not {type(table).__name__}",
        )


def _check_figures(method: Method[Any, Any, Any], stored: Result[Any], folder: RunFolder) -> None:
    names = set()
    with use_style():
        for item in method.figures(stored):
            _demand(bool(item.caption.strip()), f"{method.name}: figure '{item.name}' has no caption")
            _demand(
                item.name.replace("-", "_").replace(".", "_").isidentifier(),
                f"{method.name}: figure {item.name!r}: a plain file name is needed",
            )
            _demand(item.name not in names, f"{method.name}: two figures are called '{item.name}'")
            names.add(item.name)
            save_figure(item.figure, folder.root / "figures" / item.name, ("png",))
    for statement in stored.statements:
        if statement.figure is not None:
            _demand(
                statement.figure in names, f"{method.name}: a statement names the figure '{statement.figure}'"
            )


def _same(a: Part, b: Part) -> bool:
    # Stored values hold null for NaN, so equality is equality.
    return (
        a.values == b.values
        and a.arrays.keys() == b.arrays.keys()
        and all(
            np.array_equal(a.arrays[k], b.arrays[k], equal_nan=a.arrays[k].dtype.kind == "f")
            for k in a.arrays
        )
    )


def _toy_dataset() -> Dataset:
    rng = np.random.default_rng(0)
    angle = rng.uniform(0, 2 * np.pi, 500)
    return Dataset.from_array(np.stack([np.cos(angle), np.sin(angle)], axis=1), name="circle")


def check_reader(reader: Reader, path: str | Path, options: Mapping[str, Any] | None = None) -> EventBatch:
    """Run a reader through the contract on a good file of at least 3 events; returns the events.

    Checked are: that it recognises the file; that the schema names what is read,
    four-vectors included; that chunks and ``max_events`` change no number; that
    nothing is read that was not asked for; that weights are finite numbers.

    Raises
    ------
    PluginError
        Saying which rule is broken.
    """
    name, file = reader.name, str(path)
    chosen = reader.Options.model_validate(dict(options or {}))
    if reader.needs_files:
        with Path(file).open("rb") as stream:
            _demand(reader.confidence(file, stream.read(4096)) > 0, f"{name}: does not recognise {file}")
        _demand(
            reader.confidence(file + ".xyz", b"no such format") == 0, f"{name}: claims files of any content"
        )
    schema = reader.schema(file, chosen)

    def read(**wanted: Any) -> list[EventBatch]:
        return list(reader.read(file, chosen, ReadRequest(**wanted), LossLog("fail")))

    whole = _joined(read())
    _demand(len(whole) >= 3, f"{name}: give a file of at least 3 events")
    _demand(bool(np.isfinite(whole.weights).all()), f"{name}: weights must be finite")
    offered = set(schema.collections) | set(schema.event_fields)
    _demand(set(ak.fields(whole.events)) == offered, f"{name}: schema and events differ: {sorted(offered)}")
    for collection in schema.collections.values():
        members = whole.events[collection.name]
        _demand(
            hasattr(members, "px") and hasattr(members, "E"),
            f"{name}: {collection.name} holds no four-vectors",
        )
        missing = (
            set(collection.fields)
            - set(ak.fields(members))
            - {"pt", "eta", "phi", "mass", "E", "px", "py", "pz"}
        )
        _demand(not missing, f"{name}: {collection.name} lacks {sorted(missing)}")
    batches = read(chunk_events=2)
    _demand(all(len(b) <= 2 for b in batches), f"{name}: chunks are larger than asked for")
    starts = np.cumsum([0, *(len(b) for b in batches)])[:-1].tolist()
    _demand([b.first for b in batches] == starts, f"{name}: 'first' does not count the events of the file")
    chunked = _joined(batches)
    _demand(_equal(whole, chunked), f"{name}: the chunk size changes the numbers")
    _demand(len(_joined(read(max_events=2))) == 2, f"{name}: max_events is not honoured")
    bare = _joined(read(fields={}, event_fields=frozenset()))
    _demand(len(bare) == len(whole), f"{name}: reading weights alone loses events")
    _demand(not ak.fields(bare.events), f"{name}: reads {ak.fields(bare.events)}, which nobody asked for")
    return whole


def _joined(batches: list[EventBatch]) -> EventBatch:
    _demand(bool(batches), "the reader yields no batch")
    return EventBatch(
        ak.concatenate([b.events for b in batches]), np.concatenate([b.weights for b in batches])
    )


def _equal(a: EventBatch, b: EventBatch) -> bool:
    return np.array_equal(a.weights, b.weights) and str(ak.to_list(a.events)) == str(ak.to_list(b.events))

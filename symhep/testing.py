"""The conformance suite: what an outside author runs against a method or a reader before publishing it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import awkward as ak
import numpy as np

from symhep.errors import PluginError, SymhepError
from symhep.events.batch import EventBatch
from symhep.events.dataset import Dataset
from symhep.methods.context import Context, seed_sequence
from symhep.methods.interface import Method, Options
from symhep.methods.result import Part, Result
from symhep.plotting.save import save_figure
from symhep.plotting.style import use_style
from symhep.readers.interface import LossLog, Reader, ReadRequest
from symhep.run.folder import RunFolder

__all__ = ["check_method", "check_reader"]


def _demand(holds: bool, message: str) -> None:
    if not holds:
        raise PluginError(message)


def check_method(
    method: Method[Any], options: Mapping[str, Any] | None = None, data: Dataset | None = None, seed: int = 1
) -> Result:
    """Run a method through the contract and return its result.

    Checked are: name, summary and options; that the same seed gives the same
    numbers and that the random streams of the shards are all the randomness
    there is; that parts and result survive storing (JSON, npz without pickle);
    that statements carry evidence and name figures that exist; that figures are
    drawn from the stored result alone; that event weights are honoured, or refused.

    Raises
    ------
    PluginError
        Saying which rule is broken.
    """
    _demand(bool(method.name.isidentifier()), f"name {method.name!r} must be an identifier")
    _demand(bool(method.summary), f"{method.name}: a summary of one line is missing")
    _demand(issubclass(method.Options, Options), f"{method.name}: Options must derive from symhep.Options")
    chosen = method.Options.model_validate(dict(options or {}))
    again = method.Options.model_validate_json(chosen.model_dump_json())
    _demand(again == chosen, f"{method.name}: options do not survive JSON")
    data = data if data is not None else _toy_dataset()
    method.check(data, chosen)
    shards = list(method.shards(data, chosen))
    _demand([s.index for s in shards] == list(range(len(shards))), f"{method.name}: shards must count from 0")
    with TemporaryDirectory() as scratch:
        folder = RunFolder(scratch)
        first = [_stored_part(method, data, chosen, index, seed, folder) for index in range(len(shards))]
        second = [
            _stored_part(method, data, chosen, index, seed, folder) for index in reversed(range(len(shards)))
        ]
        for index, (a, b) in enumerate(zip(first, reversed(second), strict=True)):
            _demand(
                _same(a, b),
                f"{method.name}: shard {index} gives other numbers when run again with the same seed",
            )
        result = method.combine(data, chosen, first)
        _demand(
            isinstance(result, Result),
            f"{method.name}: combine must return a Result, not {type(result).__name__}",
        )
        json.dumps(result.summary, allow_nan=True, default=_refuse)
        folder.write_result("check", result, {"key": ""})
        stored = folder.read_result("check")
        _check_figures(method, stored, folder)
        _check_weights(method, data, chosen, first, seed, folder)
    return result


def _check_weights(
    method: Method[Any], data: Dataset, options: Options, unweighted: list[Part], seed: int, folder: RunFolder
) -> None:
    """Weights must change the numbers, or be refused by `check`."""
    weights = np.where(np.arange(len(data)) % 2, 0.2, 1.8)
    weighted = replace(data, weights=weights)
    try:
        method.check(weighted, options)
    except SymhepError:
        return
    parts = [_stored_part(method, weighted, options, i, seed, folder) for i in range(len(unweighted))]
    results = [method.combine(d, options, p) for d, p in ((data, unweighted), (weighted, parts))]
    folder.write_json("plain.json", results[0].summary)
    folder.write_json("weighted.json", results[1].summary)
    _demand(
        folder.read_json("plain.json") != folder.read_json("weighted.json"),
        f"{method.name}: event weights change nothing; honour them, or refuse them in check",
    )


def _stored_part(
    method: Method[Any], data: Dataset, options: Options, index: int, seed: int, folder: RunFolder
) -> Part:
    shard = list(method.shards(data, options))[index]
    part = method.fit(data, options, shard, Context(seed_sequence(seed, method.name, index)))
    folder.write_part("check", "key", index, part)
    stored = folder.read_part("check", "key", index)
    _demand(stored is not None, f"{method.name}: the part of shard {index} cannot be stored")
    assert stored is not None
    return stored


def _check_figures(method: Method[Any], stored: Result, folder: RunFolder) -> None:
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
        _demand(bool(statement.evidence), f"{method.name}: no evidence for {statement.text!r}")
        if statement.figure is not None:
            _demand(
                statement.figure in names, f"{method.name}: a statement names the figure '{statement.figure}'"
            )


def _refuse(value: Any) -> Any:
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    raise PluginError(f"the summary holds a {type(value).__name__}, which is no JSON")


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

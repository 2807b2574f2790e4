"""The contract of a method, as a check."""

from __future__ import annotations

import hashlib
import pickle
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from symhep.errors import PluginError, SymhepError
from symhep.events.dataset import Dataset
from symhep.events.variation import Alternative
from symhep.methods.answers import answers_of
from symhep.methods.context import COMBINE, Context, seed_sequence
from symhep.methods.interface import Method, Options
from symhep.methods.record import Record
from symhep.methods.reference import Reference
from symhep.methods.result import Part, Result
from symhep.methods.returned import require_part, require_result
from symhep.methods.varied import Shifted
from symhep.plotting.save import save_figure
from symhep.plotting.style import use_style
from symhep.run.folder import RunFolder
from symhep.testing.streaming import check_stream
from symhep.testing.watch import demand, global_randomness

__all__ = ["check_method"]

#: Rounding of numbers that are computed twice in different ways, such as by other blocks of events.
SAME = 1e-6


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
    survive storing (JSON, npz without pickle) and the record its schema; that statements carry evidence; that
    statements and verdicts name figures that exist; that statements, verdicts, tables and figures are made from the
    stored result alone; that event weights are honoured, or refused; that a `vary` of its own gives the same numbers
    when called again, under keys of the result's answers, and the nominal numbers for nominal events, alone or among
    weights worked out in one go; that it works where its rows are a subsample of events in blocks, with the same
    numbers in whatever order these are read.

    Parameters
    ----------
    method
        An instance.
    options
        As in a card; by default those of the method.
    data
        Events to try it on, some hundred; by default a toy in two dimensions.
    seed
        Of all randomness.

    Returns
    -------
    Result
        Read back from a folder, with statements and tables: for further tests of its numbers.

    Raises
    ------
    PluginError
        Saying which rule is broken.

    Examples
    --------
    >>> from pydantic import Field
    >>> import symhep
    >>> class MeanRecord(symhep.Record):
    ...     mean: float | None = Field(description="weighted mean of the first feature")
    >>> class Mean(symhep.Method[symhep.Options, MeanRecord]):
    ...     name, summary, Options, Record = "mean", "weighted mean of a feature", symhep.Options, MeanRecord
    ...
    ...     def fit(self, inputs, shard, context):
    ...         return symhep.Part({"mean": float(np.average(inputs.data.values[:, 0], weights=inputs.data.weights))})
    ...
    ...     def combine(self, inputs, parts, context):
    ...         return symhep.Result(MeanRecord(mean=parts[0].values["mean"]))
    >>> round(check_method(Mean()).record.mean, 4)
    -0.0004
    """
    name = method.name
    _check_declared(method)
    chosen = method.Options.model_validate(dict(options or {}))
    again = method.Options.model_validate_json(chosen.model_dump_json())
    demand(again == chosen, f"{name}: options change when they are written to JSON and read back")
    trial = _Trial(method, chosen, data if data is not None else _toy_dataset(), seed)
    method.check(trial.data, chosen)
    with TemporaryDirectory() as scratch:
        folder = RunFolder(scratch)
        parts = trial.parts(folder)
        for index, (a, b) in enumerate(zip(parts, trial.parts(folder, backwards=True), strict=True)):
            demand(
                _same(a, b),
                f"{name}: shard {index} gives different numbers when run again with the same seed",
            )
        result, second = trial.combined(parts), trial.combined(parts)
        demand(
            result.summary == second.summary and _same(Part({}, result.arrays), Part({}, second.arrays)),
            f"{name}: combine gives different numbers when run again with the same seed; draw from context.seeds",
        )
        worded = method.worded(result)
        _check_words(method, worded)
        folder.write_result("check", worded, {"key": ""})
        stored = method.worded(folder.read_result("check", method.Record))
        demand(
            stored.summary == result.summary,
            f"{name}: the record changes when it is stored and read back",
        )
        demand(
            (stored.statements, stored.verdicts, stored.tables)
            == (worded.statements, worded.verdicts, worded.tables),
            f"{name}: statements, verdicts or tables differ when they are made from the stored record",
        )
        _check_figures(method, stored, folder)
        _check_vary(trial, result)
        _check_weights(trial, result, folder)
    check_stream(method, chosen, trial.data, seed)
    return stored


def _check_declared(method: Method[Any, Any, Any]) -> None:
    """Name, summary, options, record and references."""
    name = method.name
    demand(bool(name.isidentifier()), f"name {name!r} must be an identifier")
    demand(bool(method.summary), f"{name}: 'summary' must be one line")
    demand(issubclass(method.Options, Options), f"{name}: Options must derive from symhep.Options")
    demand(
        isinstance(getattr(method, "Record", None), type) and issubclass(method.Record, Record),
        f"{name}: Record must be a class derived from symhep.Record",
    )
    demand(
        all(isinstance(r, Reference) for r in method.references),
        f"{name}: references must be Reference objects",
    )


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
                f"{method.name}: the return value of prepare cannot be sent to a worker process: {error}"
            ) from error
        self.shards = list(method.shards(self.prepared))
        demand(
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
        return require_result(self.method.name, self.method.Record, result)

    def varied(self, result: Result[Any], *, same_rows: bool) -> Mapping[str, Shifted]:
        """Numbers of the nominal events in place of varied ones."""
        nominal = Alternative("nominal", replace(self.data, variations=()), same_rows)
        with self._watched("vary"):
            return self.method.vary(self.prepared, result, "check", nominal, self._context(COMBINE))

    def varied_weights(self, result: Result[Any]) -> list[Mapping[str, Shifted]]:
        """The same of weights twice as large, and of the nominal ones, worked out in one go."""
        alternatives = [
            Alternative(name, replace(self.data, variations=(), weights=factor * self.data.weights), True)
            for name, factor in (("1", 2.0), ("2", 1.0))
        ]
        with self._watched("vary_weights"):
            return list(
                self.method.vary_weights(self.prepared, result, "check", alternatives, self._context(COMBINE))
            )

    def _stored_part(self, index: int, folder: RunFolder) -> Part:
        name = self.method.name
        with self._watched("fit"):
            part = self.method.fit(self.prepared, self.shards[index], self._context(index))
        require_part(name, part)
        folder.write_part("check", "key", index, part)
        stored = folder.read_part("check", "key", index)
        demand(stored is not None, f"{name}: the part of shard {index} cannot be stored")
        assert stored is not None
        return stored

    def _context(self, index: int) -> Context:
        return Context(seed_sequence(self.seed, self.method.name, index))

    @contextmanager
    def _watched(self, step: str) -> Iterator[None]:
        """Global random generators and the data must be as before."""
        own = getattr(getattr(self, "prepared", None), "data", None)
        watched = [self.data, *([own] if isinstance(own, Dataset) else [])]
        before = (global_randomness(), [_fingerprint(data) for data in watched])
        modules = len(sys.modules)
        yield
        # A library that is loaded on the way may draw while it loads; each step runs again, with all of them loaded.
        demand(
            global_randomness() == before[0] or len(sys.modules) > modules,
            f"{self.method.name}: {step} draws from the global generator of numpy, torch or random; "
            "draw from context.seeds",
        )
        demand(
            [_fingerprint(data) for data in watched] == before[1],
            f"{self.method.name}: {step} changes the data in place; copy before changing",
        )


def _fingerprint(data: Dataset) -> list[bytes]:
    arrays = (data.values, data.weights, data.labels, data.scaler.shift, data.scaler.scale, data.momenta)
    return [b"" if a is None else hashlib.blake2b(np.ascontiguousarray(a).data).digest() for a in arrays]


def _check_vary(trial: _Trial, result: Result[Any]) -> None:
    """Deterministic, keys of answers, and nothing varies where the events do not; as it stands it is a second fit."""
    method = trial.method
    if type(method).vary is Method.vary:
        return
    numbers = {key: a.number.value for key, a in answers_of(result.record).items() if a.number is not None}
    together = trial.varied_weights(result)
    demand(
        len(together) == 2, f"{method.name}: vary_weights gives {len(together)} answers for 2 alternatives"
    )
    for same_rows in (True, False):
        found, again = (trial.varied(result, same_rows=same_rows) for _ in range(2))
        demand(
            found == again,
            f"{method.name}: vary gives different numbers when called again; draw from context.seeds",
        )
        if same_rows:
            demand(
                found.keys() == together[1].keys(),
                f"{method.name}: vary_weights and vary do not give the same numbers",
            )
        several = together[1].items() if same_rows else ()
        for key, shifted in (*found.items(), *several):
            value = numbers.get(key)
            demand(
                value is not None,
                f"{method.name}: vary gives '{key}', which is not one of the numbers of the result",
            )
            assert value is not None
            demand(
                bool(np.isclose(shifted.value, value, rtol=SAME, atol=SAME)),
                f"{method.name}: vary gives {shifted.value} for '{key}' of the nominal events, which is {value}",
            )


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
    demand(
        other.combined(other.parts(folder)).summary != unweighted.summary,
        f"{trial.method.name}: event weights have no effect; use them, or refuse them in check",
    )


def _check_words(method: Method[Any, Any, Any], stored: Result[Any]) -> None:
    for statement in stored.statements:
        demand(bool(statement.evidence), f"{method.name}: no evidence for {statement.text!r}")


def _check_figures(method: Method[Any, Any, Any], stored: Result[Any], folder: RunFolder) -> None:
    names = set()
    with use_style():
        for item in method.figures(stored):
            demand(bool(item.caption.strip()), f"{method.name}: figure '{item.name}' has no caption")
            demand(
                item.name.replace("-", "_").replace(".", "_").isidentifier(),
                f"{method.name}: figure {item.name!r}: a plain file name is needed",
            )
            demand(item.name not in names, f"{method.name}: two figures have the name '{item.name}'")
            names.add(item.name)
            save_figure(item.figure, folder.root / "figures" / item.name, ("png",))
    for kind, figure in [
        *(("statement", statement.figure) for statement in stored.statements),
        *(("verdict", verdict.figure) for verdict in stored.verdicts),
    ]:
        demand(
            figure is None or figure in names,
            f"{method.name}: a {kind} names the figure '{figure}', which is not drawn",
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

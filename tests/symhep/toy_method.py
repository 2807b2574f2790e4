"""A tiny method for tests of the orchestrator: several shards, random numbers, a trace of what was done."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

import symhep
from symhep.errors import MethodError
from symhep.methods.context import Context
from symhep.methods.init_block import InitBlock, SampleView
from symhep.methods.interface import Inputs, NamedFigure, ScanQuantity, Shard
from symhep.methods.number import Number
from symhep.methods.record import Record
from symhep.methods.reference import Reference
from symhep.methods.result import Part, Result, Statement
from symhep.methods.table import Table
from symhep.methods.verdict import Verdict
from symhep.plotting.panel import panel


class BootstrapOptions(symhep.Options):
    """Options of the test method."""

    shards: int = 4
    scale: float = 1.0
    trace: str = ""
    fail: str = ""


class BootstrapRecord(Record):
    """What the test method finds."""

    features: tuple[str, ...]
    mean: tuple[float, ...]
    error: tuple[float, ...]
    first: Number
    check: float = 0.0


Prepared = Inputs[BootstrapOptions]


class Bootstrap(symhep.Method[BootstrapOptions, BootstrapRecord]):
    """Bootstrap of the mean of every feature, a few replicas per shard."""

    name = "bootstrap"
    summary = "mean of every feature with its bootstrap error"
    references = (Reference("B. Efron", "Bootstrap methods: another look at the jackknife", "1979"),)
    Options = BootstrapOptions
    Record = BootstrapRecord
    scan_quantities = (ScanQuantity("mean", "mean", "error"), ScanQuantity("first", "first mean"))

    def shards(self, prepared: Prepared) -> Sequence[Shard]:
        return [Shard(i, f"block {i}") for i in range(prepared.options.shards)]

    def fit(self, prepared: Prepared, shard: Shard, context: Context) -> Part:
        data, options = prepared.data, prepared.options
        if options.fail == "known":
            raise MethodError("asked to fail")
        if options.fail == "unknown":
            raise ZeroDivisionError("broken inside")
        _perhaps_die(options)
        rng = context.rng()
        means = []
        with context.progress.task("bootstrap", 5) as tick:
            for _ in range(5):
                draw = rng.integers(0, len(data), len(data))
                means.append(
                    options.scale * np.average(data.values[draw], axis=0, weights=data.weights[draw])
                )
                tick(1, note="ok")
        if options.trace:
            with Path(options.trace).open("a") as log:
                log.write(f"{os.getpid()} {options.scale} {shard.index}\n")
        _perhaps_die(options)
        return Part({"shard": shard.index}, {"means": np.array(means)})

    def combine(self, prepared: Prepared, parts: Sequence[Part], context: Context) -> Result[BootstrapRecord]:
        means = np.concatenate([p.arrays["means"] for p in parts])
        mean, error = means.mean(axis=0), means.std(axis=0, ddof=1)
        record = BootstrapRecord(
            features=tuple(c.name for c in prepared.data.columns),
            mean=mean,
            error=error,
            first=Number.with_error(mean[0], error[0]),
            check=context.rng().random(),
        )
        return Result(record, {"means": means})

    def statements(self, record: BootstrapRecord) -> Iterator[Statement]:
        yield Statement(f"The first mean is {record.first.text()}.", {"mean": record.mean[0]}, "means")

    def verdicts(self, record: BootstrapRecord) -> Iterator[Verdict]:
        yield Verdict(
            f"What is the mean of {record.features[0]}?",
            record.first.text(),
            size=record.first,
            figure="means",
        )

    def tables(self, record: BootstrapRecord) -> dict[str, Table]:
        rows = [
            (n, Number.with_error(m, e))
            for n, m, e in zip(record.features, record.mean, record.error, strict=True)
        ]
        return {"means": Table.of(("feature", "mean"), rows)}

    def figures(self, result: Result[BootstrapRecord]) -> Iterator[NamedFigure]:
        figure, ax = panel()
        record = result.record
        ax.errorbar(range(len(record.mean)), record.mean, yerr=record.error, fmt="o")
        ax.set(xlabel="feature", ylabel="mean")
        yield NamedFigure("means", figure, "Mean of every feature.")

    def init_block(self, sample: SampleView) -> InitBlock:
        text = f"use: bootstrap\nfeatures: {sample.measured}\noptions: {{shards: 2}}"
        return InitBlock("spread", f"How well are the means of {sample.features} features known?", text, 0.1)


def _perhaps_die(options: BootstrapOptions) -> None:
    """kill -9 this process, if it shall die when the trace has so many lines."""
    trace = Path(options.trace) if options.trace else None
    lines = len(trace.read_text().splitlines()) if trace and trace.exists() else 0
    if os.environ.get("SYMHEP_TEST_DIES_AT") == str(lines):
        os.kill(os.getpid(), signal.SIGKILL)


def registry() -> Any:
    """The installed plugins and this method."""
    from symhep.plugin.manager import build_registry

    module = ModuleType("toy_method_plugin")
    vars(module)["symhep_register_methods"] = symhep.hookimpl(_methods)
    return build_registry({"toy_method": module})


def _methods() -> dict[str, type[Bootstrap]]:
    return {"bootstrap": Bootstrap}

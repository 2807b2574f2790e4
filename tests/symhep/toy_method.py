"""A tiny method for tests of the orchestrator: several shards, random numbers, a trace of what was done."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import matplotlib.pyplot as plt
import numpy as np

import symhep
from symhep.errors import MethodError
from symhep.methods.interface import NamedFigure, ScanQuantity, Shard
from symhep.methods.result import Part, Statement, Table


class BootstrapOptions(symhep.Options):
    """Options of the test method."""

    shards: int = 4
    scale: float = 1.0
    trace: str = ""
    fail: str = ""


class Bootstrap(symhep.Method[BootstrapOptions]):
    """Bootstrap of the mean of every feature, a few replicas per shard."""

    name = "bootstrap"
    summary = "mean of every feature with its bootstrap error"
    references = ("Efron1979",)
    Options = BootstrapOptions
    scan_quantities = (ScanQuantity("mean", "mean", "error"), ScanQuantity("first", "first mean"))

    def shards(self, data: Any, options: BootstrapOptions) -> Sequence[Shard]:
        return [Shard(i, f"block {i}") for i in range(options.shards)]

    def fit(self, data: Any, options: BootstrapOptions, shard: Shard, context: Any) -> Part:
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

    def combine(self, data: Any, options: BootstrapOptions, parts: Sequence[Part]) -> symhep.Result:
        means = np.concatenate([p.arrays["means"] for p in parts])
        mean, error = means.mean(axis=0), means.std(axis=0, ddof=1)
        return symhep.Result(
            summary={
                "mean": mean.tolist(),
                "error": error.tolist(),
                "first": {"value": mean[0], "low": mean[0] - error[0], "high": mean[0] + error[0]},
            },
            arrays={"means": means},
            tables={
                "means": Table(
                    ("feature", "mean"),
                    tuple((c.name, m) for c, m in zip(data.columns, mean.tolist(), strict=True)),
                )
            },
            statements=[
                Statement(f"The first mean is {mean[0]:.3f} +- {error[0]:.3f}.", {"mean": mean[0]}, "means")
            ],
        )

    def figures(self, result: symhep.Result) -> Iterator[NamedFigure]:
        figure, ax = plt.subplots()
        ax.errorbar(
            range(len(result.summary["mean"])), result.summary["mean"], yerr=result.summary["error"], fmt="o"
        )
        ax.set(xlabel="feature", ylabel="mean")
        yield NamedFigure("means", figure, "Mean of every feature.")


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

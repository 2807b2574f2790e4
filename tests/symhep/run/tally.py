"""A quick method with all that can be published: p-values, verdicts, sizes, limits, divergences, spectrum, map."""

from __future__ import annotations

import math
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import hist
import numpy as np

import symhep
from symhep.errors import MethodError
from symhep.hypotheses.divergence.record import DivergenceMean, DivergenceRecord
from symhep.methods.context import Context
from symhep.methods.interface import Inputs, NamedFigure, Shard
from symhep.methods.number import ONE_SIGMA, Bounded, Number
from symhep.methods.p_values import Adjusted, PValue
from symhep.methods.record import Record
from symhep.methods.result import Part, Result, Statement
from symhep.methods.table import Heading, Table
from symhep.methods.varied import Shifted
from symhep.plotting.panel import panel

#: A label that would like to be a path, a command of LaTeX, and a link.
WICKED = r"\input{/etc/passwd} & $x_1$ ../../<b>%"


class TallyOptions(symhep.Options):
    """Options of the test method."""

    offset: float = 0.0
    fail: bool = False


class Row(Adjusted):
    """A hypothesis: the mean of a feature is zero."""

    label: str
    size: Number
    upper_95: float | None = None
    expected_95: float | None = None


class TallyRecord(Record):
    """What the test method finds."""

    means: tuple[Row, ...]
    best: PValue
    kl: DivergenceRecord


class Tally(symhep.Method[TallyOptions, TallyRecord]):
    """Is the mean of each feature zero?"""

    name = "tally"
    summary = "means of the features"
    Options = TallyOptions
    Record = TallyRecord
    takes = frozenset({"reference"})
    varied_by = "evaluation"

    def fit(self, prepared: Inputs[TallyOptions], shard: Shard, context: Context) -> Part:
        if prepared.options.fail:
            raise MethodError("asked to fail")
        data = prepared.data.apart()[0]
        mean, error = _means(data)
        counts = np.histogram2d(*data.values[:, :2].T, bins=(3, 2))[0]
        return Part(arrays={"mean": mean + prepared.options.offset, "error": error, "counts": counts})

    def combine(
        self, prepared: Inputs[TallyOptions], parts: Sequence[Part], context: Context
    ) -> Result[TallyRecord]:
        a, columns = parts[0].arrays, prepared.data.columns
        rows = [
            _row(c.name, m, e, c.unit, len(columns))
            for c, m, e in zip(columns, a["mean"], a["error"], strict=True)
        ]
        rows.append(_row(WICKED, 3.0, 1.5, "GeV", len(columns)))
        excess = Bounded(
            value=0.01, low=0.006, high=0.014, level=ONE_SIGMA, unit="nats", upper_95=0.017, expected_95=0.008
        )
        kl = DivergenceRecord(
            projections=("azimuth",), bins=10, noise=DivergenceMean(mean=(0.02,), number=1),
            kept=DivergenceMean(mean=(0.03,), error=(0.001,), excess=(excess,), number=3),
        )  # fmt: skip
        spectrum = hist.Hist(
            hist.axis.StrCategory(["before", "after"], name="which"),
            hist.axis.Variable([0.0, 1.0, 3.0], name="x", label=r"$\mu$ of jets [GeV]"), storage=hist.storage.Weight(),
        )  # fmt: skip
        spectrum.fill(["before", "before", "after"], [0.5, 2.0, 5.0], weight=[2.0, 0.5, 1.0])
        record = TallyRecord(means=tuple(rows), best=PValue.of(math.log(0.25), "exact"), kl=kl)
        return Result(record, {"counts": a["counts"]}, {"projection: größe": spectrum})

    def vary(
        self, prepared: Any, result: Any, variation: str, alternative: Any, context: Any
    ) -> Mapping[str, Shifted]:
        mean, _ = _means(alternative.data.apart()[0])
        names = [c.name for c in prepared.data.columns]
        return {
            f"means[{n}].size": Shifted(m + prepared.options.offset) for n, m in zip(names, mean, strict=True)
        }

    def histograms(self, result: Result[TallyRecord]) -> Mapping[str, Any]:
        counts = result.arrays["counts"]
        made = hist.Hist(
            hist.axis.Regular(3, -1, 1, name="x", label="px [GeV]"),
            hist.axis.Regular(2, -2, 2, name="y", label="py [GeV]"),
            storage=hist.storage.Weight(), label="departure",
        )  # fmt: skip
        made.view().value, made.view().variance = counts, counts + 1.0
        return {**result.histograms, "map: J_z": made}

    def statements(self, record: TallyRecord) -> Iterator[Statement]:
        yield Statement(f"The first mean is {record.means[0].size.text()}.", {}, "means")

    def tables(self, record: TallyRecord) -> dict[str, Table]:
        rows = [[row.label, row.size, row.p, row.rejected] for row in record.means]
        return {"overview": Table.of(("feature", Heading("mean", "GeV"), "p", "rejected"), rows, "Means.")}

    def figures(self, result: Result[TallyRecord]) -> Iterator[NamedFigure]:
        figure, ax = panel(figsize=(2, 2))
        ax.plot([row.size.value for row in result.record.means], "o")
        yield NamedFigure("means", figure, "Means of the features.")


def _means(data: Any) -> tuple[Any, Any]:
    mean = np.average(data.values, axis=0, weights=data.weights)
    spread = np.sqrt(np.average((data.values - mean) ** 2, axis=0, weights=data.weights))
    return mean, spread / np.sqrt(data.effective)


def _row(label: str, mean: float, error: float, unit: str, many: int) -> Row:
    p = math.erfc(abs(mean / error) / math.sqrt(2))
    adjusted = min(1.0, many * p)
    return Row(
        label=label, size=Number.with_error(mean, error, unit), p_value=p, log10_p=math.log10(max(p, 1e-320)),
        p_kind="asymptotic", p_value_adjusted=adjusted, log10_p_adjusted=math.log10(max(adjusted, 1e-320)),
        rejected=adjusted < 0.05, upper_95=abs(mean) + 1.64 * error, expected_95=1.96 * error,
    )  # fmt: skip


def registry() -> Any:
    """The installed plugins and this method."""
    from symhep.plugin.manager import build_registry

    module = ModuleType("tally_plugin")
    vars(module)["symhep_register_methods"] = symhep.hookimpl(lambda: {"tally": Tally})
    return build_registry({"tally": module})


@cache
def _simulated(sample: Any) -> Path:
    """The same events under another name: one file has one role."""
    return Path(shutil.copy(sample, Path(tempfile.mkdtemp(prefix="symhep")) / "mc.root"))


def card(sample: Any, seed: int = 1, **options: Any) -> dict[str, Any]:
    """Collision data and simulation with a variation, two regions of which one is blind, and a method that fails."""
    dijets = {"files": [str(sample)], "role": "data", "max_events": 1000}
    method = {"use": "tally", "features": "plane"}
    return {
        "symhep": 1,
        "datasets": {
            "data": dijets,
            "mc": {
                **dijets,
                "files": [str(_simulated(sample))],
                "role": "simulation",
                "max_events": 3000,
                "xsec_pb": 1.5,
                "variations": {
                    "jes": {"up": {"objects": {"jets": "1.1"}}, "down": {"objects": {"jets": "0.8"}}}
                },
            },
        },
        "luminosity_fb": 2.0,
        "objects": {"jets": {"collection": "Jet", "where": "pt > 1200", "sort": "pt", "take": 1}},
        "selections": {
            "soft": [{"name": "soft", "cut": "count(jets) == 1 and jets[0].pt < 1400"}],
            "hard": [{"name": "hard", "cut": "count(jets) == 1 and jets[0].pt > 1500"}],
        },
        "regions": {"control": "soft", "signal": "hard"},
        "features": {"plane": {"object": "jets", "vars": ["px", "py"], "scaling": "none"}},
        "methods": {
            "means": {
                **method,
                "datasets": "data",
                "regions": ["control", "signal"],
                "blind": ["signal"],
                "options": options,
            },
            "simulated": {**method, "datasets": "mc", "regions": ["control", "signal"], "options": options},
            "broken": {**method, "datasets": "mc", "regions": ["control"], "options": {"fail": True}},
        },
        "run": {"seed": seed},
        "output": {"figures": ["png"], "label_right": "2 fb$^{-1}$ (13.6 TeV)"},
    }

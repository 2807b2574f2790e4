"""The second half of a run: a dataset in, a method's stored result and figures out."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from symhep import __version__
from symhep.card.schema import OutputCard
from symhep.events.dataset import Dataset
from symhep.methods.context import Context, Progress, SilentProgress, seed_sequence
from symhep.methods.interface import Method, Options
from symhep.methods.result import Part, Result
from symhep.plan import PlannedMethod
from symhep.plotting.save import save_figure
from symhep.plotting.scan import scan_figures
from symhep.plotting.style import use_style
from symhep.store import RunFolder, content_key
from symhep.workers import Workers

__all__ = ["FitSetting", "draw", "fit"]


@dataclass(frozen=True)
class FitSetting:
    """What a fit depends on besides data and options."""

    seed: int
    device: str
    data_key: str
    progress: Progress
    workers: Workers


def fit(
    plan: PlannedMethod, data: Dataset, folder: RunFolder, setting: FitSetting, output: OutputCard
) -> Result:
    """Fit the method, and each point of its scan; store and draw. Finished work is taken from ``folder``."""
    result = _fit_point(plan, data, plan.options, plan.name, folder, setting)
    for point in plan.scan:
        _fit_point(plan, data, point.options, f"{plan.name}/scan/{point.name}", folder, setting)
    stored = folder.read_json(f"{plan.name}/result.json")
    scan = [point.name for point in plan.scan]
    drawing = content_key(output.model_dump(mode="json"), scan)
    if stored.get("drawing") != drawing:
        folder.write_json(f"{plan.name}/result.json", {**stored, "scan": scan, "drawing": None})
        draw(plan.method, plan.name, folder, output)
        stored = folder.read_json(f"{plan.name}/result.json")
        folder.write_json(f"{plan.name}/result.json", {**stored, "drawing": drawing})
    return result


def _fit_point(
    plan: PlannedMethod, data: Dataset, options: Options, name: str, folder: RunFolder, setting: FitSetting
) -> Result:
    method = plan.method
    key = content_key(
        __version__,
        setting.data_key,
        method.name,
        options.model_dump(mode="json"),
        setting.seed,
        setting.device,
    )
    stored = folder.read_json(f"{name}/result.json")
    if stored is not None and stored.get("key") == key:
        return folder.read_result(name)
    started = time.perf_counter()
    method.check(data, options)
    parts = _fit_shards(method, data, options, name, key, folder, setting)
    result = method.combine(data, options, parts)
    header = {
        "key": key,
        "use": method.name,
        "options": options.model_dump(mode="json"),
        "scaling": data.scaler.to_json(),
        "columns": [vars(c) for c in data.columns],
        "events": len(data),
        "duration_s": round(time.perf_counter() - started, 3),
        "figures": None,
    }
    folder.write_result(name, result, header)
    return folder.read_result(name)


def _fit_shards(
    method: Method[Any],
    data: Dataset,
    options: Options,
    name: str,
    key: str,
    folder: RunFolder,
    setting: FitSetting,
) -> list[Part]:
    """The parts of all shards, in order; those that an earlier, interrupted run finished are not fitted again."""
    shards = list(method.shards(data, options))
    missing = [s for s in shards if folder.read_part(name, key, s.index) is None]
    local = setting.workers.local
    jobs = [
        (
            data,
            options,
            shard,
            Context(
                seed_sequence(setting.seed, method.name, shard.index),
                setting.device,
                setting.progress if local else SilentProgress(),
            ),
        )
        for shard in missing
    ]
    outer = SilentProgress() if local else setting.progress
    with outer.task(f"{name}, {len(jobs)} shards", len(jobs)) as tick:
        for number, part in setting.workers.run(method.fit, jobs):
            folder.write_part(name, key, missing[number].index, part)
            tick(1)
    # What goes on from here is what a resumed run would read, so both give the same numbers.
    parts = [folder.read_part(name, key, shard.index) for shard in shards]
    return [part for part in parts if part is not None]


def draw(method: Method[Any], name: str, folder: RunFolder, output: OutputCard) -> list[dict[str, str]]:
    """Draw a stored result, and its scan; note names and captions in result.json. Needs no training."""
    stored = folder.read_json(f"{name}/result.json")
    target = folder.root / name / "figures"
    captions = []
    with use_style(output.style):
        scans = _scan_summaries(folder, name, stored.get("scan", []))
        for item in chain(
            method.figures(folder.read_result(name)), scan_figures(method.scan_quantities, scans)
        ):
            _label(item.figure, output.label)
            save_figure(item.figure, target / item.name, output.figures)
            captions.append({"name": item.name, "caption": item.caption})
    wanted = {f"{c['name']}.{kind}" for c in captions for kind in output.figures}
    for stale in target.glob("*"):
        if stale.name not in wanted:
            stale.unlink()
    folder.write_json(f"{name}/result.json", {**stored, "figures": captions})
    return captions


def _scan_summaries(folder: RunFolder, name: str, points: Sequence[str]) -> dict[str, list[tuple[Any, Any]]]:
    """option -> (value, summary) of every scan point, in the order of the card."""
    found: dict[str, list[tuple[Any, Any]]] = {}
    for point in points:
        stored = folder.read_json(f"{name}/scan/{point}/result.json")
        option = point.partition("=")[0]
        found.setdefault(option, []).append((stored["options"][option], stored["summary"]))
    return found


def _label(figure: Any, text: str) -> None:
    """Write the status label ('Private work') above the first axes."""
    if text and figure.axes:
        figure.axes[0].set_title(text, loc="left", fontstyle="italic", fontsize="medium")

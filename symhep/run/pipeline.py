"""The orchestrator: card -> reader -> selection -> dataset -> method -> result -> figures -> report."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from symhep.card.loader import CardFile, load_card
from symhep.card.schema import RunCard
from symhep.errors import MethodError, StoreError, SymhepError, nearest
from symhep.events.assemble import assemble
from symhep.events.select import NO_SELECTION
from symhep.methods.context import Progress, SilentProgress
from symhep.methods.html import result_html
from symhep.methods.result import Result, Statement
from symhep.plugin.isolation import isolated, traceback_of
from symhep.plugin.manager import Registry, build_registry
from symhep.report.numbers import number
from symhep.report.page import write_report
from symhep.run.drawing import draw, draw_if_needed
from symhep.run.fitting import Fit
from symhep.run.folder import RunFolder, content_key
from symhep.run.plan import Plan, PlannedMethod, make_plan
from symhep.run.provenance import fingerprints, git_state, record_run
from symhep.run.reading import DatasetEvents, read_dataset
from symhep.run.workers import Workers, open_workers

if TYPE_CHECKING:
    from symhep.methods.interface import NamedFigure

__all__ = ["Run", "redraw", "reword", "run"]

#: How the warning on pooled datasets begins: it rests on the input, not on a record.
_JOINED = "Datasets are joined with the weights of their files"


@dataclass(repr=False)
class Run:
    """What `run` gives back: results by the method's name in the card, failures, and where it all lies.

    ``computed`` names the results that this run computed; the others were taken from the folder as they were.
    """

    folder: Path
    results: dict[str, Result[Any]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    computed: list[str] = field(default_factory=list)
    registry: Registry = field(default_factory=Registry, repr=False)

    @property
    def report(self) -> Path:
        """The report page."""
        return self.folder / "report.html"

    def figures(self, name: str) -> list[NamedFigure]:
        """The figures of a result as matplotlib objects, for notebooks. Raises `StoreError` for an unknown name."""
        if name not in self.results:
            raise StoreError(f"this run has no result '{name}'; {nearest(name, self.results)}")
        use = RunFolder(self.folder).read_header(name)["use"]
        with isolated(f"method '{use}' cannot draw", MethodError):
            return list(self.registry.method(use).figures(self.results[name]))

    def __repr__(self) -> str:
        told = [repr(result) for result in self.results.values()]
        told += [f"failed: {reason}" for reason in self.failed.values()]
        names = [*self.results, *self.failed]
        lines = [f"  {name}: {text}" for name, text in zip(names, told, strict=True)]
        return "\n".join([f"<Run in {self.folder}>", *lines])

    def _repr_html_(self) -> str:
        """The results one below the other, failures last, and where the report is; for notebooks."""
        found = "".join(f"<h4>{escape(n)}</h4>{result_html(r)}" for n, r in self.results.items())
        failures = "".join(
            f"<p><b>{escape(n)} failed.</b> {escape(reason)}</p>" for n, reason in self.failed.items()
        )
        return f"{found}{failures}<p>Report: <code>{escape(str(self.report))}</code></p>"


def run(
    card: str | Path | Mapping[str, Any] | RunCard,
    out: str | Path | None = None,
    *,
    overrides: Iterable[str] = (),
    max_events: int | None = None,
    device: str | None = None,
    only: Iterable[str] = (),
    force: bool = False,
    dry_run: bool = False,
    workers: str = "1",
    progress: Progress | None = None,
    registry: Registry | None = None,
) -> Run:
    """Run a card into the folder ``out``; a folder that exists is resumed.

    Parameters
    ----------
    card
        Path of a YAML, TOML or JSON card, or its content.
    out
        Run folder; 'runs/<name of the card>' by default.
    overrides
        'dotted.key=value' strings, as ``-s`` on the command line.
    max_events, device
        Read at most so many events of every dataset (the card may say less); train there.
    only
        Names of methods to run; all by default.
    force
        Repeat finished work of the methods that are run.
    dry_run
        Check what can be known without reading events, and write nothing.
    workers
        '1' for this process, 'N' for local processes, 'dask:ADDRESS' for a cluster;
        the numbers do not depend on it.

    Raises
    ------
    CardError, InputError, PluginError, DeviceError
        If the card cannot run or its files cannot be read. A method that fails
        does not raise: it is listed in ``Run.failed`` and the others go on.
    """
    extra = [f"run.device={device}"] if device else []
    card_file = _limited(load_card(card, [*overrides, *extra]), max_events)
    registry = registry or build_registry()
    plan = make_plan(card_file, registry, only)
    folder = RunFolder(Path(out) if out is not None else Path("runs") / _stem(card_file))
    done = Run(folder.root, registry=registry)
    if dry_run:
        folder.check()
        with open_workers(workers):
            return done
    with folder.locked(), open_workers(workers) as pool:
        if force:
            folder.forget(plan.methods)
        _execute(plan, folder, progress or SilentProgress(), pool, done)
    return done


def _execute(plan: Plan, folder: RunFolder, progress: Progress, pool: Workers, done: Run) -> None:
    """The line at the top of this file, as code."""
    started, clock = datetime.now(UTC), time.perf_counter()
    prints = fingerprints((s.path for found in plan.sources.values() for s in found), folder)
    events = {
        name: read_dataset(name, plan.card, found, plan.requests[name], prints, folder, progress, pool)
        for name, found in plan.sources.items()
    }
    # From here on the folder is that of this card; until now it was that of the last one.
    folder.write_card(plan.resolved_card)
    folder.write_json("cutflow.json", {"datasets": {n: e.account for n, e in events.items()}})
    outcomes = _still_valid(folder, plan)
    for planned in plan.methods.values():
        outcomes[planned.name] = _attempt(planned, plan, events, folder, progress, pool, done)
        folder.write_json("results.json", {"methods": outcomes})
    folder.write_json("results.json", {"methods": outcomes})
    line = {
        "started": started.isoformat(timespec="seconds"),
        "duration_s": round(time.perf_counter() - clock, 2),
        "seed": plan.card.run.seed,
        "device": plan.device,
        "git": git_state(plan.card_file.folder),
    }
    stored = [name for name, outcome in outcomes.items() if outcome["status"] == "ok"]
    record_run(folder, line, list(prints.values()), done.computed, stored)
    write_report(folder.root)


def _attempt(
    planned: PlannedMethod,
    plan: Plan,
    events: Mapping[str, DatasetEvents],
    folder: RunFolder,
    progress: Progress,
    pool: Workers,
    done: Run,
) -> dict[str, Any]:
    """Run one method; whatever goes wrong inside it is recorded and leaves the others alone."""
    entry: dict[str, Any] = {
        "use": planned.method.name,
        "features": planned.features,
        "options": planned.options.model_dump(mode="json"),
        "references": [vars(reference) for reference in planned.method.references],
        "of": _origin(plan, planned.name),
    }
    folder.remove_log(planned.name)
    try:
        with isolated(error=MethodError):
            tables = {name: events[name].tables[planned.features] for name in planned.datasets}
            data = assemble(plan.card, planned.features, tables)
            if len(data) == 0:
                raise MethodError(_where_events_went(plan, planned, events))
            fit = Fit(planned, data, folder, plan.card.run.seed, plan.device, progress, pool, done.registry)
            result, new = fit.run()
            draw_if_needed(planned.method, planned.name, folder, plan.card.output)
    except SymhepError as error:  # the failure of one method must not cost the others' results
        done.failed[planned.name] = reason = _logged(planned.name, error, folder)
        return entry | {"status": "failed", "summary": {}, "statements": [], "error": reason}
    done.computed += [planned.name] if new else []
    pooled = _pooled(plan, planned, events)
    done.results[planned.name] = replace(result, statements=[*result.statements, *pooled])
    stored = folder.read_header(planned.name)
    return entry | {
        "status": "ok",
        "summary": result.summary,
        "statements": [vars(s) for s in done.results[planned.name].statements],
        "error": None,
        "duration_s": stored["duration_s"],
    }


def _logged(name: str, error: SymhepError, folder: RunFolder) -> str:
    """What went wrong; the traceback of third-party code goes to a file, which is named."""
    trace = traceback_of(error)
    return f"{error} (traceback: {folder.write_log(name, trace)})" if trace else str(error)


def _where_events_went(plan: Plan, planned: PlannedMethod, events: Mapping[str, DatasetEvents]) -> str:
    """Why no event reached the method: the cutflow of its feature set, in a line."""
    selection = plan.card.features[planned.features].selection or NO_SELECTION
    own = f"features {planned.features}"
    flows = []
    for name in planned.datasets:
        rows = [
            r for r in events[name].account["selections"].get(selection, []) if _is_row_of(r["name"], own)
        ]
        flows.append(f"{name}: " + ", ".join(f"{r['name']} {r['events']}" for r in rows))
    return (
        f"no event has all that '{planned.features}' needs; events left after each step: {'; '.join(flows)}"
    )


def _is_row_of(row: str, own: str) -> bool:
    return row == own or not row.startswith("features ")


def _pooled(plan: Plan, planned: PlannedMethod, events: Mapping[str, DatasetEvents]) -> list[Statement]:
    """A warning if datasets are joined whose weights nobody made comparable."""
    names = planned.datasets
    if len(names) < 2 or plan.card.datasets[names[0]].xsec_pb is not None:
        return []
    sums = {name: events[name].account["sum_of_weights"] for name in names}
    shares = ", ".join(f"{name} {number(value)}" for name, value in sums.items())
    text = f"{_JOINED} (sums of weights: {shares}); xsec_pb sets their cross-sections."
    return [Statement(text, {"sum_of_weights": sums}, kind="warning")]


def _origin(plan: Plan, name: str) -> str:
    """A hash of what the card says about a method and all that leads to it."""
    parts = {"datasets", "objects", "selections", "features", "weights", "run"}
    return content_key(
        plan.card.model_dump(mode="json", include=parts), plan.card.methods[name].model_dump(mode="json")
    )


def _still_valid(folder: RunFolder, plan: Plan) -> dict[str, Any]:
    """Outcomes that an earlier run with --only left and that this card would give again."""
    known = (folder.read_json("results.json") or {}).get("methods", {})
    return {
        name: known[name]
        for name in plan.card.methods
        if name in known and known[name].get("of") == _origin(plan, name)
    }


def redraw(root: str | Path, registry: Registry | None = None) -> list[Path]:
    """Draw the figures of a run folder again from its stored results, without training.

    Raises `MethodError` if a method fails, when the others have drawn theirs.
    """
    folder, registry = RunFolder(root), registry or build_registry()
    drawn, failed = [], []
    with folder.locked():
        card = load_card(folder.root / "card.yaml").card
        for name in folder.result_names():
            use = folder.read_header(name)["use"]
            try:
                with isolated(error=MethodError):
                    method = registry.method(use)
                    drawn += [
                        folder.root / name / "figures" / item
                        for item in draw(method, name, folder, card.output)
                    ]
            except SymhepError as error:
                failed.append(f"the figures of '{name}': {_logged(name, error, folder)}")
    if failed:
        raise MethodError("; ".join(failed))
    return drawn


def reword(root: str | Path, registry: Registry | None = None) -> Path:
    """Word the stored results of a run folder again, without training, and write its report; returns the page.

    Raises `MethodError` if a method fails, when the others are done and the report is written.
    """
    folder, registry = RunFolder(root), registry or build_registry()
    failed = []
    with folder.locked():
        content = folder.read_json("results.json") or {"methods": {}}
        for name in folder.result_names():
            use = folder.read_header(name)["use"]
            try:
                with isolated(error=MethodError):
                    method = registry.method(use)
                    result = method.worded(folder.read_result(name, method.Record))
            except SymhepError as error:
                failed.append(f"the words of '{name}': {_logged(name, error, folder)}")
                continue
            folder.write_words(name, result)
            outcome = content["methods"][name]
            pooled = [s for s in outcome["statements"] if s["text"].startswith(_JOINED)]
            outcome["statements"] = [*map(vars, result.statements), *pooled]
        if content["methods"]:
            folder.write_json("results.json", content)
        page = write_report(folder.root)
    if failed:
        raise MethodError("; ".join(failed))
    return page


def _limited(card_file: CardFile, max_events: int | None) -> CardFile:
    """The card with at most ``max_events`` per dataset."""
    if max_events is None:
        return card_file
    datasets = {
        name: d.model_copy(update={"max_events": min(max_events, d.max_events or max_events)})
        for name, d in card_file.card.datasets.items()
    }
    return replace(card_file, card=card_file.card.model_copy(update={"datasets": datasets}))


def _stem(card_file: CardFile) -> str:
    return Path(card_file.path).stem if card_file.path != "<card>" else "symhep"

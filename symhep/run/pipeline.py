"""The orchestrator: card -> reader -> selection -> dataset -> method -> result -> figures -> report."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from symhep.card.loader import CardFile, load_card
from symhep.card.schema import RunCard
from symhep.errors import MethodError, StoreError, nearest
from symhep.methods.context import Progress, SilentProgress
from symhep.methods.html import result_html
from symhep.methods.result import Result
from symhep.plotting.style import use_style
from symhep.plugin.isolation import isolated
from symhep.plugin.manager import Registry, build_registry
from symhep.readers.interface import Note
from symhep.report.page import write_report
from symhep.run.attempt import attempt, origin
from symhep.run.blinding import blinding, forget_seen, forget_unsupported, hide
from symhep.run.control import make_control
from symhep.run.folder import RunFolder
from symhep.run.jobs import NotYet, all_of
from symhep.run.part_store import PartStore
from symhep.run.plan import make_plan
from symhep.run.planned import Plan
from symhep.run.provenance import fingerprints, git_state, record_run
from symhep.run.reading import DatasetEvents, read_dataset
from symhep.run.side_by_side import side_by_side
from symhep.run.stored import read_run
from symhep.run.usage import Meter, metered
from symhep.run.workers import Workers, open_workers

if TYPE_CHECKING:
    from symhep.methods.interface import NamedFigure

__all__ = ["READING", "Inputs", "Run", "execute", "run"]

_LOG = logging.getLogger("symhep")
#: What waits where files have to be read.
READING = "reading"


@dataclass(repr=False)
class Run:
    """What `run` gives back: results by the method's name in the card, failures, and where it all lies.

    Attributes
    ----------
    folder
        The run folder.
    results
        Name of the method in the card -> its result.
    failed
        Name -> why it failed.
    blind
        Name -> why it was not computed: collision data of its region are blinded.
    computed
        Names of the results that this run computed; the others were taken from the folder as they were.
    notes
        Sentences on the numbers of the files, found while reading them.
    waiting
        What tasks of a farm have to do before there are results: names of methods and control plots.
    registry
        The plugins that were used.

    Examples
    --------
    >>> import tempfile
    >>> card = {
    ...     "symhep": 1,
    ...     "datasets": {"toy": {"format": "toy", "options": {"name": "circle", "events": 100}}},
    ...     "features": {"plane": {"vars": ["x1", "x2"], "scaling": "isotropic"}},
    ...     "methods": {"rotation": {"use": "oracle", "features": "plane", "options": {"oracle": "l2"}}},
    ...     "output": {"figures": []},
    ... }
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     done = run(card, folder)
    ...     again = Run.load(folder)
    ...     print(done.results["rotation"].record.algebra.name, done.computed, again.failed)
    ...     print([item.name for item in again.figures("rotation")], again.report.name)
    so(2) ['rotation'] {}
    ['generators', 'spectrum', 'flows'] report.html
    """

    folder: Path
    results: dict[str, Result[Any]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    blind: dict[str, str] = field(default_factory=dict)
    computed: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    registry: Registry = field(default_factory=Registry, repr=False)

    @classmethod
    def load(cls, folder: str | Path, registry: Registry | None = None) -> Run:
        """A finished run, from its folder: results with their words, failures, and what is blind.

        A result that cannot be read here, since its method is not installed or another version wrote it, stands among
        the ``failed``.

        Parameters
        ----------
        folder
            The run folder.
        registry
            Plugins to use; by default all that are installed.

        Returns
        -------
        Run
            As `run` gave it; ``computed`` and ``notes`` are empty.

        Raises
        ------
        StoreError
            For a folder that is not a run folder.
        """
        registry = registry or build_registry()
        stored = read_run(folder, registry)
        results = {name: found.result for name, found in stored.results.items()}
        return cls(
            stored.folder, results, stored.failed | stored.unread, stored.blind, registry=registry
        )  # fmt: skip

    @property
    def report(self) -> Path:
        """Path of the report page."""
        return self.folder / "report.html"

    def figures(self, name: str) -> list[NamedFigure]:
        """The figures of a result in the style of the card, for notebooks.

        Parameters
        ----------
        name
            Of the method in the card.

        Returns
        -------
        list of NamedFigure
            With the object of matplotlib and the caption.

        Raises
        ------
        StoreError
            For an unknown name.
        MethodError
            If the method fails to draw.
        """
        if name not in self.results:
            raise StoreError(f"this run has no result '{name}'; {nearest(name, self.results)}")
        folder = RunFolder(self.folder)
        use, style = folder.read_header(name)["use"], load_card(folder.root / "card.yaml").card.output.style
        with isolated(f"the figures of method '{use}' failed", MethodError), use_style(style):
            return list(self.registry.method(use).figures(self.results[name]))

    def __repr__(self) -> str:
        told = [repr(result) for result in self.results.values()]
        told += [f"failed: {reason}" for reason in self.failed.values()]
        told += [f"blind: {reason}" for reason in self.blind.values()]
        names = [*self.results, *self.failed, *self.blind]
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
    verify: bool = False,
    dry_run: bool = False,
    workers: str | int = "1",
    progress: Progress | None = None,
    registry: Registry | None = None,
) -> Run:
    """Run a card into a folder; a folder that exists is resumed.

    Parameters
    ----------
    card
        Path of a YAML, TOML or JSON card, or its content.
    out
        Run folder; 'runs/<name of the card>' by default.
    overrides
        'dotted.key=value' texts, as ``-s`` on the command line.
    max_events, device
        Read at most so many events of every dataset (the card may say less); train there.
    only
        Names of methods to run; all by default.
    force
        Repeat finished work of the methods that are run.
    verify
        Hash every input file anew, instead of trusting size, times and place.
    dry_run
        Check what can be known without reading events, and write nothing.
    workers
        1 for this process, N for local processes, 'dask:ADDRESS' for a cluster; the numbers do not depend on it.
    progress
        Where it shows how far it is; by default nowhere.
    registry
        Plugins to use; by default all that are installed.

    Returns
    -------
    Run
        Results, failures, and where the report is.

    Raises
    ------
    CardError, InputError, PluginError, DeviceError
        If the card cannot run or its files cannot be read. A method that fails does not raise: it is listed in
        ``Run.failed`` and the others go on.
    StoreError
        If the folder cannot be used: another run holds it, or it cannot be written.

    Examples
    --------
    >>> card = {"symhep": 1, "datasets": {"toy": {"format": "toy", "options": {"name": "circle"}}}}
    >>> run(card | {"features": {"plane": {"vars": ["x1", "x2"]}}}, dry_run=True).results
    {}
    """
    extra = [f"run.device={device}"] if device else []
    card_file = _limited(load_card(card, [*overrides, *extra]), max_events)
    registry = registry or build_registry()
    plan = make_plan(card_file, registry, only)
    folder = RunFolder(Path(out) if out is not None else Path("runs") / _stem(card_file))
    done = Run(folder.root, registry=registry)
    if dry_run:
        folder.check()
        with open_workers(str(workers)):
            return done
    with folder.locked(), open_workers(str(workers)) as pool:
        if force:
            folder.forget(plan.methods)
        execute(plan, folder, progress or SilentProgress(), pool, done, Inputs(verify=verify))
    return done


@dataclass(frozen=True)
class Inputs:
    """What is known of the inputs of a run before it begins.

    Attributes
    ----------
    files
        Path -> size and hash; None: worked out now.
    verify
        Without trust in size, times and place of files.
    store
        Where the tables of the files are kept; by default in the run folder.
    controls
        Control plots that are made; by default all.
    line
        More of what provenance.json says of the run.
    """

    files: Mapping[str, Mapping[str, Any]] | None = None
    verify: bool = False
    store: PartStore | None = None
    controls: Collection[str] | None = None
    line: Mapping[str, Any] = field(default_factory=dict)


def execute(
    plan: Plan, folder: RunFolder, progress: Progress, workers: Workers, done: Run, given: Inputs
) -> None:
    """The line at the top of this file, as code. ``done`` is filled; where jobs are left to others, it is told in
    ``done.waiting``, and the run does not end.
    """
    meter = Meter()
    pool = metered(workers, meter)
    started, clock = datetime.now(UTC), time.perf_counter()
    folder.read_json("provenance.json")  # a broken one fails here, before anything is computed
    forget_seen(plan, folder)
    names = [s.path for found in plan.all_sources for s in found]
    with meter.step("hashing input files"):
        prints = given.files or fingerprints(names, folder, progress, verify=given.verify)
    _LOG.info("%d input files are known; %.1f s", len(prints), time.perf_counter() - clock)

    def read(name: str) -> DatasetEvents:
        with meter.step(f"reading {name}"):
            return read_dataset(
                name, plan.tables, plan.sources[name], plan.agreements[name], prints, folder, progress, pool,
                plan.others[name], given.store,
            )  # fmt: skip

    try:
        every = all_of(partial(read, name) for name in plan.sources)
    except NotYet:
        done.waiting.append(READING)
        return
    events = dict(zip(plan.sources, every, strict=True))
    events, hidden = hide(plan, events)
    done.notes += [
        f"{note['file']}: {Note(**note).sentence()}"
        for e in events.values()
        for account in (e.account, *e.account.get("variation_files", {}).values())
        for note in account["file_notes"]
    ]
    # From here on the folder is that of this card; until now it was that of the last one.
    folder.write_card(plan.resolved_card, source=plan.card_file.path)
    folder.write_json("cutflow.json", {"datasets": {n: e.account for n, e in events.items()}})
    outcomes = _still_valid(folder, plan, hidden)
    forget_unsupported(plan, hidden, folder, outcomes, files=given.files is None)
    with meter.step("control plots"):
        told, waiting = make_control(plan, events, hidden, folder, progress, pool, given.controls)
    done.notes += told
    done.waiting += waiting
    for planned in plan.methods.values():
        begun = time.perf_counter()
        _LOG.info("method '%s' (%s) begins", planned.name, planned.method.name)
        try:
            with meter.step(planned.name):
                tried = attempt(planned, plan, events, hidden, folder, progress, pool, done.registry)
        except NotYet:
            done.waiting.append(planned.name)
            continue
        how = (
            "is blinded"
            if tried.entry["status"] == "blind"
            else "failed"
            if tried.result is None
            else "finished"
            if tried.computed
            else "was done before"
        )
        _LOG.info("method '%s' %s; %.1f s", planned.name, how, time.perf_counter() - begun)
        outcomes[planned.name] = tried.entry
        if tried.entry["status"] == "blind":
            done.blind[planned.name] = tried.entry["error"]
        elif tried.result is None:
            done.failed[planned.name] = tried.entry["error"]
        else:
            done.results[planned.name] = tried.result
        done.computed += [planned.name] if tried.computed else []
        folder.write_json("results.json", {"methods": outcomes})
    if done.waiting:
        return
    forget_unsupported(plan, hidden, folder, outcomes)
    outcomes = {name: outcomes[name] for name in plan.names if name in outcomes}
    folder.write_json(
        "results.json", {"methods": outcomes, "regions": side_by_side(folder, outcomes, done.registry)}
    )
    line = {
        "started": started.isoformat(timespec="seconds"),
        "duration_s": round(time.perf_counter() - clock, 2),
        "seed": plan.card.run.seed,
        "device": plan.device,
        "steps": meter.to_json(),
        "git": git_state(plan.card_file.folder),
        **blinding(plan.card, hidden, folder),
        **given.line,
    }
    stored = [name for name, outcome in outcomes.items() if outcome["status"] == "ok"]
    record_run(folder, line, list(prints.values()), done.computed, stored)
    write_report(folder.root)
    _LOG.info("report written: %s; %.1f s in all", done.report, time.perf_counter() - clock)


def _still_valid(folder: RunFolder, plan: Plan, hidden: frozenset[str]) -> dict[str, Any]:
    """Outcomes that an earlier run with --only left and that this card would give again."""
    try:
        known = folder.outcomes()
    except StoreError:  # it is written anew below
        known = {}
    return {
        name: known[name]
        for name in plan.names
        if name in known and known[name].get("of") == origin(plan, name, hidden)
    }


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

"""Control plots of a run: collision data beside simulation, for every feature set in every region."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from symhep.card.schema import OutputCard
from symhep.errors import MethodError, SymhepError
from symhep.events.dataset import Dataset
from symhep.events.select import NO_SELECTION
from symhep.methods.context import Progress, SilentProgress
from symhep.plotting.comparison import NOMINAL, Shown, comparison_histograms
from symhep.plotting.data_simulation import comparison_figures
from symhep.plotting.style import use_style
from symhep.plugin.isolation import isolated
from symhep.run.drawing import save_all, whole
from symhep.run.folder import RunFolder, content_key
from symhep.run.jobs import NotYet
from symhep.run.planned import Plan
from symhep.run.reading import DatasetEvents
from symhep.run.reducing import StoredReducer
from symhep.run.streamed import LOOKS, dataset_of
from symhep.run.workers import Workers

__all__ = ["CONTROL", "control_names", "draw_control", "make_control", "place_of"]

#: Folder of control plots inside the run folder.
CONTROL = "control"


def place_of(table: str) -> str:
    """Where the control plots of features in a region lie.

    >>> place_of("plane@with_jet"), place_of("plane")
    ('control/plane/with_jet', 'control/plane')
    """
    return f"{CONTROL}/{table.replace('@', '/')}"


def control_names(folder: RunFolder) -> list[str]:
    """The control plots that a run folder holds, in the order of the card."""
    found = [path.parent for path in (folder.root / CONTROL).rglob("control.json")]
    names = [path.relative_to(folder.root).as_posix() for path in found]
    return sorted(names, key=lambda name: (folder.remembered(f"{name}/control.json").get("order", 0), name))


def make_control(
    plan: Plan,
    events: Mapping[str, DatasetEvents],
    hidden: frozenset[str],
    folder: RunFolder,
    progress: Progress,
    pool: Workers,
    only: Collection[str] | None = None,
) -> tuple[list[str], list[str]]:
    """Fill, store and draw the control plots of a card that gives its datasets roles, or ``only`` some of them; what an
    earlier card left goes.

    Returns sentences on those that could not be made, and the names of those that wait for tasks of a farm.
    """
    tables = list(plan.tables.features) if plan.has_roles else []
    planned = {place_of(table): table for table in tables}
    for name in control_names(folder):
        if name not in planned:
            folder.remove_control(name)
    failed, waiting = list[str](), list[str]()
    with progress.task("control plots", len(planned)) as tick:
        for order, (name, table) in enumerate(planned.items()):
            try:
                with isolated(error=MethodError):
                    if only is not None and name not in only:
                        continue
                    _make(name, table, order, plan, events, hidden, folder, pool)
            except NotYet:
                waiting.append(name)
            except SymhepError as error:  # a figure must not cost the results
                folder.remove_control(name)
                failed.append(f"the control plots in {name} cannot be drawn: {error}")
            tick(1)
    return failed, waiting


def _make(
    name: str, table: str, order: int, plan: Plan, events: Mapping[str, DatasetEvents],
    hidden: frozenset[str], folder: RunFolder, pool: Workers,
) -> None:  # fmt: skip
    selection = plan.tables.features[table].selection or NO_SELECTION
    blinded = selection in hidden
    roles = {n: d.role for n, d in plan.card.datasets.items() if d.role is not None}
    names = [n for n, role in roles.items() if not (blinded and role == "data")]
    simulation = _simulation(plan, [n for n in names if roles[n] == "simulation"])
    collision = [n for n in names if roles[n] == "data"]
    own = {n: events[n] for n in (*collision, *simulation)}
    if not any(e.rows(table) for e in own.values()):
        raise MethodError("no events left to draw")
    looks = StoredReducer(folder, LOOKS, LOOKS, pool, SilentProgress())
    data = dataset_of(
        plan.tables, table, own, plan.units, simulation if collision else (), None, plan.card.run.memory_bytes, looks
    )  # fmt: skip
    features, _, region = table.partition("@")
    title = region or (selection if selection != NO_SELECTION else "")
    reducer = StoredReducer(folder, name, name, pool, SilentProgress())
    histograms, sums = comparison_histograms(data, frozenset(collision), reducer)
    shown = _shown(plan, data, sums, collision, simulation, title, blinded)
    folder.write_histograms(name, histograms)
    content = {
        "features": features,
        "region": region or None,
        "selection": None if selection == NO_SELECTION else selection,
        "order": order,
        **shown.to_json(),
    }
    stored = folder.remembered(f"{name}/control.json")
    # What is drawn depends on these alone.
    key = content_key(content, (folder.root / name / "histograms.json").read_text(encoding="utf-8"))
    figures = stored.get("figures") if stored.get("key") == key else None
    drawing = stored.get("drawing") if figures is not None else None
    folder.write_json(f"{name}/control.json", {"key": key, **content, "figures": figures, "drawing": drawing})
    output = plan.card.output
    if figures is None or drawing != _drawing(output) or not whole(name, figures, folder, output):
        draw_control(name, folder, output)


def _simulation(plan: Plan, names: list[str]) -> list[str]:
    """The simulated datasets that can be stacked: those with a cross-section, if any has one."""
    scaled = [n for n in names if plan.card.datasets[n].xsec_pb is not None]
    return scaled or names


def _shown(
    plan: Plan, data: Dataset, sums: Mapping[str, Mapping[str, float]], collision: list[str], simulation: list[str],
    title: str, blinded: bool,
) -> Shown:  # fmt: skip
    """How the simulation is normalised: to the luminosity where the card gives it, else to the data where these are.

    ``sums``: alternative -> dataset -> sum of weights.
    """
    scaled = bool(simulation) and plan.card.datasets[simulation[0]].xsec_pb is not None
    luminosity = plan.card.luminosity_fb if scaled else None
    scale = {NOMINAL: 1.0}
    to_data = luminosity is None and bool(collision) and bool(simulation)
    if to_data:
        measured = sum(sums[NOMINAL][name] for name in collision)
        for alternative, own in sums.items():
            simulated = sum(own[name] for name in simulation)
            scale[alternative] = measured / simulated if simulated > 0 and measured > 0 else 1.0
    return Shown(
        tuple(collision), tuple(simulation), scale,
        "luminosity" if luminosity is not None else "data" if to_data else None,
        luminosity,
        "events" if luminosity is not None or not simulation else "pb" if scaled else "",
        tuple(
            (v.name, v.rule, v.confidence, tuple(a.name for a in v.alternatives)) for v in data.variations
        ),
        title, blinded,
    )  # fmt: skip


def _drawing(output: OutputCard) -> str:
    return content_key(output.model_dump(mode="json"))


def draw_control(name: str, folder: RunFolder, output: OutputCard) -> list[str]:
    """Draw stored control plots, and note names and captions in control.json. Returns the names."""
    stored: dict[str, Any] = folder.read_json(f"{name}/control.json")
    with use_style(output.style):
        figures = comparison_figures(folder.read_histograms(name), Shown.from_json(stored))
        captions = save_all(figures, name, folder, output, name)
    folder.write_json(f"{name}/control.json", {**stored, "figures": captions, "drawing": _drawing(output)})
    return [c["name"] for c in captions]

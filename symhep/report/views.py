"""What the page shows: typed records, ready for the template."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from symhep.methods.reference import Reference
from symhep.report.paper import PaperView
from symhep.report.pictures import Picture
from symhep.report.systematics import SystematicsView
from symhep.report.table_view import TableView
from symhep.report.verdict_view import VerdictView

__all__ = [
    "ControlView",
    "DatasetView",
    "FigureView",
    "MethodView",
    "RegionsView",
    "ReportContents",
    "StatementView",
]


@dataclass(frozen=True)
class FigureView:
    """A figure: its picture, its caption, and ``shows``: what it shows, for those who do not see it."""

    number: int
    anchor: str
    name: str
    caption: str
    picture: Picture
    shows: str

    @property
    def wide(self) -> bool:
        """Whether it needs the whole width of the page: a row of panels, or a matrix of them."""
        return self.picture.width > 1400 or self.picture.width > 1.8 * self.picture.height


@dataclass(frozen=True)
class StatementView:
    """A sentence, whether it is a warning, the numbers behind it, and the figure that shows it."""

    text: str
    warning: bool
    evidence: Mapping[str, Any]
    figure: FigureView | None


@dataclass(frozen=True)
class DatasetView:
    """What was read of a dataset, what was lost, and what the cuts left; ``total`` sums over several files.

    Every row of ``selections`` has the number of events it is compared with, ``before`` (None for the first).
    ``xsec_pb`` is what the weights of the ``normalised_to`` events (generated or read) are scaled to,
    ``cross_section_pb`` what the files say (value, error). ``notes`` are sentences on the dataset as a whole.
    """

    name: str
    files: list[dict[str, Any]]
    total: dict[str, Any] | None
    losses: list[dict[str, Any]]
    selections: dict[str, list[dict[str, Any]]]
    read: int
    lost: int
    lost_unknown: bool
    weight_unit: str
    xsec_pb: float | None
    cross_section_pb: list[float] | None
    notes: list[str]
    normalised_to: str | None


@dataclass(frozen=True)
class ControlView:
    """Control plots of a feature set, in a region if it has one."""

    anchor: str
    title: str
    blinded: bool
    figures: list[FigureView]


@dataclass(frozen=True)
class RegionsView:
    """A method in several regions side by side: the answers that differ or matter, and all of them."""

    name: str
    chosen: TableView
    all: TableView


@dataclass(frozen=True)
class MethodView:
    """A method's outcome. ``blind``: why it was not run, if collision data are blinded."""

    name: str
    use: str
    features: str
    error: str | None
    seconds: float | None
    statements: list[StatementView]
    tables: dict[str, TableView]
    figures: list[FigureView]
    options: Mapping[str, Any]
    summary: Mapping[str, Any]
    blind: str | None = None
    systematics: SystematicsView | None = None
    verdicts: list[VerdictView] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        """Of its heading."""
        return f"method-{self.name.replace('/', '-')}"

    @property
    def findings(self) -> list[StatementView]:
        """Statements without a figure, findings first."""
        return sorted((s for s in self.statements if s.figure is None), key=lambda s: s.warning)

    @property
    def shown(self) -> list[tuple[FigureView, list[StatementView]]]:
        """Figures that a statement or a verdict is about, each with its statements."""
        asked = {v.figure.number for v in self.verdicts if v.figure is not None}
        said = {f.number: [s for s in self.statements if s.figure is f] for f in self.figures}
        return [(f, said[f.number]) for f in self.figures if said[f.number] or f.number in asked]

    @property
    def further(self) -> list[FigureView]:
        """The other figures."""
        shown = {figure.number for figure, _ in self.shown}
        return [figure for figure in self.figures if figure.number not in shown]

    @property
    def alone(self) -> set[int]:
        """Numbers of the narrow ones among these without a neighbour: the page has two beside each other."""
        runs = [list(run) for wide, run in itertools.groupby(self.further, lambda f: f.wide) if not wide]
        return {run[-1].number for run in runs if len(run) % 2}


@dataclass(frozen=True)
class ReportContents:
    """All that the page shows.

    ``provenance`` is the line of the run that computed the newest result, with the input files; ``runs`` are all runs.
    """

    datasets: list[DatasetView]
    methods: list[MethodView]
    provenance: Mapping[str, Any]
    runs: list[Mapping[str, Any]]
    card: str
    references: list[Reference]
    control: list[ControlView]
    yields: list[TableView]
    regions: list[RegionsView]
    paper: PaperView | None
    title: str = ""
    description: str = ""

    @property
    def left_out(self) -> list[FigureView]:
        """Figures for which the page had no room."""
        every = [f for m in self.methods for f in m.figures] + [f for c in self.control for f in c.figures]
        return [f for f in every if f.picture.source is None and f.picture.file is not None]

    @property
    def unblinded(self) -> list[Mapping[str, Any]]:
        """Runs that looked at regions which an earlier one held blind."""
        return [run for run in self.runs if run.get("unblinded")]

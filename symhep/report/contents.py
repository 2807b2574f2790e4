"""What a report tells, gathered from a run folder."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from symhep.card.loader import load_card
from symhep.card.schema import RunCard
from symhep.errors import CardError, StoreError
from symhep.methods.reference import Reference
from symhep.methods.table import Table
from symhep.report.paper import paper
from symhep.report.pictures import Pictures
from symhep.report.references import FORMATS, SCIKIT_HEP
from symhep.report.systematics import systematics
from symhep.report.table_view import TableView
from symhep.report.verdict_view import verdict_views
from symhep.report.views import (
    ControlView,
    DatasetView,
    FigureView,
    MethodView,
    RegionsView,
    ReportContents,
    StatementView,
)
from symhep.report.yields import yields

__all__ = ["gather"]


def gather(folder: Path) -> ReportContents:
    """Read a run folder. Raises `StoreError` if it is not a run folder or a file of it is damaged."""
    cutflow, results = _json(folder, "cutflow.json"), _json(folder, "results.json")
    if cutflow is None and results is None:
        raise StoreError(
            f"{folder} is not a run folder (no cutflow.json or results.json); run symhep run first"
        )
    card = folder / "card.yaml"
    run = _card(folder)
    skips = run is not None and run.run.bad_files == "skip"
    try:
        datasets = [_dataset(name, d, skips) for name, d in (cutflow or {}).get("datasets", {}).items()]
        outcomes = (results or {}).get("methods", {})
        gallery = _Gallery(folder)
        methods = [_method(folder, name, outcome, gallery) for name, outcome in outcomes.items()]
        control = [_control(folder, path, gallery) for path in _control_places(folder)]
        cited = [Reference(**r) for outcome in outcomes.values() for r in outcome.get("references") or ()]
        runs = list((provenance := _json(folder, "provenance.json") or {}).get("runs", ()))
    except (AttributeError, KeyError, TypeError) as error:
        raise StoreError(f"{folder} is damaged or was changed ({error}); run the card again") from error
    formats = {file.get("format", "") for dataset in datasets for file in dataset.files}
    cited += [FORMATS[f] for f in sorted(formats & FORMATS.keys())] + [SCIKIT_HEP]
    cited = list(dict.fromkeys(cited))
    known = [line for line in provenance.get("results", {}).values() if line is not None]
    last = max(known, default=len(runs) - 1)
    computed = {"files": provenance.get("files", []), **(runs[last] if runs else {})}
    accounts = (cutflow or {}).get("datasets", {})
    try:
        tables = [] if run is None else yields(run, accounts)
        words = None if run is None else paper(run, accounts, outcomes, computed, cited)
    except (AttributeError, KeyError, TypeError) as error:
        raise StoreError(f"{folder} is damaged or was changed ({error}); run the card again") from error
    return ReportContents(
        datasets,
        methods,
        computed,
        runs,
        card.read_text(encoding="utf-8", errors="replace") if card.is_file() else "",
        cited,
        control,
        [TableView(table) for table in tables],
        [_regions(name, found) for name, found in ((results or {}).get("regions") or {}).items()],
        words,
        "" if run is None else run.title,
        "" if run is None else run.description,
    )


def _control_places(folder: Path) -> list[Path]:
    """Folders of control plots, in the order of the card."""
    found = [path.parent for path in (folder / "control").rglob("control.json")]
    return sorted(found, key=lambda path: (_json(path, "control.json").get("order", 0), path))


def _control(folder: Path, path: Path, gallery: _Gallery) -> ControlView:
    stored, name = _json(path, "control.json"), path.relative_to(folder).as_posix()
    of, selection = str(stored["features"]), stored.get("selection")
    where = stored.get("region") or selection
    title = f"{of} in {where}" if where else of
    figures = gallery.figures(name, stored.get("figures"), {}, f"Control plot of {title}: ")
    return ControlView(_identifier(name), title, bool(stored["blinded"]), figures)


def _regions(name: str, stored: Mapping[str, Any]) -> RegionsView:
    chosen, every = (TableView(Table.from_json(stored[key])) for key in ("chosen", "all"))
    return RegionsView(name, chosen, every)


def _json(folder: Path, name: str) -> Any:
    path = folder / name
    if not path.is_file():
        return None
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise StoreError(
            f"{path} is not valid JSON ({error}): truncated or changed; remove it and run the card again"
        ) from error


def _card(folder: Path) -> RunCard | None:
    """The card of the run with its defaults; None if it cannot be read any more."""
    resolved = folder / "card.resolved.yaml"
    try:
        return load_card(resolved if resolved.is_file() else folder / "card.yaml").card
    except CardError:
        return None


def _dataset(name: str, stored: Mapping[str, Any], skips: bool) -> DatasetView:
    losses = [_loss(loss) if skips else loss for loss in stored.get("losses") or ()]
    files = list(stored.get("files") or ())
    read = stored.get("events_read", sum(file.get("events") or 0 for file in files))
    total = {**stored, "file": f"all {len(files)} files", "events": read} if len(files) > 1 else None
    return DatasetView(
        name,
        files,
        total,
        losses,
        {selection: _cuts(rows) for selection, rows in (stored.get("selections") or {}).items()},
        read,
        sum(loss.get("events") or 0 for loss in losses),
        any(loss.get("events") is None for loss in losses),
        str(stored.get("weight_unit") or ""),
        stored.get("xsec_pb"),
        stored.get("cross_section_pb"),
        list(stored.get("notes") or ()),
        (stored.get("normalised_to") or {}).get("events"),
    )


def _loss(stored: Mapping[str, Any]) -> dict[str, Any]:
    """A loss without the advice to set what is set already."""
    hint = re.sub(r"(^|, or |; )[^;,]*bad_files[^;,]*", "", stored.get("hint") or "")
    return {**stored, "hint": hint.lstrip(",; ")}


def _cuts(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows of a cutflow, each with ``before``: the events of the last cut above it."""
    cuts, before = [], None
    for row in rows:
        cuts.append({**row, "before": before})
        # Feature sets stand side by side: none of them cuts into another.
        if not row["name"].startswith("features "):
            before = row["events"]
    return cuts


def _method(folder: Path, name: str, outcome: Mapping[str, Any], gallery: _Gallery) -> MethodView:
    blind, failed = outcome.get("status") == "blind", outcome.get("status") != "ok"
    # A folder that is used again may still hold an older result of a method that now fails.
    stored = {} if failed else _json(folder, f"{name}/result.json") or {}
    statements = outcome.get("statements") or stored.get("statements") or ()
    shows = {str(s.get("figure")): str(s["text"]) for s in reversed(statements) if s.get("kind") != "warning"}
    figures = [] if failed else gallery.figures(name, stored.get("figures"), shows)
    shown = {figure.name: figure for figure in figures}
    error = str(outcome.get("error") or "no reason was recorded") if failed and not blind else None
    hidden = str(outcome.get("error") or "collision data are blinded") if blind else None
    first = next((str(s["text"]) for s in statements if s.get("kind") != "warning"), None)
    return MethodView(
        name,
        str(outcome.get("use", name)),
        str(outcome.get("features", "")),
        error,
        outcome.get("duration_s"),
        [_statement(s, shown) for s in statements],
        {key: TableView(Table.from_json(t)) for key, t in (stored.get("tables") or {}).items()},
        figures,
        outcome.get("options") or {},
        outcome.get("summary") or stored.get("summary") or {},
        hidden,
        systematics(outcome.get("variations")),
        verdict_views(
            outcome.get("verdicts") or stored.get("verdicts") or (),
            shown,
            error=error,
            blind=hidden,
            first_finding=first,
        ),
    )


def _statement(stored: Mapping[str, Any], shown: Mapping[str, FigureView]) -> StatementView:
    return StatementView(
        str(stored["text"]),
        stored.get("kind") == "warning",
        stored.get("evidence") or {},
        shown.get(stored.get("figure") or ""),
    )


class _Gallery:
    """Figures of a run folder, numbered in the order of the page."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._pictures, self._numbers = folder, Pictures(folder), itertools.count(1)

    def figures(
        self, of: str, listed: Iterable[Mapping[str, Any]] | None, shows: Mapping[str, str], words: str = ""
    ) -> list[FigureView]:
        """Of a method, or of control plots; ``shows``: figure -> what it shows, else ``words`` and its caption."""
        place = self._folder / of / "figures"
        if listed is None:
            listed = [{"name": path.stem} for path in sorted(place.glob("*.png"))]
        found = []
        for one in listed:
            name = str(one["name"])
            caption = str(one.get("caption") or name.replace("_", " "))
            found.append(
                FigureView(
                    next(self._numbers), _identifier(f"{_identifier(of)}-{name}"), name, caption,
                    self._pictures.find(place, name), shows.get(name, f"{words}{caption}"),
                )
            )  # fmt: skip
        return found


def _identifier(text: str) -> str:
    return "".join(c if c.isalnum() else "-" for c in text)

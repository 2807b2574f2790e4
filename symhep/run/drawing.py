"""Figures of a stored result, drawn from the run folder alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from symhep.card.schema import OutputCard
from symhep.errors import PluginError
from symhep.methods.interface import Method, NamedFigure
from symhep.methods.result import Result
from symhep.paths import writing
from symhep.plotting.control import control_figure
from symhep.plotting.heading import Heading
from symhep.plotting.save import save_figure
from symhep.plotting.scan import scan_figures
from symhep.plotting.style import use_style
from symhep.plotting.systematics import systematics_figure
from symhep.run.folder import STATE, RunFolder, check_names, content_key

__all__ = ["draw", "draw_if_needed", "save_all", "whole"]


def draw_if_needed(method: Method[Any], name: str, folder: RunFolder, output: OutputCard) -> None:
    """Draw unless the figures that are there are those of this result in this style."""
    stored = folder.read_json(f"{name}/result.json")
    there = whole(name, stored["figures"] or (), folder, output)
    if stored["figures"] is None or stored.get("drawing") != _drawing(output, stored) or not there:
        draw(method, name, folder, output)


def draw(method: Method[Any], name: str, folder: RunFolder, output: OutputCard) -> list[str]:
    """Draw a stored result and its scan; note names and captions in result.json. Returns the names.

    Nothing is drawn where no format is asked for.

    Raises `PluginError` for a figure name that is not a plain file name, or that two figures have.
    """
    stored = folder.read_header(name)
    with use_style(output.style):
        result = method.worded(folder.read_result(name, method.Record))
        scans = _scan_summaries(folder, name, stored["scan"])
        figures = _all_figures(method, result, scans) if output.figures else ()
        captions = save_all(figures, name, folder, output, method.name)
    folder.write_json(
        f"{name}/result.json", {**stored, "figures": captions, "drawing": _drawing(output, stored)}
    )
    return [c["name"] for c in captions]


def save_all(
    figures: Iterable[NamedFigure], name: str, folder: RunFolder, output: OutputCard, whose: str
) -> list[dict[str, str]]:
    """Save figures under NAME/figures/ and remove what an earlier drawing left; returns names and captions."""
    target = folder.root / name / "figures"
    heading = Heading(output.label, output.label_right, output.style)
    captions: list[dict[str, str]] = []
    for item in figures:
        check_names("figure", [item.name])
        if item.name in {c["name"] for c in captions}:
            raise PluginError(f"{whose}: two figures have the name '{item.name}'")
        with writing(target / item.name):
            save_figure(item.figure, target / item.name, output.figures, heading)
        captions.append({"name": item.name, "caption": item.caption})
    _remove_stale(folder, name, [f"{c['name']}.{kind}" for c in captions for kind in output.figures])
    return captions


def whole(name: str, listed: Sequence[Mapping[str, str]], folder: RunFolder, output: OutputCard) -> bool:
    """Are these figures there as they were drawn?"""
    sizes = folder.remembered(_record(name))
    files = [f"{figure['name']}.{kind}" for figure in listed for kind in output.figures]
    return all(_size(folder, name, file) == sizes.get(file, -1) for file in files)


def _all_figures(
    method: Method[Any], result: Result[Any], scans: Mapping[str, list[tuple[Any, Any]]]
) -> Iterator[NamedFigure]:
    """Those of the method, of its scans, of systematic uncertainties, and of the features."""
    yield from _figures(method, result)
    yield from scan_figures(method.scan_quantities, scans)
    systematic = None if result.variations is None else systematics_figure(result.variations)
    yield from (figure for figure in (systematic, control_figure(result.histograms)) if figure is not None)


def _figures(method: Method[Any], result: Result[Any]) -> Iterator[NamedFigure]:
    for item in method.figures(result):
        if not isinstance(item, NamedFigure):
            raise PluginError(
                f"{method.name}: figures must be NamedFigure objects, not {type(item).__name__}"
            )
        yield item


def _record(name: str) -> str:
    """Where the sizes of the figures that were drawn are kept: a file that was cut is drawn again."""
    return f"{STATE}/drawn/{name}.json"


def _size(folder: RunFolder, name: str, file: str) -> int | None:
    path = folder.root / name / "figures" / file
    return path.stat().st_size if path.is_file() else None


def _remove_stale(folder: RunFolder, name: str, drawn: list[str]) -> None:
    """Remove what an earlier drawing has written and this one has not; files of the user's stay."""
    for stale in set(folder.remembered(_record(name))) - set(drawn):
        check_names("figure", [stale])
        (folder.root / name / "figures" / stale).unlink(missing_ok=True)
    folder.write_json(_record(name), {file: _size(folder, name, file) for file in drawn})


def _drawing(output: OutputCard, stored: dict[str, Any]) -> str:
    return content_key(output.model_dump(mode="json"), stored["scan"])


def _scan_summaries(folder: RunFolder, name: str, points: Sequence[str]) -> dict[str, list[tuple[Any, Any]]]:
    """option -> (value, summary) of every scan point, in the order of the card."""
    found: dict[str, list[tuple[Any, Any]]] = {}
    for point in points:
        stored = folder.read_json(f"{name}/scan/{point}/result.json")
        option = point.partition("=")[0]
        found.setdefault(option, []).append((stored["options"][option], stored["summary"]))
    return found

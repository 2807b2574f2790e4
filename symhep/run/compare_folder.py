"""A comparison on disk: its page, its figures, and all of it as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import symhep
from symhep.plotting.heading import Heading
from symhep.plotting.save import save_figure
from symhep.plotting.style import use_style
from symhep.report.comparison.page import PageFigure, comparison_page
from symhep.report.comparison.record import ComparisonRecord
from symhep.run.compare_figures import compare_figures
from symhep.run.export.place import new_folder, write_text
from symhep.run.stored import StoredRun

__all__ = ["DOCUMENT", "PAGE", "write_comparison"]

PAGE, DOCUMENT = "comparison.html", "comparison.json"


def write_comparison(
    found: ComparisonRecord, runs: Sequence[StoredRun], folder: Path, *, force: bool = False
) -> Path:
    """Write the page with figures in the style of the first run's card; returns its path.

    Raises `StoreError` for a folder that is not empty; with ``force`` for one that is no earlier comparison.
    """
    labels, output = [run.label for run in found.runs], runs[0].card.output
    with new_folder(folder, DOCUMENT, force) as place:
        figures = []
        with use_style(output.style):
            for item in compare_figures(runs, labels):
                png, _ = save_figure(
                    item.figure, place / item.name, ("png", "pdf"), Heading(output.label, "", output.style)
                )
                figures.append(PageFigure(item.name, item.caption, png.read_bytes()))
        write_text(place / DOCUMENT, json.dumps(found.to_json(), indent=1, allow_nan=False) + "\n")
        write_text(place / PAGE, comparison_page(found, figures, symhep.__version__))
    return folder / PAGE

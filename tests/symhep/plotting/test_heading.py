"""The line above a figure meets nothing that stands there, and costs no second drawing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.text import Text
from mplhep.label import ExpLabel, ExpText, LumiText

from symhep.plotting.heading import Heading
from symhep.plotting.panel import panel
from symhep.plotting.save import save_figure
from symhep.plotting.style import use_style

RIGHT = "138 fb$^{-1}$ (13 TeV)"
STYLES = ["mplhep", "CMS", "ATLAS", "LHCb2", "ALICE", "DUNE", "none"]


def _single() -> Figure:
    figure, ax = panel()
    ax.plot([0, 1], [0, 1])
    return figure


def _grid_with_titles() -> Figure:
    figure, axes = panel(2, 3, figsize=(8.0, 5.0))
    for number, ax in enumerate(axes.flat):
        ax.set_title("a title\nof two lines" if number == 1 else "a title")
    return figure


def _powers_of_ten() -> Figure:
    figure, ax = panel(figsize=(3.4, 2.7))
    ax.plot([0, 1], [0, 3e7])
    ax.ticklabel_format(axis="y", scilimits=(-3, 4))
    return figure


def _colour_bar_and_legend() -> Figure:
    figure, ax = panel(figsize=(4.0, 4.0))
    image = ax.imshow(np.eye(3))
    figure.colorbar(image, ax=ax, label="entry")
    figure.legend(handles=ax.plot([0, 1], label="line"), loc="outside lower center")
    return figure


def _text_above() -> Figure:
    figure, ax = panel(figsize=(5.0, 3.0))
    ax.text(0.5, 1.02, "above the axes", transform=ax.transAxes)
    return figure


def _in_space() -> Figure:
    figure, axes = panel(1, 2, figsize=(5.4, 3.3), subplot_kw={"projection": "3d"})
    for ax in axes:
        ax.set_title("epoch 10\n90.0°")
        ax.set_box_aspect((1, 1, 1))
    return figure


KINDS = [_in_space, _single, _grid_with_titles, _powers_of_ten, _colour_bar_and_legend, _text_above]


def _texts(figure: Figure, kind: type[Text]) -> list[Any]:
    return [text for text in figure.findobj(kind) if text.get_text()]


def _heading(figure: Figure) -> list[Any]:
    return [text for kind in (ExpLabel, ExpText, LumiText) for text in _texts(figure, kind)]


@pytest.mark.parametrize("make", KINDS)
@pytest.mark.parametrize("style", STYLES)
def test_nothing_overlaps_and_nothing_is_cut(tmp_path: Path, style: Any, make: Any) -> None:
    with use_style(style):
        figure = make()
        save_figure(figure, tmp_path / "f", ("png",), Heading("Private work", RIGHT, style))
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        ours = _heading(figure)
        boxes = [text.get_window_extent(canvas.get_renderer()).padded(-1) for text in ours]
        others = [
            text.get_window_extent(canvas.get_renderer())
            for text in figure.findobj(Text)
            if text not in ours and text.get_visible() and text.get_text().strip()
        ]
    assert len(ours) == (2 if style in ("mplhep", "none") else 3)
    for number, box in enumerate(boxes):
        assert figure.bbox.x0 <= box.x0
        assert box.x1 <= figure.bbox.x1
        assert box.y1 <= figure.bbox.y1
        assert not any(box.overlaps(other) for other in boxes[number + 1 :])
        assert not any(box.overlaps(other) for other in others)
        assert not any(box.y0 < ax.bbox.y1 - 1 for ax in figure.axes if ax.axison)


@pytest.mark.parametrize(("style", "experiment"), [("CMS", "CMS"), ("ATLAS", "ATLAS"), ("LHCb2", "LHCb"),
                                                   ("ALICE", "ALICE"), ("DUNE", "DUNE")])  # fmt: skip
def test_an_experiment_stands_before_the_status(tmp_path: Path, style: Any, experiment: str) -> None:
    with use_style(style):
        figure = _single()
        save_figure(figure, tmp_path / "f", ("png",), Heading("Preliminary", RIGHT, style))
    (name,), (status,), (right,) = (_texts(figure, kind) for kind in (ExpLabel, ExpText, LumiText))
    assert (name.get_text(), status.get_text(), right.get_text()) == (experiment, "Preliminary", RIGHT)
    assert name.get_window_extent().x1 < status.get_window_extent().x0


@pytest.mark.parametrize("style", ["mplhep", "none"])
def test_a_style_of_no_experiment_names_none(tmp_path: Path, style: Any) -> None:
    with use_style(style):
        figure = _single()
        save_figure(figure, tmp_path / "f", ("png",), Heading("Simulation", style=style))
    assert [(text.get_text(), text.get_fontstyle()) for text in _heading(figure)] == [
        ("Simulation", "italic")
    ]


def test_without_words_the_figure_is_as_it_was(tmp_path: Path) -> None:
    with use_style():
        figure = _single()
        save_figure(figure, tmp_path / "f", ("png",), Heading())
        assert figure.get_size_inches().tolist() == [6.4, 4.8]
        assert len(figure.axes) == 1


def test_a_heading_takes_its_room_from_above_the_panels(tmp_path: Path) -> None:
    with use_style():
        plain, headed = _single(), _single()
        save_figure(plain, tmp_path / "f", ("png",))
        save_figure(headed, tmp_path / "f", ("png",), heading := Heading("Private work"))
        assert headed.get_size_inches()[1] == pytest.approx(4.8 + heading.inches)
    assert headed.axes[0].bbox.height == pytest.approx(plain.axes[0].bbox.height, abs=4)


def test_laid_out_once_and_drawn_once_per_format(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs, drawn = [], []
    execute = ConstrainedLayoutEngine.execute
    monkeypatch.setattr(ConstrainedLayoutEngine, "execute", lambda *a: (runs.append(1), execute(*a)))
    with use_style("CMS"):
        figure = _single()
        monkeypatch.setattr(figure, "draw", lambda renderer: (drawn.append(1), Figure.draw(figure, renderer)))
        save_figure(figure, tmp_path / "f", ("pdf", "png"), Heading("Private work", RIGHT, "CMS"))
    assert (len(runs), len(drawn)) == (1, 2)


@pytest.mark.parametrize("kind", ["pdf", "png", "svg"])
def test_same_heading_same_bytes(tmp_path: Path, kind: str) -> None:
    with use_style("CMS"):
        first, second = (
            save_figure(_single(), tmp_path / name / "f", (kind,), Heading("Private work", RIGHT, "CMS"))[0]
            for name in "ab"
        )
    assert first.read_bytes() == second.read_bytes()


def test_a_figure_without_axes(tmp_path: Path) -> None:
    with use_style():
        figure = Figure()
        figure.set_layout_engine("none")
        (path,) = save_figure(figure, tmp_path / "f", ("png",), Heading("Private work"))
    assert path.stat().st_size


def test_a_long_line_shrinks_until_it_fits(tmp_path: Path) -> None:
    with use_style("ATLAS"):
        figure, _ = panel(figsize=(2.5, 2.5))
        save_figure(figure, tmp_path / "f", ("png",), Heading("Simulation Internal", RIGHT, "ATLAS"))
        sizes = [text.get_fontsize() for text in _heading(figure)]
        assert max(sizes) < mpl.rcParams["font.size"]

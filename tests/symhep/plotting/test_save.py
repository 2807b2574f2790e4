"""Figures are saved whole, laid out once, and with the same bytes each time."""

from __future__ import annotations

import gc
from pathlib import Path

import matplotlib.pyplot as plt
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from symhep.plotting.heading import Heading
from symhep.plotting.panel import panel
from symhep.plotting.save import save_figure
from symhep.plotting.style import use_style


def _draw() -> Figure:
    figure, ax = panel()
    ax.plot([1, 2, 3], [3, 1, 2])
    ax.set_xlabel("$p_x$ [GeV]")
    return figure


@pytest.mark.parametrize("kind", ["pdf", "png", "svg"])
def test_same_figure_same_bytes(tmp_path: Path, kind: str) -> None:
    with use_style():
        first, second = (save_figure(_draw(), tmp_path / name / "f", (kind,))[0] for name in "ab")
    assert first.name == f"f.{kind}"
    assert first.read_bytes() == second.read_bytes()


def test_complete_and_unknown_to_pyplot(tmp_path: Path) -> None:
    save_figure(_draw(), tmp_path / "f")
    assert plt.get_fignums() == []
    assert sorted(p.name for p in tmp_path.iterdir()) == ["f.pdf", "f.png"]


def test_laid_out_once_whatever_the_formats(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = []
    execute = ConstrainedLayoutEngine.execute
    monkeypatch.setattr(ConstrainedLayoutEngine, "execute", lambda *a: (runs.append(1), execute(*a)))
    with use_style():
        figure = _draw()
        drawn = []
        monkeypatch.setattr(figure, "draw", lambda renderer: (drawn.append(1), Figure.draw(figure, renderer)))
        save_figure(figure, tmp_path / "f", ("pdf", "png", "svg"))
    assert (len(runs), len(drawn)) == (1, 3)


def test_a_label_stays_inside_the_figure_and_off_the_axes(tmp_path: Path) -> None:
    """The layout that is kept is that of the style: room for a label of two lines."""
    with use_style():
        figure = _draw()
        label = figure.axes[0].set_ylabel("one\ntwo")
        save_figure(figure, tmp_path / "f")
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        box = label.get_window_extent(canvas.get_renderer())
        left = figure.axes[0].get_window_extent().x0
    assert 0 < box.x0 < box.x1 < left < 0.3 * figure.bbox.width


@pytest.mark.parametrize("shape", ["aspect", "box_aspect"])
def test_panels_of_a_given_shape_are_laid_out_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shape: str
) -> None:
    """What stands around them has its place only once the first layout has given them their shape."""
    runs = []
    execute = ConstrainedLayoutEngine.execute
    monkeypatch.setattr(ConstrainedLayoutEngine, "execute", lambda *a: (runs.append(1), execute(*a)))
    with use_style():
        figure = _draw()
        figure.axes[0].set(**{shape: 1})
        save_figure(figure, tmp_path / "f", ("png",))
    assert len(runs) == 2


def test_axes_in_space_are_saved(tmp_path: Path) -> None:
    """Their box has three sides."""
    with use_style():
        figure, ax = panel(subplot_kw={"projection": "3d"})
        ax.set_box_aspect((1, 1, 1))
        (path,) = save_figure(figure, tmp_path / "f", ("png",), Heading("Private work"))
    assert path.stat().st_size


def test_the_collector_is_as_it_was(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="supported formats"):
        save_figure(_draw(), tmp_path / "f", ("nonsense",))
    assert gc.isenabled()


def test_a_name_as_text(tmp_path: Path) -> None:
    assert save_figure(_draw(), str(tmp_path / "f.a"), ["png"]) == [tmp_path / "f.a.png"]

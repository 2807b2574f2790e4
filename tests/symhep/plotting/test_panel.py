"""Figures are made without pyplot, so that none stays open."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

import symhep
from symhep.methods.interface import NamedFigure
from symhep.plotting.panel import panel
from symhep.plotting.style import use_style

ROOT = Path(__file__).parents[3]


def test_unknown_to_pyplot_and_in_the_style() -> None:
    with use_style():
        figure, axes = panel(1, 2, figsize=(5.0, 2.0), sharey=True)
    assert plt.get_fignums() == []
    assert figure.get_size_inches().tolist() == [5.0, 2.0]
    assert figure.get_layout_engine() is not None
    assert axes[0].get_shared_y_axes().joined(*axes)


def test_fonts_and_colours_stay_those_of_the_style_it_was_made_in() -> None:
    """A notebook draws when it shows, long after the style has ended."""

    def drawn(inside: bool) -> Any:
        with use_style("CMS"):
            figure, ax = panel(figsize=(2.0, 2.0))
            ax.plot([0, 1], color="C2")
            ax.set_xlabel("$p_T$ [GeV]")
            canvas = FigureCanvasAgg(figure)
            if inside:
                canvas.draw()
        if not inside:
            canvas.draw()
        return np.asarray(canvas.buffer_rgba())

    np.testing.assert_array_equal(drawn(inside=True), drawn(inside=False))


def test_a_named_figure_has_one_picture_and_no_other_rich_form() -> None:
    named = NamedFigure("a", panel()[0], "An empty frame.")
    assert named._repr_png_().startswith(b"\x89PNG")
    assert [name for name in dir(named) if name.startswith("_repr_")] == ["_repr_png_"]


@pytest.mark.parametrize("folder", ["symhep", "plugins", "samples"])
def test_nothing_draws_through_pyplot(folder: str) -> None:
    sources = list((ROOT / folder).rglob("*.py"))
    assert sources
    assert [
        str(p) for p in sources if re.search(r"^\s*(import|from) matplotlib.*pyplot", p.read_text(), re.M)
    ] == []


def test_public() -> None:
    assert symhep.panel is panel

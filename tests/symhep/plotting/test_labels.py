"""Texts of figures that are too long, too many or too small for their place."""

from __future__ import annotations

from typing import Any

import hist
import numpy as np
import pytest

from symhep.events.dataset import Dataset
from symhep.lie.subgroups import lattice, lorentz_subgroups
from symhep.plotting.control import control_figure, control_histograms
from symhep.plotting.lattice import draw_lattice
from symhep.plotting.panel import panel
from symhep.plotting.style import use_style


def test_what_overlaps_and_what_is_cut_is_found(text_boxes: Any) -> None:
    figure, ax = panel(figsize=(3, 2))
    ax.text(0.5, 0.5, "over")
    ax.text(0.52, 0.5, "under")
    ax.text(0.9, 0.8, "far beyond the edge")
    assert text_boxes.overlapping(figure) == [("over", "under")]
    figure.set_layout_engine("none")
    ax.set_position((0.1, 0.1, 0.8, 0.8))
    assert "far beyond the edge" in text_boxes.cut(figure)


def test_the_legend_of_few_classes_fits(text_boxes: Any) -> None:
    order = lattice(lorentz_subgroups())
    with use_style():
        figure = draw_lattice(
            order, only=["SO(3)", "SO(2)"], verdicts={"SO(3)": "survives", "SO(2)": "excluded"}
        )
        assert text_boxes.cut(figure) == []
        assert text_boxes.overlapping(figure) == []


def test_ticks_do_not_meet_where_axes_begin(text_boxes: Any) -> None:
    rng = np.random.default_rng(1)
    data = Dataset.from_array(rng.normal(size=(2000, 4)) * 2000, columns=("a", "b", "c", "d"))
    with use_style():
        found = control_figure(control_histograms(data))
        assert found is not None
        assert text_boxes.overlapping(found.figure) == []


@pytest.mark.parametrize(("beyond", "said"), [(12.0, True), (0.0, False)])
def test_what_lies_beyond_the_axis_is_said(beyond: float, said: bool) -> None:
    made = hist.Hist(
        hist.axis.StrCategory(["events"], name="dataset"), hist.axis.Regular(4, 0, 4, name="x", label="x"),
        storage=hist.storage.Weight(),
    )  # fmt: skip
    made.fill("events", [0.5] * 99 + [beyond])
    found = control_figure({"control: x": made})
    assert found is not None
    texts = [text.get_text() for text in found.figure.axes[0].texts]
    assert texts == (["1 % beyond"] if said else [])

"""p-values side by side: at their places, with ticks that do not touch, and what was not tested."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Any

import matplotlib.pyplot as plt
import pytest
from matplotlib.figure import Figure

from symhep.hypotheses.adjustment import adjusted
from symhep.hypotheses.candidates.record import CandidateRow
from symhep.hypotheses.discrete.record import DiscreteRow
from symhep.hypotheses.p_value_figure import candidate_family, discrete_family, p_value_figure
from symhep.plotting.style import COLOURS, use_style


@pytest.fixture(autouse=True)
def _style() -> Iterator[None]:
    with use_style():
        yield
    plt.close("all")


def texts(figure: Figure) -> list[str]:
    figure.canvas.draw()
    return [t.get_text() for ax in figure.axes for t in ax.texts]


def test_p_values_stand_at_their_places(candidates: list[CandidateRow]) -> None:
    ax = p_value_figure([candidate_family(candidates)], 0.05).axes[0]
    drawn = {(round(float(line.get_xdata()[-1]), 6), line.get_marker()) for line in ax.lines}  # type: ignore[index]
    for row in candidates:
        if row.log10_p is not None and row.log10_p_adjusted is not None:
            assert (round(-row.log10_p_adjusted, 6), "X" if row.rejected else "o") in drawn
            assert (round(-row.log10_p, 6), "|") in drawn
    assert ax.get_xlim()[1] > 1234
    level = [line for line in ax.lines if line.get_color() == COLOURS[2]]
    assert [float(line.get_xdata()[0]) for line in level] == [pytest.approx(-math.log10(0.05))]  # type: ignore[index]


@pytest.mark.parametrize("log10_p", [-1.5, -30.0, -1e5])
def test_ticks_of_p_do_not_touch(log10_p: float) -> None:
    family = adjusted({"J_x": log10_p * math.log(10)}, 0.05)
    figure = p_value_figure([candidate_family([CandidateRow(label="J_x", **dict(family["J_x"]))])], 0.05)
    figure.canvas.draw()
    boxes = [t.get_window_extent() for t in figure.axes[-1].get_xticklabels() if t.get_text()]
    assert len(boxes) >= 4
    assert all(a.x1 < b.x0 for a, b in itertools.pairwise(boxes))


def test_what_was_not_tested_says_why(candidates: list[CandidateRow]) -> None:
    said = texts(p_value_figure([candidate_family(candidates)], 0.05))
    assert "not tested: excluded by the support" in said


@pytest.mark.parametrize("number", [1, 2, 9])
def test_no_text_lies_on_another(text_boxes: Any, elements: list[DiscreteRow], number: int) -> None:
    """Families of any size, with the level named in the legend."""
    rows = [CandidateRow(label=f"J_{i}", how="support", log10_p=None) for i in range(number)]
    figure = p_value_figure([candidate_family(rows), discrete_family(elements)], 0.01)
    assert "level 0.01" in {text for text, _ in text_boxes.drawn(figure)}
    assert text_boxes.overlapping(figure) == []
    assert text_boxes.cut(figure) == []


def test_the_level_inside_the_axes_would_lie_on_what_was_not_tested(
    text_boxes: Any, candidates: list[CandidateRow]
) -> None:
    """As it was: the number at the foot of its line, where the last row of a low panel says that it was not tested."""
    figure = p_value_figure([candidate_family(candidates)], 0.01)
    assert text_boxes.overlapping(figure) == []
    figure = p_value_figure([candidate_family(candidates)], 0.01)
    ax = figure.axes[0]
    ax.set_ylim(2.3, -0.7)
    ax.annotate("0.01", (2.0, 0.0), (3, 3), xycoords=("data", "axes fraction"), textcoords="offset points")
    found = [set(pair) for pair in text_boxes.overlapping(figure)]
    assert {"0.01", "not tested: excluded by the support"} in found


def test_elements_without_a_test_of_their_own_have_no_row(elements: list[DiscreteRow]) -> None:
    assert [name for name, _, _ in discrete_family(elements).rows] == ["$P$", "exchange(1,2)"]


def test_without_any_hypothesis_the_figure_says_so() -> None:
    assert "no hypothesis was tested" in texts(p_value_figure([candidate_family([])], 0.05))

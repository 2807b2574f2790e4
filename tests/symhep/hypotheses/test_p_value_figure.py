"""p-values side by side: at their places, with ticks that do not touch, and what was not tested."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

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


def test_the_level_is_written_beside_what_was_not_tested() -> None:
    rows = [CandidateRow(label=name, how="support", log10_p=None) for name in ("J_x", "J_y")]
    figure = p_value_figure([candidate_family(rows)], 0.01)
    figure.canvas.draw()
    (level,) = [t for t in figure.axes[0].texts if t.get_text() == "0.01"]
    notes = [t for t in figure.axes[0].texts if t.get_text().startswith("not tested")]
    assert len(notes) == 2
    assert not any(level.get_window_extent().overlaps(t.get_window_extent()) for t in notes)


def test_elements_without_a_test_of_their_own_have_no_row(elements: list[DiscreteRow]) -> None:
    assert [name for name, _, _ in discrete_family(elements).rows] == ["$P$", "exchange(1,2)"]


def test_without_any_hypothesis_the_figure_says_so() -> None:
    assert "no hypothesis was tested" in texts(p_value_figure([candidate_family([])], 0.05))

"""No text of a figure lies on another, or is cut by the edge."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import matplotlib.pyplot as plt
import pytest

from symhep.methods.result import Result
from symhep.plotting.style import use_style
from symhep_moments.figures.all import draw_all
from symhep_moments.figures.chain import rank_statistics
from symhep_moments.record import MomentsRecord

Made = Callable[..., Result[MomentsRecord]]


@pytest.mark.parametrize("changes", [{}, {"off_support": ("K_x", "K_y", "K_z", "P_t", "P_x", "P_y", "P_z")}])
def test_texts_of_all_figures(made: Made, text_boxes: Any, changes: dict[str, Any]) -> None:
    with use_style():
        for item in draw_all(made(**changes)):
            assert text_boxes.overlapping(item.figure) == [], item.name
            assert text_boxes.cut(item.figure) == [], item.name
    plt.close("all")


def test_ranks_are_whole_numbers_however_few(made: Made, text_boxes: Any) -> None:
    chain = [row for row in made().record.chain if row.dimension == 1]
    with use_style():
        figure = rank_statistics(chain)
        figure.canvas.draw()
        assert list(figure.axes[0].get_xticks()) == [1.0]
        assert text_boxes.overlapping(figure) == []

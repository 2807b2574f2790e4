"""No text of a figure lies on another, or is cut by the edge."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import matplotlib.pyplot as plt

from symhep.methods.result import Result
from symhep.plotting.style import use_style
from symhep_symmetrygan.figures.all import draw_all
from symhep_symmetrygan.record import SymmetryGanRecord

Made = Callable[..., Result[SymmetryGanRecord]]


def test_texts_of_all_figures(dijets: Made, line: Made, text_boxes: Any) -> None:
    with use_style():
        for result in (dijets(), line()):
            for item in draw_all(result):
                assert text_boxes.overlapping(item.figure) == [], item.name
                assert text_boxes.cut(item.figure) == [], item.name
    plt.close("all")

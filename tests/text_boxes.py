"""Texts of a figure that lie on each other, or are cut by its edge."""

from __future__ import annotations

from itertools import combinations
from typing import Any
from unittest.mock import patch

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from symhep.plotting.heading import Heading
from symhep.plotting.save import _lay_out

#: Pixels of a box that are no ink: above and below letters, and between them.
MARGIN = 2.0


def drawn(figure: Figure) -> list[tuple[str, Bbox]]:
    """Every text that is drawn when the figure is saved, with its box in pixels."""
    found: list[tuple[str, Bbox]] = []
    draw = Text.draw

    def noting(self: Text, renderer: Any, *more: Any, **options: Any) -> None:
        if self.get_visible() and self.get_text().strip():
            found.append((self.get_text(), self.get_window_extent(renderer)))
        draw(self, renderer, *more, **options)

    with mpl.rc_context({"figure.constrained_layout.use": False}):
        _lay_out(figure, Heading())
        with patch.object(Text, "draw", noting):
            FigureCanvasAgg(figure).draw()
    return found


def overlapping(figure: Figure) -> list[tuple[str, str]]:
    """Pairs of texts whose boxes share more than their margins."""
    boxes = [
        (text, box.padded(-MARGIN)) for text, box in drawn(figure) if min(box.width, box.height) > 2 * MARGIN
    ]
    return [
        (a, b) for (a, one), (b, other) in combinations(boxes, 2) if Bbox.intersection(one, other) is not None
    ]


def cut(figure: Figure) -> list[str]:
    """Texts that reach over the edge of the figure."""
    found = drawn(figure)
    page = figure.bbox.padded(MARGIN)
    return [
        text for text, box in found
        if box.x0 < page.x0 or box.y0 < page.y0 or box.x1 > page.x1 or box.y1 > page.y1
    ]  # fmt: skip

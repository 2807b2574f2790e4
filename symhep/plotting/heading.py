"""The line above a figure, by mplhep's label functions: experiment and status left, luminosity and energy right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import mplhep
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from symhep.card.schema import StyleName

__all__ = ["Heading"]

#: The label functions of experiments; other styles take the general one.
_FUNCTIONS: dict[str, Callable[..., tuple[Text | None, ...]]] = {
    "CMS": mplhep.cms.text,
    "ATLAS": mplhep.atlas.text,
    "LHCb2": mplhep.lhcb.text,
    "ALICE": mplhep.alice.text,
    "DUNE": mplhep.dune.text,
}
#: Sizes of experiment, status, luminosity and supplement over that of other text, as mplhep has them.
_RELATIVE = (1.3, 1.0, 1 / 1.1, 1 / 1.3)
#: Height of a line over the size of its font; room between what stands left and right, in inches.
_LINE, _BETWEEN = 1.25, 0.15


@dataclass(frozen=True)
class Heading:
    """Status ('Private work', 'Preliminary', 'Simulation') and, right, luminosity and energy, in a style."""

    status: str = ""
    right: str = ""
    style: StyleName = "mplhep"

    @property
    def inches(self) -> float:
        """Height that the line takes above everything else; 0 without a line."""
        if not (self.status or self.right or self.style in _FUNCTIONS):
            return 0.0
        largest = _RELATIVE[0] if self.style in _FUNCTIONS else _RELATIVE[1]
        return _LINE * largest * float(mpl.rcParams["font.size"]) / 72

    def write(self, figure: Figure) -> None:
        """Onto a figure whose axes have their places: above all panels, their titles and their powers of ten."""
        if not self.inches:
            return
        # Titles in space rise above the place that the layout gave them.
        frame = _frame(figure, figure.bbox.y1 - 0.85 * self.inches * figure.dpi)
        # The label functions measure text after drawing a figure that has changed: a second drawing, and needless.
        frame.stale_callback = None
        figure.stale = False
        size = float(mpl.rcParams["font.size"])
        written = self._texts(frame, size)
        room = frame.bbox.width if self.right else figure.bbox.width - frame.bbox.x0
        excess = self._width(figure, written) / room
        if excess > 1:
            for text in written:
                text.remove()
            self._texts(frame, size / excess)

    def _texts(self, frame: Axes, size: float) -> list[Text]:
        sizes = tuple(size * factor for factor in _RELATIVE)
        more: dict[str, Any] = {"lumi": self.right or None, "loc": 0, "ax": frame, "scilocator_adjust": False}
        if self.style in _FUNCTIONS:
            made = _FUNCTIONS[self.style](text=self.status, fontsize=sizes, **more)
        else:  # the status stands where an experiment would
            made = mplhep.label.exp_text(
                self.status, fontsize=sizes[1:2] + sizes[1:], fontweight=("normal",) * 4,
                fontstyle=("italic", *["normal"] * 3), **more,
            )  # fmt: skip
        return [text for text in made if text is not None]

    def _width(self, figure: Figure, written: list[Text]) -> float:
        """Pixels that all texts take side by side."""
        boxes = [text.get_window_extent() for text in written if text.get_text()]
        return float(sum(box.width for box in boxes)) + _BETWEEN * figure.dpi * len(boxes)


def _written(ax: Any) -> list[Text]:
    """Titles, the power of ten of the axis, and whatever else is written onto axes (their ticks stand elsewhere)."""
    texts = [child for child in ax.get_children() if isinstance(child, Text)]
    return [text for text in [*texts, ax.yaxis.get_offset_text()] if text.get_visible() and text.get_text()]


def _frame(figure: Figure, highest: float) -> Axes:
    """Axes without a look around all panels, up to the top of what stands above these, or to the highest pixel."""
    panels: list[Any] = [ax for ax in figure.axes if ax.get_label() != "<colorbar>"]
    left, right = min(ax.bbox.x0 for ax in panels), max(ax.bbox.x1 for ax in panels)
    bottom, top = min(ax.bbox.y0 for ax in panels), max(ax.bbox.y1 for ax in panels)
    first_row = [ax for ax in figure.axes if ax.bbox.y1 > top - 2]
    top = max([top, *(text.get_window_extent().y1 for ax in first_row for text in _written(ax))])
    box = mpl.transforms.Bbox.from_extents(left, bottom, right, min(top, highest))
    frame = figure.add_axes(box.transformed(figure.transFigure.inverted()).bounds)
    frame.set_axis_off()
    return frame

"""Where figures begin: axes on a figure that pyplot knows nothing of, so that none stays open or shows unasked."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

__all__ = ["StyledFigure", "panel"]

#: Settings that matplotlib looks up when a figure is drawn, and not when it is made.
_LOOKED_UP = ("axes.", "font.", "grid.", "lines.", "mathtext.", "text.", "xtick.", "ytick.")


class StyledFigure(Figure):
    """A figure that keeps the fonts, ticks and colours that were in use when it was made, wherever it is drawn."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._look = {key: value for key, value in mpl.rcParams.items() if key.startswith(_LOOKED_UP)}

    def draw(self, renderer: Any) -> None:
        """As matplotlib calls it."""
        with mpl.rc_context(self._look):
            super().draw(renderer)


def panel(
    rows: int = 1, columns: int = 1, *, figsize: tuple[float, float] | None = None, **grid: Any
) -> tuple[Figure, Any]:
    """A figure and its axes: one, or an array of rows times columns.

    Parameters
    ----------
    rows, columns
        How many axes the figure has.
    figsize
        Width and height in inches; by default those of the style.
    grid
        Whatever else `matplotlib.figure.Figure.subplots` takes: ``sharex``, ``squeeze``, ``width_ratios``, ...

    Returns
    -------
    tuple
        The figure, and its axes as ``Figure.subplots`` gives them.

    Examples
    --------
    >>> figure, axes = panel(2, 3, figsize=(6.0, 4.0), sharey="row")
    >>> axes.shape, figure.get_size_inches().tolist()
    ((2, 3), [6.0, 4.0])
    """
    figure = StyledFigure(figsize=figsize)
    return figure, figure.subplots(rows, columns, **grid)

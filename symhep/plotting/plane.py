"""Histograms in two coordinates, by mplhep's hist2dplot."""

from __future__ import annotations

from typing import Any

import mplhep
from matplotlib._pylab_helpers import Gcf
from matplotlib.backend_bases import FigureManagerBase
from matplotlib.collections import QuadMesh

__all__ = ["draw_plane"]


def draw_plane(ax: Any, histogram: Any, *edges: Any, **look: Any) -> QuadMesh:
    """Draw onto ``ax`` and return the coloured bins, for a colour bar; flow bins are left out.

    Parameters
    ----------
    histogram
        `hist.Hist` with two axes, or an array (X, Y) of what is in each bin.
    edges
        Of such an array: X + 1 and Y + 1 numbers.
    look
        Whatever else `mplhep.hist2dplot` takes: ``mask`` (bins to draw), ``cmap``, ``norm``, ...

    >>> from symhep.plotting.panel import panel
    >>> _, ax = panel()
    >>> draw_plane(ax, [[1.0, 2.0], [3.0, 4.0]], [0, 1, 2], [0, 5, 10]).get_array().tolist()
    [[1.0, 3.0], [2.0, 4.0]]
    """
    figure = ax.figure
    # hist2dplot makes the axes pyplot's current ones, which it can only on a figure that has a manager there.
    FigureManagerBase(figure.canvas, num=id(figure))
    try:
        artists = mplhep.hist2dplot(
            histogram, *edges, ax=ax, cbar=False, flow=None, rasterized=True, linewidth=0, **look
        )
    finally:
        Gcf.destroy_fig(figure)
        figure.canvas.manager = None
    mesh: QuadMesh = artists.pcolormesh
    return mesh

"""Two-dimensional histograms, drawn by mplhep and unknown to pyplot."""

from __future__ import annotations

import hist
import matplotlib.pyplot as plt
import numpy as np
import pytest

from symhep.plotting.panel import panel
from symhep.plotting.plane import draw_plane


def _made() -> hist.Hist[hist.storage.Double]:
    made = hist.Hist(hist.axis.Regular(3, 0, 3, label="x"), hist.axis.Regular(2, 0, 4, label="y"))
    made.fill([0.5, 0.5, 1.5, 7.0], [1.0, 1.0, 3.0, 1.0])
    return made


def test_bins_and_edges() -> None:
    _, ax = panel()
    mesh = draw_plane(ax, _made())
    np.testing.assert_array_equal(mesh.get_array(), [[2, 0, 0], [0, 1, 0]])
    assert (ax.get_xlim(), ax.get_ylim()) == ((0, 3), (0, 4))
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("x", "y")
    assert mesh.get_rasterized()


def test_what_is_masked_is_not_drawn() -> None:
    _, ax = panel()
    made = _made()
    drawn = np.isfinite(np.ma.filled(draw_plane(ax, made, mask=made.values() > 0).get_array(), np.nan))
    np.testing.assert_array_equal(drawn, [[True, False, False], [False, True, False]])


def test_no_figure_stays_open() -> None:
    figure, ax = panel()
    draw_plane(ax, _made())
    assert plt.get_fignums() == []
    assert figure.canvas.manager is None


def test_a_figure_of_pyplot_stays_with_it_when_another_is_drawn() -> None:
    own = plt.figure()
    _, ax = panel()
    draw_plane(ax, _made())
    assert plt.gcf() is own
    plt.close(own)


def test_closed_after_an_error_too() -> None:
    _, ax = panel()
    with pytest.raises(ValueError, match="incorrect shape"):
        draw_plane(ax, _made(), labels=np.zeros((5, 5)))
    assert plt.get_fignums() == []

"""One look, which ends where its context ends."""

from __future__ import annotations

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

from symhep.plotting.style import COLOURS, use_style


def test_the_context_leaves_no_trace() -> None:
    before = dict(mpl.rcParams)
    with use_style("CMS"):
        assert mpl.rcParams["font.size"] != before["font.size"]
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("name", ["none", "CMS", "ATLAS", "LHCb2", "ALICE", "DUNE"])
def test_every_style_draws(name: str) -> None:
    with use_style(name):  # type: ignore[arg-type]
        figure, ax = plt.subplots()
        ax.plot([1, 2], [1, 2])
        ax.set_xlabel(r"$p_\mathrm{T}(\mu^-)$ [GeV]")
        figure.canvas.draw()
        assert np.asarray(figure.canvas.buffer_rgba())[..., :3].min() < 64, "nothing dark was drawn"
        plt.close(figure)


def test_colours_are_distinct() -> None:
    assert len(set(COLOURS)) == 10

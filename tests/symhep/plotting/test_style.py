"""One look, which ends where its context ends."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.font_manager import FontProperties
from matplotlib.mathtext import MathTextParser

from symhep.plotting.style import COLOURS, PETROFF, tint, use_style


def test_the_context_leaves_no_trace() -> None:
    before = dict(mpl.rcParams)
    with use_style("CMS"):
        assert mpl.rcParams["font.size"] != before["font.size"]
    assert dict(mpl.rcParams) == before


STYLES = ["mplhep", "CMS", "ATLAS", "LHCb2", "ALICE", "DUNE", "none"]


@pytest.mark.parametrize("name", STYLES)
def test_every_style_draws(name: str) -> None:
    with use_style(name):  # type: ignore[arg-type]
        figure, ax = plt.subplots()
        ax.plot([1, 2], [1, 2])
        ax.set_xlabel(r"$p_\mathrm{T}(\mu^-)$ [GeV]")
        figure.canvas.draw()
        assert np.asarray(figure.canvas.buffer_rgba())[..., :3].min() < 64, "nothing dark was drawn"
        plt.close(figure)


@pytest.mark.parametrize("name", STYLES)
def test_sizes_are_those_of_small_panels(name: str) -> None:
    """mplhep's styles have labels of up to 32 points on figures of up to 12 inches; ticks shrink with the labels."""
    with use_style(name):  # type: ignore[arg-type]
        now = mpl.rcParams
        assert (now["font.size"], now["axes.labelsize"], tuple(now["figure.figsize"])) == (12, 13, (6.4, 4.8))
        assert 10 <= FontProperties(size=now["xtick.labelsize"]).get_size_in_points() <= 12
        assert max(now["xtick.major.size"], now["ytick.major.size"]) < 10
        assert max(now["axes.linewidth"], now["xtick.major.width"]) < 1.2
        assert (now["pdf.fonttype"], now["savefig.bbox"]) == (42, None)
        assert now["figure.constrained_layout.use"]
        assert (now["axes.xmargin"], now["image.aspect"]) == (0.05, "equal")


def test_the_default_is_mplheps_style_of_no_experiment() -> None:
    with use_style():
        assert mpl.rcParams["font.sans-serif"][0] == "TeX Gyre Heros"
        assert (mpl.rcParams["xtick.direction"], mpl.rcParams["xtick.top"]) == ("in", True)
        assert [entry["color"] for entry in mpl.rcParams["axes.prop_cycle"]] == list(PETROFF)
        assert 26 / mpl.rcParams["axes.labelsize"] == 12 / mpl.rcParams["xtick.major.size"], (
            "as in mplhep.style.ROOT"
        )


def test_colours_are_those_of_the_style() -> None:
    with use_style("CMS"):
        assert to_rgb(COLOURS[0]) == to_rgb("#5790fc")
    with use_style("none"):
        assert [to_rgb(colour) for colour in COLOURS] == [to_rgb(colour) for colour in PETROFF]


def test_tints_follow_the_style() -> None:
    with use_style("DUNE"):
        assert tint(COLOURS[0], 0.5) == (0.5, 0.5, 0.5)


@pytest.mark.parametrize("name", ["mplhep", "ATLAS", "none"])
def test_variables_are_slanted_and_digits_upright(name: str) -> None:
    with use_style(name):  # type: ignore[arg-type]
        parse = MathTextParser("path").parse
        letter, digit = (parse(f"${what}$").glyphs[0][0].style_name for what in ("x", "5"))
    assert (letter, digit) == ("Italic", "Regular")


#: What linear RGB looks like to readers without one kind of cone (Machado, Oliveira and Fernandes 2009, severity 1).
SEEN = {
    "all cones": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}  # fmt: skip


def _closest(colours: Sequence[Any], seen: Any) -> float:
    """Smallest CIE 1976 colour difference between two of ``colours``."""
    srgb = np.array([to_rgb(c) for c in colours])
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    linear = np.clip(linear @ np.asarray(seen).T, 0, 1)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    t = linear @ to_xyz.T / to_xyz.sum(axis=1)
    f = np.where(t > (6 / 29) ** 3, np.cbrt(t), t / (3 * (6 / 29) ** 2) + 4 / 29)
    lab = np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=1)
    return min(float(np.linalg.norm(a - b)) for a, b in combinations(lab, 2))


@pytest.mark.parametrize("reader", SEEN)
def test_colours_stay_apart(reader: str) -> None:
    """A difference of about 2 can just be told; matplotlib's own colours come as close as 5 in protanopia."""
    assert _closest(PETROFF, SEEN[reader]) > 15


def test_not_all_colours_stay_apart() -> None:
    assert _closest(mpl.color_sequences["tab10"], SEEN["protanopia"]) < 5

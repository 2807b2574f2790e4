"""Figures are drawn from stored results alone: small, large, empty, with p-values that no float holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure
from scipy.stats import chi2

from symhep.methods.result import Result
from symhep.plotting.style import use_style
from symhep_moments.figures.all import draw_all
from symhep_moments.figures.chain import rank_statistics
from symhep_moments.figures.generators import generator_coefficients
from symhep_moments.figures.maps import breaking_maps
from symhep_moments.figures.moments import moment_pulls
from symhep_moments.record import MomentsRecord

Made = Callable[..., Result[MomentsRecord]]
AFFINE = (*(f"E_{i}{j}" for i in range(1, 5) for j in range(1, 5)), "P_1", "P_2", "P_3", "P_4")
ALL = ["p_values", "lattice", "ranks", "generators", "limits", "maps", "discrete", "moments"]


@pytest.fixture(autouse=True)
def _style() -> Iterator[None]:
    with use_style():
        yield
    plt.close("all")


def texts(figure: Figure) -> list[str]:
    figure.canvas.draw()
    return [t.get_text() for ax in figure.axes for t in ax.texts]


@pytest.mark.parametrize(
    ("case", "missing"),
    [
        ({}, set()),
        (
            {
                "labels": AFFINE,
                "symmetric": ("E_12", "P_1"),
                "functions": 64,
                "rejected": -1.0,
                "off_support": ("P_2",),
            },
            set(),
        ),
        (
            {"labels": AFFINE[:1], "symmetric": (), "functions": 2, "discrete": False},
            {"generators", "discrete"},
        ),
        ({"labels": ("J_x", "J_y", "J_z"), "symmetric": ("J_x", "J_y", "J_z")}, {"maps"}),
    ],
)
def test_every_result_can_be_drawn(made: Made, case: dict[str, object], missing: set[str]) -> None:
    figures = list(draw_all(made(**case)))
    assert [f.name for f in figures] == [name for name in ALL if name not in missing]
    for item in figures:
        item.figure.canvas.draw()
        assert item.caption.endswith(".")


def test_the_statistic_of_what_holds_lies_in_its_band(made: Made) -> None:
    result = made(labels=("J_x", "J_y", "J_z"))
    ax = rank_statistics(result.record.chain).axes[0]
    ax.figure.canvas.draw()
    points = {line.get_marker(): line for line in ax.lines if line.get_marker() in "oX"}
    by_rank = {t.dimension: t.blocks["low"] for t in result.record.chain}
    assert list(points["o"].get_xdata()) == [1]
    assert list(points["X"].get_xdata()) == [2, 3]
    assert float(points["o"].get_ydata()[0]) == by_rank[1].statistic
    bands = [c.get_paths()[0].get_extents() for c in ax.collections]
    widest = next(b for b in bands if b.x0 < 1 < b.x1)
    assert (widest.y0, widest.y1) == pytest.approx(chi2.ppf([0.025, 0.975], by_rank[1].dof))


def test_without_a_chain_the_figure_of_ranks_says_so() -> None:
    assert "no rank test" in texts(rank_statistics([]))


def test_generators_have_their_errors(made: Made) -> None:
    result = made()
    a = result.arrays | {
        "generators": np.array([[0.0] * 2 + [0.8, -0.6] + [0.0] * 6]),
        "generators_error": np.full((1, 10), 0.05),
    }
    ax = generator_coefficients(a).axes[0]
    segments = [s for c in ax.collections for s in c.get_segments()]
    assert any(np.allclose(s, [[2, 0.75], [2, 0.85]]) for s in segments)
    assert any(np.allclose(s, [[3, -0.65], [3, -0.55]]) for s in segments)
    assert {"0.80\n± 0.05", "-0.60\n± 0.05"} <= set(texts(ax.figure))


def test_maps_mark_bins_that_are_zero_within_errors(made: Made) -> None:
    result = made(labels=("J_x", "J_z"))
    a, s = result.arrays, result.record
    a["map_errors"] = np.full((1, 24, 12), 1e-9)
    assert all(len(line.get_xdata()) == 0 for line in breaking_maps(a, s).axes[0].lines)
    a["map_errors"] = np.full((1, 24, 12), 1e9)
    assert [len(line.get_xdata()) for line in breaking_maps(a, s).axes[0].lines] == [24 * 12]
    a["map_values"] = np.full((1, 24, 12), np.nan)
    breaking_maps(a, s).canvas.draw()


def test_maps_say_what_their_bins_hold(made: Made) -> None:
    result = made(labels=("J_x", "J_z", "K_z", "P_x"))
    a = result.arrays
    a["map_kinds"] = np.array(["modulation", "rate", "rate"])
    a["map_axes"] = np.array(["azimuth of the first particle", "cos(theta) of the first particle"])
    figure = breaking_maps(a, result.record)
    assert [ax.get_title() for ax in figure.axes[:3]] == [
        "$J_{x}$: relative deviation",
        "$K_{z}$: relative change per unit of rapidity",
        "$P_{x}$: relative change per GeV",
    ]
    drawn = [np.asarray(ax.collections[0].get_array()).reshape(12, 24).T for ax in figure.axes[:3]]
    assert drawn[1] == pytest.approx(a["map_values"][1])
    assert drawn[2] == pytest.approx(a["map_values"][2] / 512.0)  # of translations by the scale
    assert figure.get_supxlabel() == "Azimuth of the first particle [rad]"
    assert figure.get_supylabel() == r"$\cos\theta$ of the first particle"


def test_p_of_ranks_that_no_float_holds_are_left_out(made: Made) -> None:
    result = made(labels=("J_x", "J_y", "J_z"))
    for t in result.summary["chain"]:
        for block in t["blocks"].values():
            block["log10_p"] = {1: -0.3, 2: -40.0, 3: -1234.0}[t["dimension"]]
    record = MomentsRecord.from_json(result.summary)
    figure = rank_statistics(record.chain)
    for ax in figure.axes:
        assert sorted(t.get_text() for t in ax.texts) == ["0.5", "1e-40"]
        assert {t.get_rotation() for t in ax.texts} == {0.0}


def test_pulls_are_drawn_as_they_are(made: Made) -> None:
    result = made()
    ax = moment_pulls(result.arrays, result.record).axes[0]
    image = np.asarray(ax.images[0].get_array())
    assert np.array_equal(image[:10], result.arrays["pulls"].T)
    assert np.array_equal(image[10:], result.arrays["pulls_found"].T)
    assert [t.get_text() for t in ax.get_yticklabels()][:3] == ["$J_{x}$", "$J_{y}$", "$J_{z}$"]


def test_moments_without_spread_are_left_blank(made: Made) -> None:
    result = made()
    result.arrays["pulls"][3] = np.nan
    image = np.ma.masked_invalid(moment_pulls(result.arrays, result.record).axes[0].images[0].get_array())
    assert image.mask[:10, 3].all()
    assert image.mask.sum() == 10

"""Scans: numbers, intervals and lists of the summary against an option."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np

from symhep.methods.interface import ScanQuantity
from symhep.plotting.scan import scan_figures

POINTS = [
    (0.01, {"n": {"value": 4, "low": 3, "high": 4}, "rho": {"mean": [9.0, 0.01], "std": [1.0, 0.001]}}),
    (1.0, {"n": {"value": 2, "low": 2, "high": 3}, "rho": {"mean": [3.0, 0.02], "std": [0.5, None]}}),
]


def test_interval_and_list() -> None:
    quantities = (ScanQuantity("n", "relevant latents"), ScanQuantity("rho.mean", "relevance", "rho.std"))
    one, two = scan_figures(quantities, {"beta": POINTS})
    assert (one.name, two.name) == ("scan_beta_n", "scan_beta_rho_mean")
    ax = one.figure.axes[0]
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_xscale()) == ("beta", "relevant latents", "log")
    assert ax.lines[0].get_ydata().tolist() == [4, 2]
    segments = ax.collections[0].get_segments()
    np.testing.assert_allclose([s[:, 1] for s in segments], [[3, 4], [2, 3]])
    assert two.figure.axes[0].get_yscale() == "log"
    plt.close("all")


def test_words_on_the_axis() -> None:
    points = [("relu", {"n": 3}), ("tanh", {"n": 2})]
    (only,) = scan_figures((ScanQuantity("n", "n"),), {"activation": points})
    assert [t.get_text() for t in only.figure.axes[0].get_xticklabels()] == ["relu", "tanh"]
    plt.close("all")


def test_a_number_that_is_missing_leaves_a_gap() -> None:
    (only,) = scan_figures((ScanQuantity("n", "n"),), {"beta": [(1.0, {}), (2.0, {"n": 1})]})
    assert np.isnan(only.figure.axes[0].lines[0].get_ydata()[0])
    plt.close("all")


def test_what_does_not_depend_on_the_option_is_not_drawn() -> None:
    assert list(scan_figures((ScanQuantity("n", "n"),), {"beta": [(1.0, {"n": 2}), (2.0, {"n": 2})]})) == []

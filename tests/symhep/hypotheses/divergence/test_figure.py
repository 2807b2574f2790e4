"""Excesses by group, and events before and after with their ratio."""

from __future__ import annotations

import math
import warnings

import hist
import matplotlib as mpl
import numpy as np
import pytest

from symhep.hypotheses.divergence.before_after import before_and_after, before_and_after_figures
from symhep.hypotheses.divergence.figure import ExcessGroup, excess_figure
from symhep.methods.number import ONE_SIGMA, Bounded
from symhep.plotting.style import use_style

NAMES = ("azimuth of jet1", "pt of jet1")


def number(value: float, error: float = 0.001) -> Bounded:
    return Bounded(value=value, low=value - error, high=value + error, level=ONE_SIGMA, unit="nats")


def test_every_element_has_a_point_with_its_error() -> None:
    kept = ExcessGroup.of("kept", "kept", [[number(0.001), number(0.0)], None])
    random = ExcessGroup.of("random", "random", [[number(0.3, 0.01), number(0.0)]])
    with use_style():
        figure = excess_figure(NAMES, [kept, random, ExcessGroup.of("rejected", "rejected", [])])
        figure.canvas.draw()
    ax = figure.axes[0]
    # pt is not moved, and has no lane
    assert [t.get_text() for t in ax.get_yticklabels()] == ["azimuth of jet1"]
    points = [
        float(line.get_xdata()[0]) for line in ax.lines if line.get_marker() in "oD" and len(line.get_xdata())
    ]
    assert points == pytest.approx([0.001, 0.3])
    assert ax.get_xscale() == "symlog"
    assert ax.get_legend_handles_labels()[1] == ["kept", "random"]


def test_more_projections_than_fit_are_left_out() -> None:
    group = ExcessGroup("kept", "kept", np.full((40, 12), 0.002), np.full((40, 12), 0.001))
    with use_style():
        figure = excess_figure([f"x{j}" for j in range(12)], [group])
    assert len(figure.axes[0].get_yticks()) == 8


def events_and(sample: str, counts: list[int], width: int = 4) -> dict[str, hist.Hist]:
    which = hist.axis.StrCategory(["events", sample], name="which")
    axis = hist.axis.Regular(width, 0, width, name="value", label="pt")
    h = hist.Hist(which, axis, storage=hist.storage.Weight())
    h.fill("events", np.repeat([0.5, 1.5, 2.5], [100, 50, 25]))
    h.fill(sample, np.repeat([0.5, 1.5, 2.5], counts))
    return {"projection: pt": h}


def test_before_and_after_and_their_ratio() -> None:
    with use_style(), warnings.catch_warnings():
        warnings.simplefilter("error")
        top, below = before_and_after(events_and("kept", [100, 60, 20]), "kept", "GeV").axes
    bars = [s for c in below.collections for s in getattr(c, "get_segments", list)() if len(s)]
    assert any(
        np.allclose(s, [[1.5, 1.2 - math.sqrt(60) / 50], [1.5, 1.2 + math.sqrt(60) / 50]]) for s in bars
    )
    assert below.get_xlabel() == "$p_{T}$ [GeV]"
    assert top.get_ylim()[0] == 0


def test_figures_are_those_of_the_samples_there_are() -> None:
    words = {"kept": "a kept element", "rejected": "a rejected one"}
    with use_style(), mpl.rc_context({"figure.dpi": 30}):
        drawn = list(before_and_after_figures(events_and("rejected", [50, 50, 50]), "GeV", words))
        assert not list(before_and_after_figures({}, "GeV", words))
    assert [f.name for f in drawn] == ["after_rejected"]
    assert "after a rejected one" in drawn[0].caption

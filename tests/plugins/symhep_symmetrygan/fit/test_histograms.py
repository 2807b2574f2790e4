"""Planes before and after an element."""

from __future__ import annotations

import numpy as np

from symhep.events.dataset import Dataset
from symhep_symmetrygan.fit.histograms import planes
from symhep_symmetrygan.sample import Rows


def test_planes_hold_the_same_events_before_and_after() -> None:
    rng = np.random.default_rng(2)
    data = Dataset.from_array(3 * rng.normal(size=(2000, 2)), columns=("px1", "py1"), scaling="isotropic")
    events = Rows.of(data).split(rng)
    x = events.held.x.numpy()
    plane = planes(events, x, np.ones(len(x)), {"kept": -x})["plane: px1, py1"]
    assert list(plane.axes[0]) == ["events", "kept"]
    assert plane["events", :, :].sum(flow=True).value == plane["kept", :, :].sum(flow=True).value == len(x)
    low, high = plane.axes[1].edges[[0, -1]]
    inside = (x[:, 0] * events.scale >= low) & (x[:, 0] * events.scale < high)
    assert plane["events", :, ::sum].values().sum() <= inside.sum()
    assert plane.axes[1].label == "px1"

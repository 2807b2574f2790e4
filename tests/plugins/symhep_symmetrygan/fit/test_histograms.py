"""Histograms before and after an element."""

from __future__ import annotations

import numpy as np
import pytest

from symhep.events.dataset import Dataset
from symhep_symmetrygan.fit.histograms import before_and_after
from symhep_symmetrygan.sample import Rows


def test_histograms_hold_the_same_events_before_and_after() -> None:
    rng = np.random.default_rng(2)
    data = Dataset.from_array(3 * rng.normal(size=(2000, 2)), columns=("px1", "py1"), scaling="isotropic")
    events = Rows.of(data).split(rng)
    made = before_and_after(events, 20, {"found": np.diag([-1.0, -1.0, 1.0])})  # a half turn
    assert set(made) >= {"projection: azimuth of object1", "plane: px1, py1"}
    azimuth = made["projection: azimuth of object1"]
    assert azimuth["events", :].sum().value == azimuth["found", :].sum().value == len(events.held)
    assert azimuth["found", :].values() == pytest.approx(np.roll(azimuth["events", :].values(), 10))
    plane = made["plane: px1, py1"]
    x = events.held.x.numpy() * events.scale
    low, high = plane.axes[1].edges[[0, -1]]
    inside = (x[:, 0] >= low) & (x[:, 0] < high)
    assert plane["events", :, ::sum].values().sum() <= inside.sum()
    assert plane.axes[1].label == "px1"

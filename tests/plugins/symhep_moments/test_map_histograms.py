"""Maps of breakings as histograms: values and errors of the stored arrays, empty bins as no number."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from symhep_moments.figures.map_histograms import map_histograms


def test_values_errors_and_axes() -> None:
    values = np.array([[[0.5, np.nan], [-0.25, 0.0], [1.0, 2.0]]])
    arrays = {
        "map_values": values,
        "map_errors": np.full((1, 3, 2), 0.1),
        "map_x": np.linspace(-np.pi, np.pi, 4),
        "map_y": np.array([-1.0, 0.0, 1.0]),
        "map_labels": np.array(["J_x"]),
        "map_kinds": np.array(["modulation"]),
        "map_axes": np.array(["azimuth of the first particle", "cos(theta)"]),
    }
    record = cast(Any, SimpleNamespace(candidates=(), scale=1.0))
    found = map_histograms(arrays, record)
    assert list(found) == ["map: J_x"]
    np.testing.assert_array_equal(found["map: J_x"].values(), values[0])
    np.testing.assert_allclose(found["map: J_x"].variances(), 0.01)
    assert [axis.label for axis in found["map: J_x"].axes] == [
        "azimuth of the first particle [rad]",
        "cos(theta)",
    ]
    assert map_histograms({"map_values": np.zeros((0, 0, 0))}, record) == {}

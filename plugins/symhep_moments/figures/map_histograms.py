"""The maps of breakings as histograms, for `symhep export`."""

from __future__ import annotations

from typing import Any

import hist
import numpy as np

from symhep.methods.result import Arrays
from symhep_moments.figures.maps import measured
from symhep_moments.record import MomentsRecord

__all__ = ["PREFIX", "map_histograms"]

#: Keys of maps start with this.
PREFIX = "map: "


def map_histograms(a: Arrays, record: MomentsRecord) -> dict[str, hist.Hist[Any]]:
    """Label of a broken generator -> the departure from symmetry in bins of two coordinates, squared errors as
    variances; a bin without events has NaN.
    """
    if not len(a["map_values"]):
        return {}
    found = {}
    for number, values in enumerate(a["map_values"]):
        label = str(a["map_labels"][number])
        factor, what = measured(label, str(a["map_kinds"][number]), record)
        axes = [
            hist.axis.Variable(edges, name=letter, label=_label(str(name)), flow=False)
            for letter, edges, name in zip("xy", (a["map_x"], a["map_y"]), a["map_axes"], strict=True)
        ]
        made = hist.Hist(*axes, storage=hist.storage.Weight(), label=what, name=f"{label}: {what}")
        made.view().value = factor * values
        made.view().variance = np.square(factor * a["map_errors"][number])
        found[f"{PREFIX}{label}"] = made
    return found


def _label(name: str) -> str:
    return f"{name} [rad]" if name.startswith("azimuth") else name

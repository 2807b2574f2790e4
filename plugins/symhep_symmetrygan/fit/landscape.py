"""Slices through the analytic loss, with the found elements over them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from symhep.methods.result import Arrays
from symhep_symmetrygan.fit.elements import Elements
from symhep_symmetrygan.landscape.options import LandscapeOptions, SliceOptions
from symhep_symmetrygan.landscape.record import LandscapeRecord, SliceRecord
from symhep_symmetrygan.landscape.slices import Axis, CyclicTerm, Landscape, Slice
from symhep_symmetrygan.maps.periods import apart

__all__ = ["landscape_of", "scaled_slice", "slice_of"]


def landscape_of(elements: Elements, options: LandscapeOptions) -> tuple[LandscapeRecord | None, Arrays]:
    """The slices of the card, in the units of the data; None if it names none."""
    cyclic = next((t for t in elements.options.terms if t.name == "cyclic"), None)
    term = None if cyclic is None else CyclicTerm(int(cyclic.settings["order"]), cyclic.strength)
    density = options.mixture.scaled(elements.events.scale)
    landscape = Landscape(density, elements.space.family, term)
    units = dict(zip(elements.space.family.labels, elements.units.tolist(), strict=True))
    records, arrays = list[SliceRecord](), Arrays()
    for number, asked in enumerate(options.slices):
        record, parts = slice_of(landscape.slice(*scaled_slice(asked, units)), elements, asked.within)
        records.append(record)
        arrays |= {f"slice_{number}_{name}": values for name, values in parts.items()}
    if not records:
        return None, {}
    return LandscapeRecord(slices=tuple(records), source=options.density or "the card"), arrays


def scaled_slice(asked: SliceOptions, units: Mapping[str, float]) -> tuple[list[Axis], dict[str, float]]:
    """Axes and fixed values of the card, which are in the units of the data, for scaled coordinates."""
    axes = [
        replace(a, low=a.low / units.get(a.label, 1.0), high=a.high / units.get(a.label, 1.0))
        for a in asked.axes
    ]
    return axes, {label: value / units.get(label, 1.0) for label, value in asked.fixed.items()}


def slice_of(computed: Slice, elements: Elements, within: float) -> tuple[SliceRecord, Arrays]:
    """A slice with the found elements over it, brought to the units of the data.

    ``within``: an element lies on the slice if no parameter that is fixed there differs by more.
    """
    labels, units, periods = elements.space.family.labels, elements.units, elements.periods
    final = elements.arrays["final"]
    places = [labels.index(axis.label) for axis in computed.axes]
    points = final[:, places].copy()
    for column, (place, axis) in enumerate(zip(places, computed.axes, strict=True)):
        if periods[place] > 0:
            points[:, column] = axis.low + np.mod(points[:, column] - axis.low, periods[place])
    held = [labels.index(label) for label in computed.fixed]
    values = np.array([[computed.fixed[labels[k]] for k in held]])
    near = np.asarray((np.abs(apart(final[:, held], values, periods[held])) <= within).all(axis=1))
    scale = units[places]
    single, true = computed.maxima.single, computed.symmetric
    maxima = computed.maxima.points * scale
    ridge = maxima[~single & true]
    flat = len(places) == 2
    record = SliceRecord(
        x=computed.axes[0].label,
        y=computed.axes[1].label if flat else None,
        fixed={label: value * float(units[labels.index(label)]) for label, value in computed.fixed.items()},
        maxima=maxima[single & true].tolist(),
        false_maxima=maxima[single & ~true].tolist(),
        ridge=len(ridge) > 0,
    )
    arrays: Arrays = {
        "x": computed.axes[0].values * scale[0],
        "loss": computed.deficit,
        "points": points * scale,
        "near": near,
    }
    if flat:
        arrays["y"] = computed.axes[-1].values * scale[-1]
    if len(ridge):
        arrays["ridge"] = ridge
    return record, arrays

"""Control plots as HEPData tables: collision data, each simulated sample, and their sum with its systematic errors."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from symhep.methods.number import ONE_SIGMA, Number
from symhep.run.export.hepdata.table import Axis, HepTable, Quantity, bin_of, measured
from symhep.run.export.spectra import plain_axis
from symhep.run.stored_control import StoredControl, StoredSpectrum
from symhep.stats.variations import combined

if TYPE_CHECKING:
    import hist

__all__ = ["control_tables"]


def control_tables(control: StoredControl) -> Iterator[HepTable]:
    """A table for each quantity. Errors of data are central Poisson intervals, of simulation sqrt(sum w^2); each
    variation is an error 'sys,NAME' of the sum of the simulation.
    """
    for name, spectrum in control.spectra():
        first = spectrum.total if spectrum.total is not None else spectrum.observed
        if first is None:
            continue
        axis = plain_axis(spectrum.label, name)
        quantities = [_data(dataset, h) for dataset, h in spectrum.data.items()]
        unit = control.shown.unit if control.shown.unit != "events" else ""
        quantities += [_simulated(sample, h, unit) for sample, h in spectrum.simulation.items()]
        if spectrum.total is not None:
            quantities.append(_total(control, spectrum, spectrum.total, unit))
        scaled = {"luminosity": "to the luminosity", "data": "to the data", None: "by its weights alone"}
        blind = " Collision data are blinded here." if control.shown.blinded else ""
        yield HepTable(
            control.name, "spectra", f"{axis.name}",
            f"{axis.name} of the features {control.features}"
            f"{f' in the region {control.region}' if control.region else ''}: collision data and "
            f"simulation, scaled "
            f"{scaled.get(control.shown.scaled_to, '')}. Overflow and underflow are not included.{blind}",
            (Axis(axis.name, [bin_of(*pair) for pair in pairwise(first.axes[0].edges)], axis.unit),),
            tuple(quantities), ("N",),
        )  # fmt: skip


def _data(dataset: str, histogram: hist.Hist[Any]) -> Quantity:
    from hist.intervals import poisson_interval

    values, variances = histogram.values(), histogram.variances()
    if (values < 0).any():  # weights of both signs leave nothing to count
        return _simulated(dataset, histogram, "")
    ends = poisson_interval(values, variances)
    numbers = [
        Number(
            value=v,
            low=low if np.isfinite(low) else v,
            high=high if np.isfinite(high) else v,
            level=ONE_SIGMA,
        )
        for v, low, high in zip(values.tolist(), *ends.tolist(), strict=True)
    ]
    return Quantity("events", [measured(number) for number in numbers], "", {"sample": dataset})


def _simulated(sample: str, histogram: hist.Hist[Any], unit: str) -> Quantity:
    pairs = zip(histogram.values().tolist(), np.sqrt(histogram.variances()).tolist(), strict=True)
    return Quantity(
        "events", [measured(Number.with_error(*pair)) for pair in pairs], unit, {"sample": sample}
    )


def _total(control: StoredControl, spectrum: StoredSpectrum, total: hist.Hist[Any], unit: str) -> Quantity:
    values = total.values()
    sides = []
    for name, rule, confidence, _ in control.shown.variations:
        alternatives = [h.values() for h in spectrum.varied.get(name, {}).values()]
        if alternatives:
            sides.append((f"sys,{name}", *combined(rule, values, alternatives, confidence)))
    pairs = zip(values.tolist(), np.sqrt(total.variances()).tolist(), strict=True)
    cells = [
        measured(
            Number.with_error(*pair), [(label, float(down[i]), float(up[i])) for label, down, up in sides]
        )
        for i, pair in enumerate(pairs)
    ]
    return Quantity("events", cells, unit, {"sample": "all simulation"})

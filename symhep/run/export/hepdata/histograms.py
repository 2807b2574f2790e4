"""Histograms of a result as HEPData tables: spectra of one axis, maps of two."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from symhep.run.export.hepdata.table import Axis, HepTable, Quantity, Value, bin_of, rounded
from symhep.run.export.spectra import Spectrum, spectra_of
from symhep.run.stored import StoredResult

__all__ = ["histogram_tables"]

#: What a histogram of this kind is, where the method does not say it in a label.
_WHAT = {
    "control": "Feature as used by the method",
    "projection": "The events before and after transformations",
    "map": "Location of the symmetry breaking",
}


def histogram_tables(result: StoredResult) -> Iterator[HepTable]:
    """A table for each histogram, a column for each of its categories. Flow bins are left out."""
    for spectrum in spectra_of(result):
        edges = [np.asarray(axis.edges) for axis in next(iter(spectrum.categories.values())).axes]
        bins = [[bin_of(*pair) for pair in pairwise(e)] for e in edges]
        rows = [(x,) for x in bins[0]] if len(bins) == 1 else [(x, y) for x in bins[0] for y in bins[1]]
        axes = tuple(
            Axis(plain.name, [row[level] for row in rows], plain.unit)
            for level, plain in enumerate(spectrum.axes)
        )
        what = _WHAT.get(spectrum.kind, spectrum.kind)
        yield HepTable(
            result.name, "maps" if len(bins) == 2 else "spectra", f"{spectrum.kind}: {spectrum.name}",
            f"{what}: {spectrum.quantity} in bins of "
            f"{' and '.join(plain.name for plain in spectrum.axes)}, with "
            "statistical errors. Overflow and underflow are not included.",
            axes, tuple(_columns(spectrum)), (spectrum.quantity,),
        )  # fmt: skip


def _columns(spectrum: Spectrum) -> Iterator[Quantity]:
    for category, histogram in spectrum.categories.items():
        values, found = histogram.values(), histogram.variances()
        errors = np.sqrt(np.maximum(np.zeros_like(values) if found is None else found, 0.0))
        cells = [_cell(v, e) for v, e in zip(values.ravel(), errors.ravel(), strict=True)]
        yield Quantity(spectrum.quantity, cells, "", {"sample": category} if category else {})


def _cell(value: float, error: float) -> Value:
    if not np.isfinite(value):
        return {"value": "-"}
    told: Value = {"value": rounded(float(value))}
    if np.isfinite(error) and error > 0:
        told["errors"] = [{"symerror": rounded(float(error)), "label": "stat"}]
    return told

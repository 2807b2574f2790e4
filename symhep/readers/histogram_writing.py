"""Histograms written to a ROOT file as TH1D and TH2D, so that ROOT and uproot read them back."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from symhep.errors import StoreError
from symhep.paths import writing

if TYPE_CHECKING:
    import hist

__all__ = ["write_histograms"]

FloatArray = npt.NDArray[np.float64]


def write_histograms(path: Path, histograms: Mapping[str, hist.Hist[Any]], about: str) -> None:
    """Write a file that appears whole, at the end, or not at all.

    Parameters
    ----------
    histograms
        'FOLDER/.../NAME' -> histogram of one or two numeric axes: contents, errors and flow bins are kept, the label
        of an axis is its title, and ``Hist.name`` the histogram's (its place where it has none).
    about
        Text stored beside them: TObjString 'symhep'.

    Raises `StoreError` for histograms of more axes, or where the disk refuses.
    """
    import uproot

    made = {name: _as_root(name, histogram) for name, histogram in histograms.items()}
    partial = path.with_name(f".{path.name}.partial")
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with uproot.recreate(partial) as file:
                file["symhep"] = about
                for name, histogram in made.items():
                    file[name] = histogram
            with partial.open("rb") as stream:
                os.fsync(stream.fileno())
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)


def _as_root(name: str, histogram: hist.Hist[Any]) -> Any:
    from uproot.writing.identify import to_TH1x, to_TH2x

    axes = list(histogram.axes)
    if len(axes) not in (1, 2):
        raise StoreError(f"'{name}' has {len(axes)} axes; only histograms of one or two are written to ROOT")
    values, variances = (_with_flow(a, axes) for a in (histogram.values(flow=True), _variances(histogram)))
    inside = values[tuple(slice(1, -1) for _ in axes)]
    sum_w, sum_w2 = float(inside.sum()), float(variances[tuple(slice(1, -1) for _ in axes)].sum())
    entries = sum_w**2 / sum_w2 if sum_w2 > 0 else 0.0
    middles = [(a.edges[:-1] + a.edges[1:]) / 2 for a in axes]
    titles = [
        _axis(f"{letter}axis", axis, axis.label or axis.name)
        for letter, axis in zip("xy", axes, strict=False)
    ]
    # ROOT counts bins with the first axis running fastest.
    contents, squares = (np.ascontiguousarray(a.T).ravel() for a in (values, variances))
    title = histogram.name or name.rpartition("/")[2]
    if len(axes) == 1:
        moments = [float((inside * middles[0] ** power).sum()) for power in (1, 2)]
        return to_TH1x(None, title, contents, entries, sum_w, sum_w2, *moments, squares, titles[0])
    x, y = np.meshgrid(*middles, indexing="ij")
    moments = [float((inside * part).sum()) for part in (x, x**2, y, y**2, x * y)]
    return to_TH2x(None, title, contents, entries, sum_w, sum_w2, *moments, squares, *titles)


def _axis(name: str, axis: Any, title: str) -> Any:
    from uproot.writing.identify import to_TAxis

    return to_TAxis(
        name, title, len(axis), float(axis.edges[0]), float(axis.edges[-1]), np.asarray(axis.edges)
    )


def _variances(histogram: hist.Hist[Any]) -> FloatArray:
    """Sums of squared weights; the contents themselves where no weights were stored."""
    found = histogram.variances(flow=True)
    return np.asarray(histogram.values(flow=True) if found is None else found, dtype=np.float64)


def _with_flow(values: FloatArray, axes: list[Any]) -> FloatArray:
    """With one bin below and one above on each axis, as ROOT has them; a circle's are empty."""
    found = np.asarray(values, dtype=np.float64)
    for number, axis in enumerate(axes):
        traits = axis.traits
        if traits.circular and traits.overflow:  # holds NaN
            found = np.take(found, range(len(axis)), axis=number)
        pad = [(0, 0)] * len(axes)
        pad[number] = (
            int(not traits.underflow or traits.circular),
            int(not traits.overflow or traits.circular),
        )
        found = np.pad(found, pad)
    return found

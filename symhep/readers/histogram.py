"""Histograms in files: UHI JSON as `hist` and this package write it, TH1 and TH2 of ROOT."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from symhep.errors import InputError

__all__ = ["Histogram", "read_histogram"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Histogram:
    """``values`` (n_1, .., n_A) in bins with ``edges``, (n_a + 1,) of each axis, ascending; no flow bins.

    >>> h = Histogram(np.array([0.5, 1.0]), (np.array([0.0, 1.0, 3.0]),))
    >>> h.at([np.array([0.5, 1.0, 3.0, -1.0])]).tolist()
    [0.5, 1.0, 1.0, 0.0]
    """

    values: FloatArray
    edges: tuple[FloatArray, ...]

    def at(self, coordinates: list[FloatArray]) -> FloatArray:
        """Values (n,) at points, one array (n,) for each axis; beyond the axes 0. The last edge is in the last bin."""
        places, inside = [], np.ones(len(coordinates[0]), dtype=bool)
        for x, edges in zip(coordinates, self.edges, strict=True):
            inside &= (x >= edges[0]) & (x <= edges[-1])
            places.append(np.clip(np.searchsorted(edges, x, side="right") - 1, 0, len(edges) - 2))
        return np.asarray(np.where(inside, self.values[tuple(places)], 0.0), dtype=np.float64)


def read_histogram(path: str | Path, name: str | None = None) -> Histogram:
    """The histogram ``name`` of a file; without a name its only one.

    ``.json``: UHI JSON (https://uhi.readthedocs.io), one histogram or a mapping of them; ``.root``: TH1, TH2, TH3.

    Raises `InputError` for a file that is neither, has no such histogram, or an axis without numbers.
    """
    path = Path(path)
    if path.suffix == ".root":
        return _from_root(path, name)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read as UHI JSON: {error}") from error
    known = {"": content} if isinstance(content, dict) and "axes" in content else content
    if not isinstance(known, dict) or not all(isinstance(h, dict) and "axes" in h for h in known.values()):
        raise InputError(f"{path}: expected a histogram, or a mapping of names to histograms, as UHI JSON")
    found = known[_chosen(path, name, list(known))]
    try:
        return _from_uhi(found)
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{path}: no histogram with numbers along its axes and one value per bin: {error}"
        ) from error


def _chosen(path: Path, name: str | None, known: list[str]) -> str:
    if name is None and len(known) == 1:
        return known[0]
    if name in known:
        return str(name)
    asked = "several histograms: give the name of one" if name is None else f"no histogram '{name}'"
    raise InputError(f"{path}: {asked}; it has {', '.join(repr(k) for k in known) or 'none'}")


def _from_uhi(found: dict[str, Any]) -> Histogram:
    edges, cut = list[FloatArray](), list[slice]()
    for axis in found["axes"]:
        if axis["type"] == "regular":
            own = np.linspace(axis["lower"], axis["upper"], axis["bins"] + 1)
        else:
            own = np.asarray(axis["edges"], dtype=np.float64)
        edges.append(own)
        first = int(bool(axis.get("underflow", False)))
        cut.append(slice(first, first + len(own) - 1))
    storage = found["storage"]
    values = np.asarray(storage["values"], dtype=np.float64)
    return _checked(values[tuple(cut)], tuple(edges))


def _from_root(path: Path, name: str | None) -> Histogram:
    import uproot

    try:
        with uproot.open(path) as file:
            known = [
                key.partition(";")[0] for key, kind in file.classnames().items() if kind.startswith("TH")
            ]
            chosen = file[_chosen(path, name, list(dict.fromkeys(known)))]
            values, *edges = chosen.to_numpy(flow=False)
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read as a ROOT file: {error}") from error
    return _checked(
        np.asarray(values, dtype=np.float64), tuple(np.asarray(e, dtype=np.float64) for e in edges)
    )


def _checked(values: FloatArray, edges: tuple[FloatArray, ...]) -> Histogram:
    if values.shape != tuple(len(e) - 1 for e in edges):
        raise ValueError(f"values of shape {values.shape} for {[len(e) - 1 for e in edges]} bins")
    return Histogram(values, edges)

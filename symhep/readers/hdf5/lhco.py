"""What the columns of LHC Olympics files mean (Zenodo 4536377, 6466204). GeV.

- *raw*: 700 times (pt, eta, phi) in columns without names, padded with zeros, and in the R&D file a
  label in column 2100: collection ``particles`` (massless) and event field ``label``;
- *features*: ``pxj1 pyj1 pzj1 mj1 tau1j1 tau2j1 ...`` for jets 1, 2, ...: collection ``jets``
  (px, py, pz, mass and the rest as fields) in the file's order, which is not always that of pt, and
  other columns, such as ``label``, as event fields.

There are no weights.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import awkward as ak
import numpy as np

from symhep.errors import InputError
from symhep.readers.hdf5.stored import Hdf5Table, Series
from symhep.readers.interface import FieldSchema
from symhep.readers.layout import CollectionLayout, Layout, Leaf, event_field_name

__all__ = ["is_features", "is_raw", "layout_of_features", "layout_of_raw"]

_PARTICLE = ("pt", "eta", "phi")
_JET_COLUMN = re.compile(r"^(?P<leaf>.+?)_?j(?P<jet>\d+)$")
_JET_MOMENTUM = {"px": "px", "py": "py", "pz": "pz", "m": "mass"}
_NO_WEIGHTS = "The format has no event weights: every event weighs 1."


def is_raw(names: Sequence[str]) -> bool:
    """Columns without names of their own have the numbers 0, 1, 2, ..."""
    return len(names) >= 3 and all(name.isdigit() for name in names)


def is_features(names: Sequence[str]) -> bool:
    """Are there px, py, pz and m of numbered jets?"""
    return set(_JET_MOMENTUM) <= _by_jet(names).keys()


def layout_of_raw(table: Hdf5Table, containers: tuple[str, ...]) -> Layout:
    """Particles without the padding. Raises `InputError` if the first events do not look like it."""
    names = list(table.columns)
    count = len(names) // 3
    table.series = {
        leaf: Series(tuple(names[k : 3 * count : 3]), tuple(names[0 : 3 * count : 3]))
        for k, leaf in enumerate(_PARTICLE)
    }
    for _, first in table.chunks(_PARTICLE, min(table.entries, 100), 100):
        sizes = {leaf: np.abs(ak.to_numpy(ak.flatten(values))) for leaf, values in first.items()}
        if not ((sizes["eta"] < 20).all() and (sizes["phi"] < 6.3).all()):
            raise InputError(
                "the table has columns without names that are not pt, eta, phi of particles in turn",
                file=table.path,
                hint="write it again with names of columns, such as px_0, py_0, pz_0, E_0",
            )
    momentum = {leaf: Leaf(leaf, FieldSchema("float64", "GeV" if leaf == "pt" else "")) for leaf in _PARTICLE}
    momentum["mass"] = Leaf(None, FieldSchema("float64", "GeV", "massless"))
    labels = ("label", *(f"label{i}" for i in range(2, 10)))
    fields = {
        label: Leaf(name, FieldSchema("float64", "", "1 signal, 0 background"))
        for label, name in zip(labels, names[3 * count :], strict=False)
    }
    notes = (_NO_WEIGHTS, "Particles are taken as massless.")
    collection = CollectionLayout("particles", "particle", momentum)
    return Layout({"particles": collection}, fields, containers=containers, notes=notes)


def layout_of_features(table: Hdf5Table, containers: tuple[str, ...]) -> Layout:
    """Jets of numbered columns."""
    jets = _by_jet(list(table.columns))
    numbers = sorted(jets["px"])
    complete = {leaf: by_jet for leaf, by_jet in jets.items() if sorted(by_jet) == numbers}
    for leaf, by_jet in complete.items():
        table.series[f"jets:{leaf}"] = Series(tuple(by_jet[j] for j in numbers))
    momentum = {
        field: Leaf(f"jets:{leaf}", FieldSchema("float64", "GeV", f"{leaf}j1, ..."))
        for leaf, field in _JET_MOMENTUM.items()
    }
    extras = {
        event_field_name(leaf): Leaf(f"jets:{leaf}", FieldSchema("float64", "", f"{leaf}j1, ..."))
        for leaf in complete
        if leaf not in _JET_MOMENTUM
    }
    used = {name for by_jet in complete.values() for name in by_jet.values()}
    fields = {
        name: Leaf(name, FieldSchema(column.type))
        for name, column in table.columns.items()
        if name not in used
    }
    notes = (_NO_WEIGHTS, "Jets come in the file's order, which is not always that of their pt.")
    collection = CollectionLayout("jets", "Jet", momentum, extras)
    return Layout({"jets": collection}, fields, containers=containers, notes=notes)


def _by_jet(names: Sequence[str]) -> dict[str, dict[int, str]]:
    """Leaf -> number of the jet -> column."""
    jets: dict[str, dict[int, str]] = {}
    for name in names:
        if match := _JET_COLUMN.match(name):
            jets.setdefault(match["leaf"], {})[int(match["jet"])] = name
    return jets

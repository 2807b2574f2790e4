"""The two layouts of the LHC Olympics (Zenodo 4536377, 6466204). GeV, no event weights.

- *raw*: 700 times (pt, eta, phi) in columns without names, padded with zeros, and in the R&D file a
  label in column 2100: collection ``particles`` (massless) and event field ``label``;
- *features*: ``pxj1 pyj1 pzj1 mj1 tau1j1 tau2j1 ...``, which the names of the columns tell: collection
  ``jets`` in the file's order, which is not always that of pt, and event fields such as ``label``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import awkward as ak
import numpy as np

from symhep.errors import InputError
from symhep.readers.hdf5.stored import Hdf5Table
from symhep.readers.interface import FieldSchema
from symhep.readers.layout import CollectionLayout, Layout, Leaf
from symhep.readers.table import Column

__all__ = ["layout_of_raw", "lhco_layout"]

#: What the columns are in turn, and the largest they can be: the first events are looked at before this is believed.
_LARGEST = {"pt": np.inf, "eta": 20.0, "phi": 2 * np.pi}


def lhco_layout(names: Iterable[str]) -> str | None:
    """'raw' or 'features' by the names of the columns; None for other tables.

    Columns without names of their own have the numbers 0, 1, 2, ...

    >>> lhco_layout(["0", "1", "2", "3"]), lhco_layout(["pxj1", "pyj1", "pzj1", "mj1"]), lhco_layout(["E_0", "PX_0"])
    ('raw', 'features', None)
    """
    known = set(names)
    if len(known) >= 3 and all(name.isdigit() for name in known):
        return "raw"
    return "features" if {"pxj1", "pyj1", "pzj1", "mj1"} <= known else None


def layout_of_raw(table: Hdf5Table, containers: tuple[str, ...]) -> Layout:
    """Particles without the padding. Raises `InputError` if the first events do not look like it."""
    names, stored = list(table.columns), table.stored
    count = len(names) // 3
    places = [stored.places[name] for name in names[: 3 * count]]
    block = places[0].dataset
    if [(p.dataset.name, p.index) for p in places] != [(block.name, i) for i in range(3 * count)]:
        raise _other(table.path)
    for k, leaf in enumerate(_LARGEST):
        # Every third column at once: one at a time would take longer than reading them.
        width = f"{stored.columns[names[0]].type}[{count}]"
        stored.columns[leaf] = Column(leaf, width, 0)
        stored.places[leaf] = replace(places[0], index=slice(k, 3 * count, 3))
    for _, first in table.chunks(list(_LARGEST), 0, min(table.entries, 100), 100):
        for leaf, largest in _LARGEST.items():
            values = ak.to_numpy(first[leaf])
            if not (np.abs(values) <= largest).all() or (leaf == "pt" and (values < 0).any()):
                raise _other(table.path)
    momentum = {leaf: Leaf(leaf, FieldSchema("float64", "GeV" if leaf == "pt" else "")) for leaf in _LARGEST}
    momentum["mass"] = Leaf(None, FieldSchema("float64", "GeV", "massless"))
    labels = ("label", *(f"label{i}" for i in range(2, 10)))
    fields = {
        label: Leaf(name, FieldSchema("float64", "", "1 signal, 0 background", "flag"))
        for label, name in zip(labels, names[3 * count :], strict=False)
    }
    particles = CollectionLayout("particles", "particle", momentum, padding="fixed")
    notes = (
        "The format has no event weights: all events have weight 1.",
        "Particles are assumed to be massless.",
    )
    return Layout({"particles": particles}, fields, containers=containers, notes=notes)


def _other(path: str) -> InputError:
    return InputError(
        "the table has unnamed columns that are not pt, eta, phi of successive particles",
        file=path,
        hint="write it again with column names, such as px_0, py_0, pz_0, E_0",
    )

"""CMS NanoAOD ROOT files, and files of the same naming.

Source: the NanoAOD documentation of CMS; GeV, as here, and cm (documented branch by branch,
and left as they are). Tree ``Events``: a counter ``nMuon`` and branches ``Muon_pt``, ... make
the collection Muon; ``MET_pt`` and ``MET_phi`` without a counter make a collection MET of one
object per event with eta = 0 and mass = 0. Where a collection has no mass, 0 is used. Other
numbers are event fields by their branch's name. The branches' titles are the fields' docs.

The weight is ``genWeight``; data have none and weigh 1. ``LHEScaleWeight``, ``LHEPdfWeight``,
``LHEReweightingWeight`` and ``PSWeight`` hold factors w / w_nominal: the variation ``LHEScaleWeight[3]`` is
genWeight times factor number 3. Of the tree ``Runs``, the sums of the generator's weights before any
selection are reported. An RNTuple of these names is read as the TTree is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from symhep.errors import InputError
from symhep.readers.interface import FieldSchema, ReaderOptions
from symhep.readers.layout import CollectionLayout, Layout, Leaf, WeightLeaf, event_field_name
from symhep.readers.root import (
    RootTree,
    cycle_notes,
    is_root,
    not_offered,
    open_file,
    open_tree,
    translated,
    tree_names,
    tree_record,
)
from symhep.readers.table import Column, TableReader

__all__ = ["NanoAODOptions", "NanoAODReader"]

_FACTORS = ("LHEScaleWeight", "LHEPdfWeight", "LHEReweightingWeight", "PSWeight")
#: Names of branches as a stored tree holds them (after their length) or an RNTuple (one to a line), and a counted
#: list. An RNTuple needs no counters, so that a usual collection is enough.
_MARKS = tuple(
    re.compile(pattern, re.MULTILINE)
    for pattern in (
        rb"\x03run|^run$",
        rb"\x0fluminosityBlock|^luminosityBlock$",
        rb"\x05event|^event$",
        rb"\[n[A-Z]\w*\]|^n[A-Z]\w*$|^(Muon|Electron|Tau|Photon|Jet|FatJet|GenPart|LHEPart)(_pt)?$",
    )
)
_MOMENTUM = ("pt", "eta", "phi", "mass")


class NanoAODOptions(ReaderOptions):
    """``tree``: name of the tree."""

    tree: str = Field("Events", description="name of the tree")


class NanoAODReader(TableReader):
    """NanoAOD ROOT files, GeV."""

    name: ClassVar[str] = "nanoaod"
    summary: ClassVar[str] = "CMS NanoAOD ROOT file, GeV"
    Options: ClassVar[type[ReaderOptions]] = NanoAODOptions

    def confidence(self, path: str, head: bytes) -> int:
        """2 for a tree ``Events`` with run, luminosityBlock, event and at least one counted collection."""
        if not is_root(path, head):
            return 0
        try:
            with open_file(path) as file, translated(path, "the tree Events cannot be read"):
                if "Events" not in tree_names(file):
                    return 0
                record = tree_record(file, "Events")
        except InputError:
            return 0
        return 2 if all(mark.search(record) for mark in _MARKS) else 0

    @contextmanager
    def opened(self, path: str, options: ReaderOptions) -> Iterator[tuple[RootTree, Layout]]:
        """The tree (or RNTuple), and what its branches mean."""
        assert isinstance(options, NanoAODOptions)
        with open_tree(path, lambda names, file: options.tree) as table:
            yield table, _layout(table)

    def details(self, table: Any, layout: Layout) -> Mapping[str, Any]:
        """Sums over all generated events, from the tree ``Runs``."""
        return _sums(table.path) if "Runs" in layout.containers else {}

    def generated(self, path: str, options: ReaderOptions) -> float | None:
        """``genEventSumw`` of the tree ``Runs``, summed over its entries."""
        with open_file(path) as file, translated(path, "the trees cannot be listed"):
            present = "Runs" in tree_names(file)
        return _sums(path).get("genEventSumw") if present else None


def _sums(path: str) -> dict[str, float]:
    with open_tree(path, lambda names, file: "Runs") as runs:
        # Some production releases wrote these names with a trailing underscore.
        columns = runs.found.columns.values()
        wanted = [c.name for c in columns if c.depth == 0 and c.name.startswith("genEvent")]
        sums: dict[str, float] = dict.fromkeys(wanted, 0.0)
        for _, arrays in runs.chunks(wanted, 0, runs.entries if wanted else 0, 10_000):
            for name in arrays:
                sums[name] += float(np.sum(arrays[name]))
    return {name.rstrip("_"): value for name, value in sums.items()}


def _layout(table: RootTree) -> Layout:
    columns = table.found.columns
    lists: dict[str, dict[str, Column]] = {}
    scalars: dict[str, dict[str, Column]] = {}
    for name, column in columns.items():
        # An RNTuple may hold records: Muon.pt.
        prefix, _, leaf = name.partition("_") if "." not in name.partition("_")[0] else name.partition(".")
        (lists if column.depth else scalars).setdefault(prefix, {})[leaf] = column
    collections: dict[str, CollectionLayout] = {}
    massless: list[str] = []
    left: list[str] = []
    for name, leaves in lists.items():
        if name in _FACTORS:
            continue
        if {"pt", "eta", "phi"} <= leaves.keys():
            collections[name] = _collection(name, name, leaves, False)
            if "mass" not in leaves:
                massless.append(name)
        else:
            left.append(name)
    for name, leaves in scalars.items():
        if {"pt", "phi"} <= leaves.keys() and name not in collections:
            collections[name] = _collection(name, name if "eta" in leaves else "MissingET", leaves, True)
    fields = {
        column.name: Leaf(column.name, FieldSchema(column.type, "", column.doc))
        for name, leaves in scalars.items()
        for column in leaves.values()
        if not (name in collections and collections[name].singleton)
    }
    weights, auto = _weights(table, columns)
    notes = list(cycle_notes(table))
    if auto is None:
        notes.append("No genWeight (as in collision data): all events have weight 1.")
    if massless:
        notes.append(f"No mass is stored for {', '.join(massless)}: set to 0.")
    if left:
        notes.append(f"Ignored, without momentum: {', '.join(sorted(left))}.")
    notes += not_offered(table.found.refused)
    layout = Layout(collections, fields, weights, auto, table.containers, tuple(notes))
    return layout.refusing(table.found.refused)


def _collection(name: str, kind: str, leaves: Mapping[str, Column], singleton: bool) -> CollectionLayout:
    momentum: dict[str, Leaf] = {}
    for field in _MOMENTUM:
        unit = "GeV" if field in {"pt", "mass"} else ""
        if field in leaves:
            momentum[field] = Leaf(leaves[field].name, FieldSchema("float64", unit, leaves[field].doc))
        else:
            momentum[field] = Leaf(None, FieldSchema("float64", unit, "not stored, set to 0"))
    extras = {
        event_field_name(leaf): Leaf(column.name, FieldSchema(column.type, "", column.doc))
        for leaf, column in leaves.items()
        if leaf not in _MOMENTUM
    }
    return CollectionLayout(name, kind, momentum, extras, singleton)


def _weights(table: RootTree, columns: Mapping[str, Column]) -> tuple[dict[str, WeightLeaf], str | None]:
    if "genWeight" not in columns:
        return {}, None
    weights = {"genWeight": WeightLeaf("genWeight")}
    factors = [name for name in _FACTORS if name in columns]
    if factors and table.entries:
        # How many there are is not in the header; the first event tells.
        _, first = next(table.chunks(factors, 0, 1, 1))
        for name in factors:
            for i in range(len(first[name][0])):
                weights[f"{name}[{i}]"] = WeightLeaf(name, i, times="genWeight")
    return weights, "genWeight"

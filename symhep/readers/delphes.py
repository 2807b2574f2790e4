"""Delphes ROOT files.

Source: ``classes/DelphesClasses.h`` and ``modules/TreeWriter.cc`` of Delphes 3. Units in the
file, and here: GeV, mm, seconds. The detector card names the collections, so the class of one
is inferred from its leaves; ``classes: {NAME: CLASS}`` in the card overrides that.

Momenta, by class:

==================================== =================== ==========================================
Jet (also GenJet, FatJet, ...)       pt eta phi mass     as stored
Electron, Muon                       pt eta phi mass     mass 0, or ``masses: {NAME: GeV}``
Photon                               pt eta phi mass     mass 0; E repeats the same momentum
MissingET                            pt eta phi mass     pt = MET; eta = 0: the stored Eta is the recoil's
GenParticle                          px py pz E          PT, Eta, Phi, Mass repeat the same momentum
Track                                pt eta phi mass     Mass where stored, else 0 or ``masses``
Tower                                pt eta phi mass     pt = ET; massless
==================================== =================== ==========================================

Delphes writes eta = +-999.9 for an object exactly on the beam axis; nothing else tells its
longitudinal momentum. The object is kept and eta limited to +-15: beyond all detectors, so that cuts on
eta still reject it, and low enough for double precision to tell E from pz, so that what is derived is
finite. (With a pt of 0 it has no momentum at all and, as ever then, no rapidity.)

Other leaves keep their Delphes name, but PID, Status and Charge are pdgId, status and charge.
References (TRef, TRefArray) and TLorentzVector leaves are not offered. Event (in its several
classes) and ScalarHT have no momentum: their leaves are event fields such as ``ScalarHT_HT``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

from pydantic import Field

from symhep.errors import InputError, nearest
from symhep.readers.interface import FieldSchema, ReaderOptions
from symhep.readers.layout import CollectionLayout, Layout, Leaf, WeightLeaf, event_field_name
from symhep.readers.root import RootTree, cycle_notes, is_root, not_offered, open_file, open_tree, translated
from symhep.readers.root.columns import REFERENCES
from symhep.readers.root.opening import Trees, tree_names, tree_record
from symhep.readers.table import Column, TableReader

__all__ = ["DelphesOptions", "DelphesReader"]

_COUNTER = re.compile(rb"(\w+)_size")
#: The |eta| given to objects on the beam axis, which Delphes marks by 999.9.
BEAM_AXIS_ETA = 15.0

#: Classes by the leaves that only they have; the first that fits is taken.
_CLASSES: tuple[tuple[str, frozenset[str]], ...] = (
    ("GenParticle", frozenset({"Px", "Py", "Pz", "E"})),
    ("MissingET", frozenset({"MET", "Phi"})),
    ("ScalarHT", frozenset({"HT"})),
    ("Event", frozenset({"Number", "ReadTime"})),
    ("Tower", frozenset({"ET", "Eta", "Phi"})),
    ("Track", frozenset({"PT", "Eta", "Phi", "EtaOuter"})),
    ("Track", frozenset({"PT", "Eta", "Phi", "PID"})),
    ("Photon", frozenset({"PT", "Eta", "Phi", "E"})),
    ("Jet", frozenset({"PT", "Eta", "Phi", "Mass"})),
    ("Electron", frozenset({"PT", "Eta", "Phi", "Charge", "EhadOverEem"})),
    ("Muon", frozenset({"PT", "Eta", "Phi", "Charge"})),
    ("Jet", frozenset({"PT", "Eta", "Phi", "BTag"})),
    ("Weight", frozenset({"Weight"})),
)

#: Momentum fields by class: the leaf for each, or None for a constant 0.
_MOMENTA: Mapping[str, Mapping[str, str | None]] = {
    "GenParticle": {"px": "Px", "py": "Py", "pz": "Pz", "E": "E"},
    "MissingET": {"pt": "MET", "eta": None, "phi": "Phi", "mass": None},
    "Tower": {"pt": "ET", "eta": "Eta", "phi": "Phi", "mass": None},
    "Photon": {"pt": "PT", "eta": "Eta", "phi": "Phi", "mass": None},
    **{
        name: {"pt": "PT", "eta": "Eta", "phi": "Phi", "mass": "Mass"}
        for name in ("Jet", "Electron", "Muon", "Track")
    },
}
#: Leaves that repeat the momentum, by class, and bookkeeping of ROOT.
_REPEATED: Mapping[str, frozenset[str]] = {
    "GenParticle": frozenset({"PT", "Eta", "Phi", "Mass"}),
    "MissingET": frozenset({"Eta"}),
    "Photon": frozenset({"E"}),
    "Tower": frozenset({"E"}),
    "Track": frozenset({"E"}),
}
_BOOKKEEPING = frozenset({"fUniqueID", "fBits"})
_NAMES = {"PID": "pdgId", "Status": "status", "Charge": "charge"}
_GEV = (
    "MET",
    "HT",
    "ET",
    "P",
    "Eem",
    "Ehad",
    "SumPt",
    "SumPtCharged",
    "SumPtNeutral",
    "SumPtChargedPU",
    "Scale",
    "ScalePDF",
    "ErrorP",
    "ErrorPT",
)
_MM = ("D0", "DZ", "ErrorD0", "ErrorDZ", "X", "Y", "Z", "XOuter", "YOuter", "ZOuter", "Xd", "Yd", "Zd", "L")
_UNITS = {
    **dict.fromkeys(_GEV, "GeV"),
    **dict.fromkeys(_MM, "mm"),
    **dict.fromkeys(("T", "TOuter", "ErrorT"), "s"),
}


class DelphesOptions(ReaderOptions):
    """``tree``: name of the tree, or 'Delphes;1' for another cycle. ``classes``, ``masses``: by collection."""

    tree: str | None = Field(None, description="name of the tree, or 'Delphes;1' for another cycle")
    classes: dict[str, str] = Field(
        {}, description="collection -> Delphes class, if it is not recognised from the leaves"
    )
    masses: dict[str, float] = Field({}, description="collection -> mass in GeV, for classes without a mass")


class DelphesReader(TableReader):
    """Delphes ROOT files: any collection, GeV."""

    name: ClassVar[str] = "delphes"
    summary: ClassVar[str] = "Delphes ROOT file: collections by their class, GeV"
    Options: ClassVar[type[ReaderOptions]] = DelphesOptions

    def confidence(self, path: str, head: bytes) -> int:
        """2 for a tree with Delphes leaves (``Jet_size``, ``Jet.PT``)."""
        if not is_root(path, head):
            return 0
        try:
            with open_file(path) as file, translated(path, "the trees cannot be read"):
                return 2 if _find_tree(tree_names(file), file, None) else 0
        except InputError:
            return 0

    @contextmanager
    def opened(self, path: str, options: ReaderOptions) -> Iterator[tuple[RootTree, Layout]]:
        """The tree, and what its branches mean."""
        assert isinstance(options, DelphesOptions)

        def choose(names: Trees, file: Any) -> str:
            found = _find_tree(names, file, options.tree)
            if found is None:
                raise InputError(
                    "no tree of this file has Delphes leaves such as Jet.PT",
                    file=path,
                    hint="read it with format: tree, or name the tree with options: {tree: NAME}",
                )
            return found

        # Its TLorentzVectors repeat the momentum, and references are many.
        with open_tree(path, choose, records=False) as table:
            yield table, _layout(table, options)

    def details(self, table: Any, layout: Layout) -> Mapping[str, Any]:
        """The tree that is read."""
        return {"tree": layout.containers[0]}


def _find_tree(names: Trees, file: Any, asked: str | None) -> str | None:
    if asked is not None:
        return asked
    for name in sorted(names, key=lambda n: n != "Delphes"):
        if name == "Delphes" or _has_delphes_leaves(tree_record(file, name)):
            return name
    return None


def _has_delphes_leaves(record: bytes) -> bool:
    """A collection with its counter and one of the leaves that only Delphes spells so."""
    leaves = (b".PT", b".MET", b".Px", b".ET")
    return any(any(counted + leaf in record for leaf in leaves) for counted in set(_COUNTER.findall(record)))


def _layout(table: RootTree, options: DelphesOptions) -> Layout:
    columns, others = table.found.columns, table.found.refused
    groups: dict[str, dict[str, Column]] = {}
    for column in columns.values():
        collection, dot, leaf = column.name.rpartition("/")[2].partition(".")
        if dot and leaf not in _BOOKKEEPING:
            groups.setdefault(collection, {})[leaf.partition("[")[0]] = column
    for asked in (*options.classes, *options.masses):
        if asked not in groups:
            raise InputError(
                f"no collection '{asked}' to give a class or mass",
                file=table.path,
                hint=nearest(asked, groups),
            )
    collections: dict[str, CollectionLayout] = {}
    fields: dict[str, Leaf] = {}
    left: list[str] = []
    massless: list[str] = []
    for name, leaves in groups.items():
        kind = options.classes.get(name) or _infer(leaves)
        if kind in _MOMENTA:
            collections[name] = _collection(name, kind, leaves, options, table.path)
            if kind in {"Electron", "Muon", "Track"} and "Mass" not in leaves and name not in options.masses:
                massless.append(name)
        elif kind in {"Event", "ScalarHT"}:
            for leaf, column in leaves.items():
                field = FieldSchema(column.type, _UNITS.get(leaf, ""), f"{kind}: {leaf}")
                fields[f"{name}_{leaf}"] = Leaf(column.name, field, first=column.depth == 1)
        elif name in options.classes:
            raise InputError(
                f"'{kind}' is not a class of Delphes", file=table.path, hint=nearest(kind, dict(_CLASSES))
            )
        elif kind != "Weight":
            left.append(name)
    weights, auto = _weights(table, groups)
    notes = [*cycle_notes(table), *_notes(groups, weights, auto, massless, left, others)]
    return Layout(collections, fields, weights, auto, table.containers, tuple(notes)).refusing(others)


def _infer(leaves: Mapping[str, Column]) -> str:
    return next((kind for kind, needed in _CLASSES if needed <= leaves.keys()), "")


def _collection(
    name: str, kind: str, leaves: Mapping[str, Column], options: DelphesOptions, path: str
) -> CollectionLayout:
    momentum: dict[str, Leaf] = {}
    for field, leaf in _MOMENTA[kind].items():
        unit = "" if field in {"eta", "phi"} else "GeV"
        if leaf is None or (leaf == "Mass" and (leaf not in leaves or name in options.masses)):
            value = options.masses.get(name, 0.0) if field == "mass" else 0.0
            momentum[field] = Leaf(None, FieldSchema("float64", unit, f"not stored: {value:g}"), value)
        elif leaf not in leaves:
            raise InputError(
                f"collection '{name}' of class {kind} has no leaf '{leaf}'",
                file=path,
                hint=nearest(leaf, leaves),
            )
        else:
            limit = BEAM_AXIS_ETA if field == "eta" else None
            doc = f"{leaf}; the beam axis (999.9 in the file) is {BEAM_AXIS_ETA:g}" if limit else leaf
            momentum[field] = Leaf(leaves[leaf].name, FieldSchema("float64", unit, doc), limit=limit)
    used = {leaf for leaf in _MOMENTA[kind].values() if leaf} | _REPEATED.get(kind, frozenset())
    extras = {
        event_field_name(_NAMES.get(leaf, leaf)): Leaf(
            column.name, FieldSchema(column.type, _UNITS.get(leaf, ""), leaf if leaf in _NAMES else "")
        )
        for leaf, column in leaves.items()
        if leaf not in used
    }
    return CollectionLayout(name, kind, momentum, extras)


def _weights(
    table: RootTree, groups: Mapping[str, Mapping[str, Column]]
) -> tuple[dict[str, WeightLeaf], str | None]:
    weights: dict[str, WeightLeaf] = {}
    for name in ("Event", "LHEFEvent", *groups):
        leaves = groups.get(name, {})
        if "Weight" in leaves and _infer(leaves) == "Event":
            weights[f"{name}.Weight"] = WeightLeaf(
                leaves["Weight"].name, 0 if leaves["Weight"].depth else None
            )
    auto = next(iter(weights), None)
    for name, leaves in groups.items():
        if "Weight" in leaves and _infer(leaves) == "Weight" and table.entries:
            column = leaves["Weight"].name
            # How many there are is not in the header; the first event tells.
            _, first = next(table.chunks([column], 0, 1, 1))
            weights.update({f"{name}[{i}]": WeightLeaf(column, i) for i in range(len(first[column][0]))})
    return weights, auto


def _notes(
    groups: Mapping[str, Mapping[str, Column]],
    weights: Mapping[str, WeightLeaf],
    auto: str | None,
    massless: list[str],
    left: list[str],
    others: Mapping[str, str],
) -> Iterator[str]:
    if auto is None:
        hint = " The file has weights without names: choose one." if weights else ""
        yield f"No event weight is stored: all events have weight 1.{hint}"
    if any("CrossSection" in leaves for leaves in groups.values()):
        yield "Event.CrossSection is a running estimate and is not used: give xsec_pb in the card."
    if massless:
        yield f"No mass is stored for {', '.join(massless)}: set to 0 (to change: options: masses)."
    if left:
        yield f"Ignored, without momentum: {', '.join(left)}."
    objects = {name for name, why in others.items() if why == REFERENCES}
    unread = sorted({name.rpartition("/")[2].partition(".")[2].partition("[")[0] for name in objects} - {""})
    if unread:
        yield f"Leaves that are references or objects are ignored: {', '.join(unread)}."
    yield from not_offered({name: why for name, why in others.items() if name not in objects})

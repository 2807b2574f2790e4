"""Any ROOT tree or RNTuple of numbers and lists of numbers, by a map of columns or by a guess from their names.

Reads flat trees (``mu1_px``), jagged trees (``Jet_Px[NJet]``, ``vector<float> jet_pt``, ``RVec``), records
(``vector<TLorentzVector>``, ``LorentzVector``, structs, records of an RNTuple: their members are columns such as
``muons.fP.fX``), ATLAS PHYSLITE (MeV) and EDM4hep (``X.momentum.x`` and ``X.mass``). See `symhep.readers.columns`
for the map and the guess.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

from pydantic import Field

from symhep.readers.columns import ColumnMapOptions, layout_of
from symhep.readers.interface import ReaderOptions
from symhep.readers.layout import Layout
from symhep.readers.root import RootTree, cycle_notes, is_root, main_tree, not_offered, open_tree
from symhep.readers.root.bookkeepers import sum_of_weights
from symhep.readers.root.friends import friend_notes, with_friends
from symhep.readers.table import TableReader

__all__ = ["TreeOptions", "TreeReader"]


class TreeOptions(ColumnMapOptions):
    """``tree``: its name, if there are several ('NAME;CYCLE' for another cycle). ``friends``: trees to join."""

    tree: str | None = Field(
        None, description="name of the tree, if there are several; NAME;CYCLE for another cycle"
    )
    friends: list[str] = Field(
        [],
        description="trees with the same events: TREE, FILE:TREE or FILE.root, with FILE in the same folder; {file} "
        "is the name of the input file",
    )


class TreeReader(TableReader):
    """Flat and jagged ROOT trees and trees of records by a column map; GeV or MeV."""

    name: ClassVar[str] = "tree"
    summary: ClassVar[str] = "ROOT tree with numbers, lists and records, read by a column map; GeV or MeV"
    Options: ClassVar[type[ReaderOptions]] = TreeOptions

    def confidence(self, path: str, head: bytes) -> int:
        """1 for every ROOT file."""
        return int(is_root(path, head))

    @contextmanager
    def opened(self, path: str, options: ReaderOptions) -> Iterator[tuple[RootTree, Layout]]:
        """The tree, and what its columns mean."""
        assert isinstance(options, TreeOptions)
        said: list[str] = []

        def choose(names: dict[str, tuple[int, ...]], file: Any) -> str:
            if options.tree is not None:
                return options.tree
            name, note = main_tree(names, file, path)
            said.extend([note] if note else [])
            return name

        with open_tree(path, choose) as alone, with_friends(alone, options.friends) as table:
            said += cycle_notes(table)
            said += friend_notes(table.tree) if not options.friends else ()
            found = table.found
            said += not_offered(found.refused)
            layout = layout_of(found.columns, options, path, table.containers, said)
            yield table, layout.refusing(found.refused)

    def details(self, table: Any, layout: Layout) -> Mapping[str, Any]:
        """The tree that is read."""
        return {"tree": layout.containers[0]}

    def generated(self, path: str, options: ReaderOptions) -> float | None:
        """ATLAS: from the CutBookkeepers of PHYSLITE, or bin 2 of the histograms CutBookkeeper_*_NOSYS of ntuples."""
        return sum_of_weights(path)

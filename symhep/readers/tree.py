"""Any ROOT tree or RNTuple of numbers and lists of numbers, by a map of columns or by a guess from their names.

Reads flat trees (``mu1_px``), jagged trees (``Jet_Px[NJet]``, ``vector<float> jet_pt``), ATLAS PHYSLITE
(``units: MeV``) and EDM4hep (``X.momentum.x`` and ``X.mass``). See `symhep.readers.columns` for the map
and the guess.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

from pydantic import Field

from symhep.errors import InputError
from symhep.readers.columns import ColumnMapOptions, layout_of
from symhep.readers.interface import ReaderOptions
from symhep.readers.layout import Layout
from symhep.readers.root import RootTree, cycle_notes, is_root, open_tree, tree_columns
from symhep.readers.table import TableReader

__all__ = ["TreeOptions", "TreeReader"]


class TreeOptions(ColumnMapOptions):
    """``tree``: its name, if there are several ('NAME;CYCLE' for another cycle)."""

    tree: str | None = Field(
        None, description="which tree, if there are several; NAME;CYCLE for another cycle"
    )


class TreeReader(TableReader):
    """Flat and jagged ROOT trees by a column map; GeV or MeV."""

    name: ClassVar[str] = "tree"
    summary: ClassVar[str] = "ROOT tree of numbers and lists, by a map of columns; GeV or MeV"
    Options: ClassVar[type[ReaderOptions]] = TreeOptions

    def confidence(self, path: str, head: bytes) -> int:
        """1 for every ROOT file."""
        return int(is_root(path, head))

    @contextmanager
    def opened(self, path: str, options: ReaderOptions) -> Iterator[tuple[RootTree, Layout]]:
        """The tree, and what its columns mean."""
        assert isinstance(options, TreeOptions)

        def choose(names: dict[str, tuple[int, ...]], file: Any) -> str:
            if options.tree is not None:
                return options.tree
            if len(names) > 1:
                raise InputError(
                    f"the file has several trees: {', '.join(sorted(names))}",
                    file=path,
                    hint="choose one with options: {tree: NAME}",
                )
            return next(iter(names))

        with open_tree(path, choose) as table:
            columns, others = tree_columns(table.tree)
            notes = list(cycle_notes(table))
            if others:
                notes.append(
                    f"Branches that hold neither numbers nor lists are not offered: {_some(others)}."
                )
            yield table, layout_of(columns, options, path, table.containers, notes)

    def details(self, table: Any, layout: Layout) -> Mapping[str, Any]:
        """The tree that is read."""
        return {"tree": layout.containers[0]}


def _some(names: tuple[str, ...], at_most: int = 20) -> str:
    more = f" and {len(names) - at_most} more" if len(names) > at_most else ""
    return ", ".join(names[:at_most]) + more

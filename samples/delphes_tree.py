"""A ROOT tree in Delphes naming, from collections of an event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import awkward as ak
import numpy as np
import numpy.typing as npt
import uproot

__all__ = ["jagged", "lists_of_rows", "singletons", "write_tree"]

Columns = Mapping[str, npt.NDArray[np.generic]]


def singletons(columns: Columns) -> ak.Array:
    """Delphes stores an event's own numbers as lists of length 1."""
    count = len(next(iter(columns.values())))
    return jagged(columns, np.ones(count, int))


def jagged(columns: Columns, counts: npt.NDArray[np.int64]) -> ak.Array:
    """Columns of all objects, event after event, with ``counts`` objects in each."""
    return ak.zip({name: ak.unflatten(values, counts) for name, values in columns.items()})


def lists_of_rows(
    lists: Sequence[Sequence[Sequence[float]]], names: Sequence[str], integers: frozenset[str] = frozenset()
) -> ak.Array:
    """Per event a list of rows (numbers as ``names`` say), in single precision or as ``integers``."""
    flat = np.array([row for event in lists for row in event], np.float64).reshape(-1, len(names))
    types = [np.int32 if name in integers else np.float32 for name in names]
    columns = {n: flat[:, i].astype(t) for i, (n, t) in enumerate(zip(names, types, strict=True))}
    return jagged(columns, np.array([len(event) for event in lists], dtype=np.int64))


def write_tree(target: Path, collections: Mapping[str, ak.Array], *, quick: bool = False) -> None:
    """Write the tree 'Delphes', split into branches named Jet.PT, counted by Jet_size; ``quick``: larger."""
    with uproot.recreate(target, compression=uproot.ZLIB(1) if quick else uproot.LZMA(9)) as file:
        tree = file.mktree(
            "Delphes",
            {name: array.type for name, array in collections.items()},
            title="Analysis tree",
            field_name=lambda outer, inner: f"{outer}.{inner}",
            counter_name=lambda counted: f"{counted}_size",
        )
        tree.extend(collections)

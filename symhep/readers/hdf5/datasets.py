"""Plain HDF5: every dataset whose first axis is the events is a column, or a set of them if it holds records.

``jets/pt`` of shape (N,) is a number per event, (N, M) the M members of a list; records (N,) or (N, M), as flavour
tagging uses them, are columns ``tracks.pt``, ..., without the members whose field ``valid`` is false.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import h5py

from symhep.errors import InputError
from symhep.readers.hdf5.stored import Place, Stored

__all__ = ["datasets"]


def datasets(group: Any, path: str) -> Stored:
    """The columns in a group and the groups below it. Raises `InputError` if there are none."""
    found: dict[str, Any] = {}

    def visit(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset):
            found[name.replace("/", ".")] = item

    group.visititems(visit)
    lengths = Counter(item.shape[0] for item in found.values() if item.shape)
    if not lengths:
        raise InputError(
            "the HDF5 file contains no table", file=path, hint="it needs datasets with one entry per event"
        )
    stored = Stored(max(lengths, key=lambda length: (lengths[length], length)))
    for name, item in found.items():
        if not item.shape:
            stored.others[name] = "one value for all events"
        elif item.shape[0] != stored.entries:
            stored.others[name] = f"{item.shape[0]} entries, not {stored.entries}"
        elif item.ndim > 2:
            stored.others[name] = f"an array of shape {item.shape[1:]} per event"
        elif item.dtype.names:
            _records(stored, name, item)
        else:
            stored.add(name, Place(item), item.dtype, width=item.shape[1] if item.ndim == 2 else None)
    return stored


def _records(stored: Stored, name: str, item: Any) -> None:
    valid = "valid" if item.ndim == 2 and "valid" in item.dtype.names else None
    for field in item.dtype.names:
        kind = item.dtype[field]
        column = f"{name}.{field}"
        if kind.shape:
            stored.others[column] = f"an array of shape {kind.shape} per entry"
        elif field != valid:
            width = item.shape[1] if item.ndim == 2 and valid is None else None
            stored.add(column, Place(item, field, valid=valid), kind, width, lists=valid is not None)

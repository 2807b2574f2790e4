"""Data frames that pandas wrote by ``to_hdf``, without pandas and without reading a pickle.

- *fixed*: a group holds ``axis0`` (column names), ``axis1`` (row numbers) and pairs ``blockN_items``,
  ``blockN_values``.
- *table*: a group holds ``table``, records of an index, of blocks ``values_block_N`` and of the
  columns that were to be searched. The names of a block's columns are in the attribute
  ``values_block_N_kind``, as a pickled list of texts: it is taken apart by ``pickletools``, which
  executes nothing, and anything but a plain list is refused.
"""

from __future__ import annotations

import pickletools
import re
from typing import Any

import h5py
import numpy as np

from symhep.errors import InputError
from symhep.readers.hdf5.stored import Place, Stored, member, require_readable

__all__ = ["frame", "is_frame"]

_BLOCK = re.compile(r"block\d+_values")
#: What a pickled list of texts or whole numbers consists of, besides these.
_FRAME = {"PROTO", "FRAME", "MARK", "LIST", "EMPTY_LIST", "APPEND", "APPENDS", "STOP"}
_FRAME |= {"PUT", "BINPUT", "LONG_BINPUT", "MEMOIZE"}
_NAME = {"STRING", "UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINSTRING", "SHORT_BINSTRING"}
_NAME |= {"INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1"}


def is_frame(group: Any) -> bool:
    """Is an HDF5 group a data frame?"""
    table = member(group, "table")
    return member(group, "axis0") is not None or (isinstance(table, h5py.Dataset) and bool(table.dtype.names))


def frame(group: Any, path: str) -> Stored:
    """The columns of a data frame in either format. Raises `InputError` where the parts do not fit together."""
    table = member(group, "table")
    return _fixed(group, path) if table is None else _table(table, path)


def _fixed(group: Any, path: str) -> Stored:
    stored = Stored(int(_part(group, "axis1", path).shape[0]))
    names = _labels(_part(group, "axis0", path), path)
    for key in sorted(name for name in group if _BLOCK.fullmatch(name)):
        block = _part(group, key, path)
        items = _labels(_part(group, key.replace("values", "items"), path), path)
        if block.dtype.kind == "O" or "value_type" in block.attrs:
            reason = "text" if block.dtype.kind == "O" else "times"
            stored.others.update(dict.fromkeys(items, reason))
            continue
        if block.shape != (stored.entries, len(items)):
            raise _misfit(path, f"'{key}' has the shape {block.shape}")
        for i, name in enumerate(items):
            stored.add(name, Place(block, index=i), block.dtype)
    if set(names) != {*stored.columns, *stored.others}:
        raise _misfit(path, "columns are missing")
    # In the order of the frame.
    stored.columns = {name: stored.columns[name] for name in names if name in stored.columns}
    return stored


def _table(table: Any, path: str) -> Stored:
    if not table.dtype.names or table.ndim != 1:
        raise _misfit(path, "'table' contains no records")
    stored = Stored(int(table.shape[0]))
    rows = int(table.attrs.get("NROWS", stored.entries))
    if rows != stored.entries:
        raise _misfit(path, f"it has {stored.entries} rows, but its metadata say {rows}")
    for field in table.dtype.names:
        if field == "index":
            continue
        kind = table.dtype[field]
        width = int(np.prod(kind.shape, dtype=np.int64))
        names = _kept_names(table.attrs.get(f"{field}_kind"))
        if names is None or len(names) != width:
            raise _misfit(path, f"the names of the columns in '{field}' cannot be read")
        if _text(table.attrs.get(f"{field}_dtype")).startswith(("datetime", "timedelta")):
            stored.others.update(dict.fromkeys(names, "times"))
            continue
        if _text(table.attrs.get(f"{field}_meta")) == "category":
            stored.others.update(dict.fromkeys(names, "categories"))
            continue
        for i, name in enumerate(names):
            stored.add(name, Place(table, field, i if kind.shape else None), kind.base)
    return stored


def _part(group: Any, name: str, path: str) -> Any:
    part = member(group, name)
    if not isinstance(part, h5py.Dataset):
        raise _misfit(path, f"'{name}' is not there")
    return part


def _labels(axis: Any, path: str) -> list[str]:
    """Names of columns as pandas stores them: bytes or integers."""
    require_readable(axis, path)
    return [v.decode("utf-8") if isinstance(v, bytes) else str(v) for v in axis[:].tolist()]


def _text(value: Any) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else ""


def _kept_names(kept: Any) -> list[str] | None:
    """The names in a pickled list of texts or integers; None if it is anything else.

    >>> import pickle
    >>> _kept_names(pickle.dumps(["E_0", 7], protocol=0)), _kept_names(pickle.dumps([print], protocol=0))
    (['E_0', '7'], None)
    """
    if not isinstance(kept, bytes):
        return None
    names: list[str] = []
    try:
        for code, argument, _ in pickletools.genops(kept):
            if code.name in _NAME:
                names.append(str(argument))
            elif code.name not in _FRAME:
                return None
    except Exception:
        return None
    return names


def _misfit(path: str, reason: str) -> InputError:
    return InputError(
        f"the parts of the pandas table are inconsistent: {reason}",
        file=path,
        hint="copy or create it again",
    )

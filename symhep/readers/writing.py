"""Tables of events written to ROOT and Parquet, so that the readers `tree` and `parquet` read them back."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from symhep.errors import CardError

__all__ = ["TableWriter", "format_of", "written"]

#: File name ending -> format.
FORMATS = {".root": "ROOT", ".parquet": "Parquet"}
#: Name of the tree.
TREE = "events"

Columns = Mapping[str, npt.NDArray[Any]]


class TableWriter(Protocol):
    """Takes chunks of rows: (n,) numbers, or (n, P) arrays of a fixed length; always the same columns."""

    def __call__(self, chunk: Columns, /) -> None: ...


def format_of(path: Path) -> str:
    """By the ending of its name. Raises `CardError` for others than .root and .parquet.

    >>> format_of(Path("more.parquet"))
    'Parquet'
    """
    if path.suffix not in FORMATS:
        raise CardError(f"'{path}' has an unknown extension", hint=f"use {' or '.join(FORMATS)}")
    return FORMATS[path.suffix]


@contextmanager
def written(path: Path, columns: Mapping[str, np.dtype[Any]], about: str) -> Iterator[TableWriter]:
    """A file that appears whole, at the end, or not at all.

    Parameters
    ----------
    columns
        Name -> type; ``np.dtype(("f8", (2,)))`` for arrays of two.
    about
        Text stored with the events: TObjString 'symhep' of a ROOT file, metadata 'symhep' of a Parquet file.
    """
    writing = _root if format_of(path) == "ROOT" else _parquet
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    try:
        with writing(partial, columns, about) as write:
            yield write
        with partial.open("rb") as stream:
            os.fsync(stream.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def _root(path: Path, columns: Mapping[str, np.dtype[Any]], about: str) -> Iterator[TableWriter]:
    """A TTree; arrays of a fixed length are leaves 'name[2]'."""
    import uproot

    with uproot.recreate(path) as file:
        tree = file.mktree(TREE, dict(columns))
        file["symhep"] = about

        def write(chunk: Columns) -> None:
            tree.extend({name: np.asarray(chunk[name], dtype=kind.base) for name, kind in columns.items()})

        yield write


@contextmanager
def _parquet(path: Path, columns: Mapping[str, np.dtype[Any]], about: str) -> Iterator[TableWriter]:
    """A row group per chunk; arrays of a fixed length are fixed-size lists."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    def kind_of(kind: np.dtype[Any]) -> Any:
        inner = pa.from_numpy_dtype(kind.base)
        return pa.list_(inner, kind.shape[0]) if kind.shape else inner

    fields = [pa.field(name, kind_of(kind), nullable=False) for name, kind in columns.items()]
    schema = pa.schema(fields, metadata={"symhep": about})
    with pq.ParquetWriter(path, schema) as file:

        def write(chunk: Columns) -> None:
            arrays = []
            for name, kind in columns.items():
                values = pa.array(np.ascontiguousarray(chunk[name], dtype=kind.base).ravel())
                if kind.shape:
                    values = pa.FixedSizeListArray.from_arrays(values, kind.shape[0])
                arrays.append(values)
            file.write_table(pa.Table.from_arrays(arrays, schema=schema))

        yield write

"""HDF5 files: pandas tables ('fixed' and 'table'), and plain datasets with an entry per event.

The top-tagging reference data, the LHC Olympics, and flat or padded arrays of one's own. What the
columns mean is guessed from their names or given by a map, as for ROOT trees and Parquet
(`symhep.readers.columns`); the two layouts of the LHC Olympics are known (`symhep.readers.hdf5.lhco`).
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any, ClassVar

import fsspec
import h5py
from pydantic import Field

from symhep.errors import InputError, nearest
from symhep.readers.columns import ColumnMapOptions, layout_of
from symhep.readers.hdf5.datasets import datasets
from symhep.readers.hdf5.lhco import layout_of_raw, lhco_layout
from symhep.readers.hdf5.pandas_frame import frame, is_frame
from symhep.readers.hdf5.stored import Hdf5Table, Stored
from symhep.readers.interface import ReaderOptions
from symhep.readers.layout import Layout
from symhep.readers.table import TableReader

__all__ = ["Hdf5Options", "Hdf5Reader", "LhcoReader"]

# Blosc and other compressions that pandas offers are filters outside HDF5; this package brings them.
if importlib.util.find_spec("hdf5plugin"):
    importlib.import_module("hdf5plugin")

_MAGIC = b"\x89HDF\r\n\x1a\n"


class Hdf5Options(ColumnMapOptions):
    """A column map, and ``group``: the group that holds the table; the only one if not given."""

    group: str | None = Field(None, description="HDF5 group of the table; default: the only one")


class Hdf5Reader(TableReader):
    """HDF5 files: pandas tables or datasets of events; GeV or MeV."""

    name: ClassVar[str] = "hdf5"
    summary: ClassVar[str] = "HDF5 file: pandas table (top tagging, LHC Olympics) or datasets of events"
    Options: ClassVar[type[ReaderOptions]] = Hdf5Options

    def confidence(self, path: str, head: bytes) -> int:
        """1 for the magic bytes of HDF5."""
        return int(head.startswith(_MAGIC) or (not head and path.endswith((".h5", ".hdf5"))))

    @contextmanager
    def opened(self, path: str, options: ReaderOptions) -> Iterator[tuple[Hdf5Table, Layout]]:
        """The table, and what its columns mean."""
        assert isinstance(options, Hdf5Options)
        with _table(path, options.group) as (group, table):
            kind = lhco_layout(table.columns)
            if options.columns is None and kind == "raw":
                yield table, layout_of_raw(table, (group,))
            else:
                notes = [*table.stored.notes()]
                if kind == "features":
                    notes.append("Jets are in the order of the file, which may differ from the order in pt.")
                yield table, layout_of(table.columns, options, path, (group,), notes)

    def details(self, table: Any, layout: Layout) -> Mapping[str, Any]:
        """How many columns there are."""
        return {"columns": len(table.columns)}


class LhcoReader(Hdf5Reader):
    """The two layouts of the LHC Olympics; by this name they can be cited."""

    name: ClassVar[str] = "lhco"
    summary: ClassVar[str] = "LHC Olympics HDF5 file, raw particles or jet features, GeV"

    def confidence(self, path: str, head: bytes) -> int:
        """2 for an HDF5 file in one of these layouts."""
        if not super().confidence(path, head):
            return 0
        try:
            with _table(path, None) as (_, table):
                return 0 if lhco_layout(table.columns) is None else 2
        except InputError:
            return 0


@contextmanager
def _table(path: str, group: str | None) -> Iterator[tuple[str, Hdf5Table]]:
    """The table of a file, and the group that holds it."""
    with ExitStack() as stack:
        try:
            file = stack.enter_context(h5py.File(stack.enter_context(fsspec.open(path, "rb")), "r"))
            name, stored = _stored(file, group, path)
            table = Hdf5Table(path, stored)
        except FileNotFoundError:
            raise InputError("there is no such file", file=path) from None
        except InputError:
            raise
        except Exception as error:  # of HDF5: whatever it is, it is the file's
            raise InputError(
                f"the HDF5 file cannot be read: cut short, damaged or of another layout ({error})",
                file=path,
                hint="copy or create it again",
            ) from None
        yield name, table


def _stored(file: Any, asked: str | None, path: str) -> tuple[str, Stored]:
    """The group with the table, and its columns."""
    groups: list[str] = []
    frames: list[str] = []

    def visit(name: str, item: Any) -> None:
        if isinstance(item, h5py.Group):
            groups.append(name)
            if is_frame(item):
                frames.append(name)

    if "keras_version" in file.attrs or "model_config" in file.attrs:
        raise InputError(
            "this is a Keras model, not an event file",
            file=path,
            hint="give models in the options of a method",
        )
    file.visititems(visit)
    if asked is not None:
        if asked.strip("/") not in groups:
            raise InputError(f"there is no group '{asked}'", file=path, hint=nearest(asked, groups))
        group = file[asked]
        return asked, frame(group, path) if is_frame(group) else datasets(group, path)
    if len(frames) > 1:
        raise InputError(
            f"the file has {len(frames)} tables, not one",
            file=path,
            hint=f"choose one with options: {{group: NAME}}; {nearest('', frames)}",
        )
    if frames:
        return frames[0], frame(file[frames[0]], path)
    return "/", datasets(file, path)

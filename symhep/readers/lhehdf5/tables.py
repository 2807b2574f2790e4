"""The tables of an LHEF5 file: rows of numbers with named columns, in either of the two layouts.

Version 2 keeps a table in one two-dimensional dataset whose attribute ``properties`` (or an attribute of the
dataset's own name) lists the columns; older files keep a group of one dataset per column.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

import fsspec
import h5py
import numpy as np
import numpy.typing as npt

from symhep.errors import InputError, SymhepError

__all__ = ["TABLES", "NamedTable", "hdf5_errors", "open_tables"]

FloatArray = npt.NDArray[np.float64]

#: What symhep calls a table -> its names in the two layouts.
TABLES: Mapping[str, tuple[str, ...]] = {
    "events": ("events", "event"),
    "particles": ("particles", "particle"),
    "init": ("init",),
    "processes": ("procInfo",),
}
#: Columns of files of version 2 that do not list them, in the accord's order.
_DEFAULT: Mapping[str, tuple[str, ...]] = {
    name: tuple(columns.split())
    for name, columns in {
        "events": "pid nparticles start trials scale fscale rscale aqed aqcd NOMINAL",
        "particles": "id status mother1 mother2 color1 color2 px py pz e m lifetime spin",
        "init": "beamA beamB energyA energyB PDFgroupA PDFgroupB PDFsetA PDFsetB weightingStrategy numProcesses",
        "processes": "procId npLO npNLO xSection error unitWeight",
    }.items()
}
#: HDF5's compressions shrink zeros to a thousandth; a table that announces more than that is damaged.
_SHRINK = 2_000
_SMALL = 1 << 20


@contextmanager
def hdf5_errors(path: str, event: int | None = None) -> Iterator[None]:
    """Whatever h5py raises inside becomes an `InputError`: damaged files make it raise nearly anything."""
    try:
        yield
    except SymhepError:
        raise
    except FileNotFoundError:
        raise InputError("there is no such file", file=path) from None
    except Exception as error:
        lines = str(error).strip().splitlines()
        reason = lines[0] if lines else type(error).__name__
        raise InputError(
            f"the HDF5 file cannot be read: cut short or damaged ({reason})",
            file=path,
            event=event,
            hint="copy or create it again",
        ) from None


class NamedTable:
    """N rows of named columns."""

    def __init__(self, path: str, name: str, item: Any) -> None:
        self.path = path
        #: By column: the dataset that holds it, and its place there (None if the dataset is the column).
        self._sources: dict[str, tuple[Any, int | None]] = {}
        if isinstance(item, h5py.Dataset):
            parts = {"": item}
        else:
            # Texts beside the columns are remarks.
            parts = {
                key: member
                for key, member in item.items()
                if isinstance(member, h5py.Dataset) and member.dtype.kind in "iuf"
            }
        for key, dataset in parts.items():
            _check_numbers(dataset, path)
            if key and dataset.ndim == 1:
                self._sources[key] = (dataset, None)
            else:
                columns = _column_names(dataset, name, key, path)
                self._sources |= {column: (dataset, i) for i, column in enumerate(columns)}
        lengths = {
            1 if place is not None and dataset.ndim == 1 else int(dataset.shape[0])
            for dataset, place in self._sources.values()
        }
        if len(lengths) != 1:
            raise InputError(
                f"the columns of the table '{name}' are missing or of different lengths", file=path
            )
        #: N.
        self.rows = lengths.pop()

    @property
    def names(self) -> tuple[str, ...]:
        """The columns."""
        return tuple(self._sources)

    def read(self, start: int, stop: int, names: Iterable[str]) -> dict[str, FloatArray]:
        """Rows ``start:stop`` of these columns. Raises `InputError` if they cannot be read."""
        read: dict[str, FloatArray] = {}
        found: dict[str, FloatArray] = {}
        with hdf5_errors(self.path):
            for name in names:
                dataset, place = self._sources[name]
                if dataset.name not in read:
                    whole = dataset[:][np.newaxis] if place is not None and dataset.ndim == 1 else dataset
                    read[dataset.name] = np.asarray(whole[start:stop], dtype=np.float64)
                found[name] = read[dataset.name] if place is None else read[dataset.name][:, place]
        return found


@contextmanager
def open_tables(path: str) -> Iterator[dict[str, NamedTable]]:
    """The tables of `TABLES`. Raises `InputError` if the file is not such a file."""
    with ExitStack() as stack:
        with hdf5_errors(path):
            file = stack.enter_context(h5py.File(stack.enter_context(fsspec.open(path, "rb")), "r"))
            found = {}
            for table, spellings in TABLES.items():
                name = next((n for n in spellings if n in file), None)
                if name is None:
                    raise InputError(
                        f"the file has no table '{spellings[0]}': it contains no Les Houches events",
                        file=path,
                        hint="check the format of the file",
                    )
                found[table] = NamedTable(path, table, file[name])
        yield found


def _check_numbers(dataset: Any, path: str) -> None:
    """Raise `InputError` for what is no table of numbers, or announces more of them than the file can hold."""
    if dataset.ndim not in (1, 2) or dataset.dtype.kind not in "iuf":
        raise InputError(f"'{dataset.name}' is not a table of numbers", file=path, hint="check the file")
    announced = dataset.size * dataset.dtype.itemsize
    if announced > _SMALL + _SHRINK * dataset.id.get_storage_size():
        raise InputError(
            f"'{dataset.name}' should have {dataset.shape[0]} rows, more than fit into the file: it is damaged",
            file=path,
            hint="copy or create it again",
        )


def _column_names(dataset: Any, name: str, key: str, path: str) -> tuple[str, ...]:
    """The names of a dataset's columns: as it says itself, else as the accord orders them."""
    width = int(dataset.shape[-1])
    if key:  # several weights in the older layout
        return tuple(f"{key}[{i}]" for i in range(width))
    own = dataset.name.rpartition("/")[2]
    stated = next((dataset.attrs[a] for a in ("properties", own) if a in dataset.attrs), None)
    if stated is None:
        names = _DEFAULT[name]
        names += tuple(f"weights[{i}]" for i in range(len(names), width)) if name == "events" else ()
    else:
        words = np.atleast_1d(stated).tolist()
        names = tuple(w.decode("utf-8", "replace") if isinstance(w, bytes) else str(w) for w in words)
    if len(names) != width or len(set(names)) != width:
        raise InputError(f"'{dataset.name}' has {width} columns but {len(set(names))} names", file=path)
    return names

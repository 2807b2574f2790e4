"""Columns as an HDF5 file stores them, whatever wrote it: where their numbers lie, and how to read a stretch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import awkward as ak
import h5py
import numpy as np
import numpy.typing as npt

from symhep.errors import InputError, nearest
from symhep.readers.table import STRIDE, Column

__all__ = ["Hdf5Table", "Place", "Stored", "member", "numbers", "require_readable"]

#: Bytes read at once: 64 MiB.
_READ = 1 << 26
#: A block of compressed data has to be in memory whole; nobody writes blocks as large as this.
_LARGEST_BLOCK = 1 << 28


@dataclass(frozen=True)
class Place:
    """Where a column lies: a dataset, a field of its records, a column (or every so many) of its blocks.

    ``valid`` is the field that tells members of a list from its padding.
    """

    dataset: Any
    field: str | None = None
    index: int | slice | None = None
    valid: str | None = None


@dataclass
class Stored:
    """The columns of N events; ``others`` maps what is not offered to the reason."""

    entries: int
    columns: dict[str, Column] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    others: dict[str, str] = field(default_factory=dict)

    def add(
        self, name: str, place: Place, dtype: Any, width: int | None = None, *, lists: bool = False
    ) -> None:
        """Offer a column, if it holds numbers: one per event, ``width`` of them, or ``lists`` of any length."""
        kind, reason = numbers(dtype)
        if name in self.columns:
            reason = "duplicate name"
        if reason is not None:
            self.others[name] = reason
        else:
            kind = kind if width is None else f"{kind}[{width}]"
            self.columns[name], self.places[name] = Column(name, kind, int(lists)), place

    def notes(self) -> Iterator[str]:
        """What a person should know of it."""
        if self.others:
            listed = ", ".join(f"{name} ({reason})" for name, reason in self.others.items())
            yield f"Ignored: {listed}."


def member(group: Any, name: str) -> Any:
    """A dataset or group that lies in ``group`` itself; None for a link, which may lead into another file."""
    return group[name] if isinstance(group.get(name, getlink=True), h5py.HardLink) else None


def numbers(dtype: Any) -> tuple[str, str | None]:
    """The type of a column in numpy's words, or why it is none.

    >>> numbers(np.dtype(">f4")), numbers(np.dtype("f2")), numbers(np.dtype("S3"))
    (('float32', None), ('float32', None), ('', 'text'))
    """
    if dtype.kind in "iub":
        return str(dtype.newbyteorder("=")), None
    if dtype.kind == "f":
        # numpy's half precision overflows in sums, and nothing else knows the long ones.
        return f"float{8 * min(max(dtype.itemsize, 4), 8)}", None
    if dtype.kind in "SO":
        return "", "text"
    return "", "a record" if dtype.names else f"of type {dtype}"


def require_readable(dataset: Any, path: str) -> None:
    """Raise `InputError` where the numbers of a dataset cannot be had, or not all of them."""
    name = dataset.name
    if dataset.is_virtual or dataset.external:
        raise InputError(
            f"the data of '{name}' are in other files",
            file=path,
            hint="copy them into this file (h5repack)",
        )
    properties = dataset.id.get_create_plist()
    for i in range(properties.get_nfilters()):
        code, _, _, label = properties.get_filter(i)
        if not h5py.h5z.filter_avail(code):
            raise InputError(
                f"the table is compressed by '{label.decode(errors='replace')}', which this HDF5 installation does "
                f"not support",
                file=path,
                hint="pip install hdf5plugin, or write the file again with complib='zlib'",
            )
    block = dataset.chunks or dataset.shape[1:]
    if np.prod(block, dtype=float) * dataset.dtype.itemsize > _LARGEST_BLOCK:
        raise InputError(
            f"'{name}' has a chunk size of {' x '.join(map(str, block))} entries: the file may be damaged",
            file=path,
            hint="copy or create it again",
        )
    if dataset.chunks:
        sizes = zip(dataset.shape, dataset.chunks, strict=True)
        blocks = int(np.prod([-(-size // chunk) for size, chunk in sizes], dtype=float))
        there = dataset.id.get_num_chunks()
        if there != blocks:
            raise InputError(
                f"'{name}' has {there} of its {blocks} chunks; the others would be read as zeros",
                file=path,
                hint="check the job that wrote it; copy or create it again",
            )


class Hdf5Table:
    """The columns of an opened file."""

    def __init__(self, path: str, stored: Stored) -> None:
        self.path, self.stored = path, stored
        self.damage: str | None = None
        for dataset in {place.dataset.name: place.dataset for place in stored.places.values()}.values():
            require_readable(dataset, path)

    @property
    def entries(self) -> int:
        """N."""
        return self.stored.entries

    @property
    def columns(self) -> dict[str, Column]:
        """By name."""
        return self.stored.columns

    @property
    def starts(self) -> Sequence[int]:
        """Every so many events, where blocks of the compressed data begin if they are not long."""
        datasets = [place.dataset for place in self.stored.places.values()]
        block = max((d.chunks[0] for d in datasets if d.chunks), default=1)
        return range(0, max(self.entries, 1), block * -(-STRIDE // block))

    def chunks(
        self, columns: Sequence[str], start: int, stop: int, step: int
    ) -> Iterator[tuple[int, Mapping[str, ak.Array]]]:
        """(number of events, columns) of events ``start`` to ``stop``, at most ``step`` at a time."""
        for name in columns:
            if name not in self.columns:
                raise InputError(
                    f"there is no column '{name}'", file=self.path, hint=nearest(name, self.columns)
                )
        datasets = {p.dataset.name: p.dataset for p in (self.stored.places[name] for name in columns)}
        row = sum(d.dtype.itemsize * int(np.prod(d.shape[1:], dtype=np.int64)) for d in datasets.values())
        step = max(1, min(step, _READ // max(row, 1)))
        while start < stop:
            end = min(start + step, stop)
            try:
                found = self._values(columns, start, end)
            except Exception as error:  # of HDF5: whatever it is, it is the file's
                if end - start == 1:
                    raise InputError(
                        f"the file is damaged: events cannot be read ({error})",
                        file=self.path,
                        event=start,
                        hint="copy or create it again",
                    ) from None
                # The first event that cannot be read is the same one wherever reading began.
                step = (end - start) // 2
                continue
            yield end - start, found
            start = end

    def _values(self, columns: Sequence[str], start: int, end: int) -> dict[str, ak.Array]:
        """A stretch of the columns; each dataset is read once."""
        places = {name: self.stored.places[name] for name in columns}
        fields: dict[str, list[str]] = {}
        for place in places.values():
            needed = fields.setdefault(place.dataset.name, [])
            needed += [f for f in (place.field, place.valid) if f is not None and f not in needed]
        blocks: dict[str, npt.NDArray[Any]] = {}
        found: dict[str, ak.Array] = {}
        for name, place in places.items():
            of = place.dataset.name
            if of not in blocks:
                blocks[of] = _block(place.dataset, fields[of], start, end)
            values = blocks[of] if place.field is None else blocks[of][place.field]
            values = values if place.index is None else values[:, place.index]
            # Native byte order, and a precision that numpy and awkward can add in.
            values = values.astype(self.columns[name].type.partition("[")[0], copy=False)
            found[name] = _listed(values, None if place.valid is None else blocks[of][place.valid])
        return found


def _block(dataset: Any, fields: list[str], start: int, end: int) -> npt.NDArray[Any]:
    block = dataset.fields(fields)[start:end] if fields else dataset[start:end]
    if len(block) != end - start:
        raise EOFError(f"{len(block)} entries instead of {end - start}")
    return block


def _listed(values: npt.NDArray[Any], valid: npt.NDArray[Any] | None) -> ak.Array:
    """(n,) numbers as they are, (n, M) numbers as lists of those that are valid."""
    if valid is not None:
        real = valid.astype(bool)
        offsets = ak.index.Index64(np.concatenate([[0], np.cumsum(real.sum(axis=1))]))
        return ak.Array(ak.contents.ListOffsetArray(offsets, ak.contents.NumpyArray(values[real])))
    return ak.Array(values) if values.ndim == 1 else ak.from_regular(ak.Array(values), axis=1)

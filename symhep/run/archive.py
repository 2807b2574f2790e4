"""Arrays in a file: an .npz without pickle, the same bytes for the same arrays."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, Literal

import numpy as np

__all__ = ["map_archive", "read_archive", "write_archive"]

#: What numpy and zipfile raise on archives that are cut or overwritten.
_BROKEN = (
    EOFError, KeyError, NotImplementedError, OSError, SyntaxError, TypeError, ValueError, struct.error,
    zipfile.BadZipFile, zlib.error,
)  # fmt: skip


def write_archive(
    stream: BinaryIO, arrays: Mapping[str, np.ndarray[Any, Any]] | Iterable[tuple[str, np.ndarray[Any, Any]]]
) -> None:
    """Write named arrays, uncompressed."""
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for key, array in arrays.items() if isinstance(arrays, Mapping) else arrays:
            # A fixed date: the archive would otherwise differ from run to run.
            entry = zipfile.ZipInfo(f"{key}.npy", (1980, 1, 1, 0, 0, 0))
            with archive.open(entry, "w", force_zip64=True) as piece:
                np.lib.format.write_array(piece, np.asanyarray(array), allow_pickle=False)


def read_archive(path: Path, names: Collection[str] | None = None) -> dict[str, np.ndarray[Any, Any]] | None:
    """The arrays, or those of these ``names``; None where the file is broken."""
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as archive:
            return {key: archive[key] for key in archive.files if names is None or key in names}
    except _BROKEN:
        return None


def map_archive(path: Path, names: Collection[str]) -> dict[str, np.ndarray[Any, Any]] | None:
    """The arrays of these ``names`` that the file holds, mapped: what is not looked at is not read. None for a broken
    file.

    Nothing is decompressed, and no checksum is looked at: sizes and headers alone are.
    """
    try:
        with path.open("rb") as stream, zipfile.ZipFile(stream) as archive:
            found = {}
            for entry in archive.infolist():
                if (key := entry.filename.removesuffix(".npy")) in names:
                    stream.seek(entry.header_offset)
                    head = stream.read(_LOCAL_HEADER)
                    stream.seek(entry.header_offset + _LOCAL_HEADER + sum(struct.unpack("<HH", head[-4:])))
                    version = np.lib.format.read_magic(stream)
                    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else None
                    read = read or np.lib.format.read_array_header_2_0
                    shape, fortran, dtype = read(stream)
                    found[key] = _mapped(path, dtype, stream.tell(), shape, "F" if fortran else "C")
            return found
    except _BROKEN:
        return None


#: Bytes of the header of an entry, which ends with the lengths of its name and of its extra field.
_LOCAL_HEADER = 30


def _mapped(
    path: Path, dtype: np.dtype[Any], offset: int, shape: tuple[int, ...], order: Literal["C", "F"]
) -> np.ndarray[Any, Any]:
    if not all(shape):  # nothing cannot be mapped
        return np.zeros(shape, dtype=dtype)
    if dtype.hasobject:
        raise ValueError("objects are not read")
    return np.memmap(path, dtype, "r", offset, shape, order)

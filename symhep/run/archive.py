"""Arrays in a file: an .npz without pickle, the same bytes for the same arrays."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

__all__ = ["read_archive", "write_archive"]

#: What numpy and zipfile raise on archives that are cut or overwritten.
_BROKEN = (
    EOFError, KeyError, NotImplementedError, OSError, SyntaxError, TypeError, ValueError, struct.error,
    zipfile.BadZipFile, zlib.error,
)  # fmt: skip


def write_archive(stream: BinaryIO, arrays: Mapping[str, np.ndarray[Any, Any]]) -> None:
    """Write named arrays, uncompressed."""
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for key, array in arrays.items():
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

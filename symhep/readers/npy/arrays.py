"""The arrays of a .npy or .npz file, read in pieces; nothing is ever unpickled."""

from __future__ import annotations

import math
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

import fsspec
import numpy as np
import numpy.lib.format
import numpy.typing as npt

from symhep.errors import InputError, SymhepError

__all__ = ["Member", "arrays_of", "numpy_errors"]

#: A piece of an array that is read at once.
_PIECE_BYTES = 1 << 26
#: Arrays in Fortran's order can only be read whole.
_WHOLE_BYTES = 1 << 30
#: Deflate shrinks zeros to a thousandth; a member that announces more is damaged or made to do harm.
_SHRINK = 1_100
_SMALL = 1 << 20
#: numpy repeats the header it cannot parse.
_REASON = 120
_AGAIN = "copy or create it again"


@contextmanager
def numpy_errors(path: str) -> Iterator[None]:
    """Whatever zipfile, zlib or numpy raise inside becomes an `InputError`: damage brings out nearly anything."""
    try:
        yield
    except SymhepError:
        raise
    except FileNotFoundError:
        raise InputError("there is no such file", file=path) from None
    except Exception as error:
        lines = str(error).strip().splitlines()
        reason = lines[0][:_REASON] if lines else type(error).__name__
        raise InputError(
            f"the file cannot be read: cut short or damaged ({reason})", file=path, hint=_AGAIN
        ) from None


@dataclass(frozen=True)
class Member:
    """An array in a file: its name ('' in a .npy file), shape, type, order; ``available`` bytes follow its header."""

    path: str
    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    fortran: bool
    available: int

    @property
    def row_bytes(self) -> int:
        """Bytes of one entry along the first axis."""
        return math.prod(self.shape[1:]) * self.dtype.itemsize

    @property
    def whole_rows(self) -> int:
        """How many entries the file can hold; fewer than announced if it is cut."""
        return min(self.shape[0], self.available // max(self.row_bytes, 1))

    @property
    def by_column(self) -> bool:
        """Is it stored in Fortran's order, so that it can only be read whole?"""
        return self.fortran and len(self.shape) > 1

    @contextmanager
    def pieces(self, start: int, stop: int, step: int) -> Iterator[Iterator[npt.NDArray[Any]]]:
        """Entries ``start`` to ``stop``, ``step`` at a time, each piece of the array's own type."""
        with ExitStack() as stack:
            with numpy_errors(self.path):
                stream = stack.enter_context(_opened(self.path, self.name))
                _header(stream, self.path, self.name)
                if not self.by_column:
                    stream.seek(start * self.row_bytes, 1)
            read = self._whole if self.by_column else self._piece
            yield read(stream, start, stop, step)

    def _piece(self, stream: BinaryIO, start: int, stop: int, step: int) -> Iterator[npt.NDArray[Any]]:
        for first in range(start, stop, step):
            count = min(step, stop - first)
            with numpy_errors(self.path):
                data = _exactly(stream, count * self.row_bytes)
                found = np.frombuffer(data, dtype=self.dtype).reshape(count, *self.shape[1:])
            yield found

    def _whole(self, stream: BinaryIO, start: int, stop: int, step: int) -> Iterator[npt.NDArray[Any]]:
        size = self.shape[0] * self.row_bytes
        if size > _WHOLE_BYTES or self.whole_rows < self.shape[0]:
            raise InputError(
                f"the array '{self.name}' is stored in Fortran order and is too long or truncated",
                file=self.path,
                hint="save np.ascontiguousarray(array)",
            )
        with numpy_errors(self.path):
            found = np.frombuffer(_exactly(stream, size), dtype=self.dtype).reshape(self.shape, order="F")
        for first in range(start, stop, step):
            yield found[first : min(first + step, stop)]


def arrays_of(path: str) -> dict[str, Member]:
    """The arrays of a file, by name. Raises `InputError`."""
    with numpy_errors(path), ExitStack() as stack:
        raw = stack.enter_context(fsspec.open(path, "rb"))
        if raw.read(2) != b"PK":
            size = int(raw.seek(0, 2))
            raw.seek(0)
            return {"": _member(raw, path, "", size)}
        raw.seek(0)
        archive = stack.enter_context(zipfile.ZipFile(raw))
        found: dict[str, Member] = {}
        for info in archive.infolist():
            name = info.filename.removesuffix(".npy")
            if name == info.filename:
                continue
            if info.file_size > _SMALL + _SHRINK * info.compress_size or name in found:
                raise InputError(f"the array '{name}' is larger than the file", file=path, hint=_AGAIN)
            with archive.open(info) as stream:
                found[name] = _member(stream, path, name, info.file_size)
        if not found:
            raise InputError(
                "the archive contains no arrays", file=path, hint="numpy.savez writes such files"
            )
        return found


@contextmanager
def _opened(path: str, name: str) -> Iterator[BinaryIO]:
    """The bytes of an array, header first."""
    with ExitStack() as stack:
        raw = stack.enter_context(fsspec.open(path, "rb"))
        if name:
            archive = stack.enter_context(zipfile.ZipFile(raw))
            raw = stack.enter_context(archive.open(f"{name}.npy"))
        yield raw


def _header(stream: Any, path: str, name: str) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Shape, order and type. Raises `InputError` for what cannot be read without unpickling."""
    version = numpy.lib.format.read_magic(stream)
    if version not in ((1, 0), (2, 0)):
        raise InputError(
            f"version {version[0]} of the numpy format is not supported",
            file=path,
            hint="use ASCII field names",
        )
    read = (
        numpy.lib.format.read_array_header_1_0
        if version == (1, 0)
        else numpy.lib.format.read_array_header_2_0
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        shape, fortran, dtype = read(stream)
    if dtype.hasobject:
        raise InputError(
            f"the array '{name}' contains Python objects, which need pickle and are refused",
            file=path,
            hint="save plain numbers, lists padded with zeros to one length",
        )
    if not shape or min(shape) < 0 or dtype.itemsize == 0:
        raise InputError(f"the array '{name}' of shape {shape} contains no events", file=path)
    if math.prod(shape[1:]) * dtype.itemsize > _WHOLE_BYTES:
        raise InputError(
            f"the array '{name}' of shape {shape} has more than 1 GB per event: the file may be damaged",
            file=path,
            hint=_AGAIN,
        )
    return shape, fortran, dtype


def _member(stream: Any, path: str, name: str, size: int) -> Member:
    shape, fortran, dtype = _header(stream, path, name)
    return Member(path, name, shape, dtype, fortran, size - int(stream.tell()))


def _exactly(stream: BinaryIO, size: int) -> bytes:
    """``size`` bytes; `read` may give fewer at a time."""
    parts = []
    while size:
        part = stream.read(min(size, _PIECE_BYTES))
        if not part:
            raise EOFError("the array is shorter than its header states")
        parts.append(part)
        size -= len(part)
    return b"".join(parts)

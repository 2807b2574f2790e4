"""Byte streams of text formats: a local path or a URL, decompressed on the way, in blocks."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Generator
from contextlib import ExitStack
from typing import BinaryIO, cast

from symhep.errors import InputError

__all__ = ["BLOCK_BYTES", "blocks", "head", "is_plain"]

#: A block and what is made of it stay in the cache (measured: longer ones cost page faults, shorter ones overhead).
BLOCK_BYTES = 1 << 18

# The first bytes decide the compression: names lie more often.
MAGIC = ((b"\x1f\x8b", gzip.open), (b"BZh", bz2.open), (b"\xfd7zXZ\x00", lzma.open))


def blocks(path: str, size: int = BLOCK_BYTES, start: int = 0) -> Generator[bytes, None, None]:
    """The uncompressed bytes of ``path`` from ``start`` on, in blocks of at most about ``size`` bytes.

    ``path`` is a local path or any URL that fsspec opens. gzip, bzip2 and xz are
    recognised by their first bytes; several compressed members after one another
    are read as one stream. All bytes that can be had are yielded before an error
    is raised.

    Raises
    ------
    InputError
        The file cannot be opened, or the compressed data are cut or damaged;
        ``byte`` is the number of uncompressed bytes that were good.

    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     name = Path(folder) / "a.gz"
    ...     _ = name.write_bytes(gzip.compress(b"one") + gzip.compress(b"two"))
    ...     b"".join(blocks(str(name)))
    b'onetwo'
    """
    with ExitStack() as stack:
        raw = stack.enter_context(_open(path))
        stream = stack.enter_context(_decompressed(raw, path))
        if start:
            stream.seek(start)
        total, held, parts = start, 0, []
        failure: InputError | None = None
        while failure is None:
            try:
                # read1 hands over what one step of the decompressor gives, so nothing good is lost at a cut.
                piece = stream.read1(size - held)
            except EOFError:
                failure = InputError(
                    "the compressed file is truncated",
                    file=path,
                    hint="copy it again, or use the events before this point with 'bad_files: skip'",
                )
            except (gzip.BadGzipFile, lzma.LZMAError, zlib.error, OSError) as error:
                failure = InputError(
                    f"the file cannot be read further ({error})",
                    file=path,
                    hint="copy it again, or use the events before this point with 'bad_files: skip'",
                )
            else:
                parts.append(piece)
                held, total = held + len(piece), total + len(piece)
                if piece and held < size:
                    continue
            if held:
                yield b"".join(parts)
            if failure is None and not piece:
                return
            held, parts = 0, []
        raise InputError(failure.message, file=path, byte=total, hint=failure.hint)


def head(path: str, size: int = 4096) -> bytes:
    """The first ``size`` uncompressed bytes (fewer if the file is shorter). Raises `InputError`."""
    for block in blocks(path, size):
        return block[:size]
    return b""


def is_plain(path: str) -> bool:
    """Is it a local file that can be entered at any byte, neither a URL nor compressed? Raises `InputError`."""
    if "://" in path:
        return False
    with _open(path) as raw:
        return not raw.peek(8).startswith(tuple(magic for magic, _ in MAGIC))


def _open(path: str) -> io.BufferedReader:
    try:
        if "://" not in path:
            return open(path, "rb")
        import fsspec

        return io.BufferedReader(cast(io.RawIOBase, fsspec.open(path, "rb").open()))
    except FileNotFoundError as error:
        raise InputError("no such file", file=path, hint="check the path") from error
    except (OSError, ValueError, ImportError) as error:
        raise InputError(f"cannot be opened ({error})", file=path, hint="check the path or URL") from error


def _decompressed(raw: io.BufferedReader, path: str) -> io.BufferedReader:
    """``raw`` itself, or a reader of what it holds compressed."""
    try:
        start = raw.peek(8)
    except OSError as error:
        raise InputError(f"cannot be read ({error})", file=path, hint="check the path or URL") from error
    for magic, opener in MAGIC:
        if start.startswith(magic):
            return cast(io.BufferedReader, opener(cast(BinaryIO, raw), "rb"))
    return raw

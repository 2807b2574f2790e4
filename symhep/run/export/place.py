"""Where an export goes: a file or a folder that appears whole, and never in place of what is not an export itself."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from symhep.errors import StoreError
from symhep.paths import writing

__all__ = ["file_names", "new_folder", "require_new", "slug", "write_text"]


def require_new(path: Path, force: bool) -> None:
    """Raise `StoreError` for a file that exists, unless it may be overwritten."""
    if path.is_dir():
        raise StoreError(f"{path} is a folder; give the name of a file")
    if path.exists() and not force:
        raise StoreError(f"{path} exists; choose another name, or use --force to overwrite it")


def write_text(path: Path, text: str) -> None:
    """Write a file that appears whole."""
    partial = path.with_name(f".{path.name}.partial")
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with partial.open("w", encoding="utf-8", newline="\n") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)


@contextmanager
def new_folder(path: Path, marker: str, force: bool) -> Iterator[Path]:
    """A folder to fill, which takes its place when all of it is there.

    One that exists must be empty, or with ``force`` an earlier export: a plain folder of files, ``marker`` among them.
    """
    if path.exists() and not path.is_dir():
        raise StoreError(f"{path} is a file; give the name of a folder")
    inside = list(path.iterdir()) if path.is_dir() else []
    if inside and not force:
        raise StoreError(
            f"{path} is not empty; choose another folder, or use --force to replace an earlier export"
        )
    if inside and not ((path / marker).is_file() and all(p.is_file() for p in inside)):
        raise StoreError(f"{path} contains files that are not from an export; choose another folder")
    with writing(path):
        path.absolute().parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.absolute().parent))
        try:
            partial.chmod(0o777 & ~_umask())
            yield partial
            if path.is_dir():
                shutil.rmtree(path)
            partial.replace(path)
        finally:
            shutil.rmtree(partial, ignore_errors=True)


def _umask() -> int:
    """Of this process: folders made by `tempfile` are for their owner alone."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def slug(text: str, length: int = 60) -> str:
    """A plain file name of ASCII letters, digits, - and _; what is neither becomes one _.

    >>> slug("symmetries/with_jet: J_z"), slug("../../etc"), slug("\u03bc")
    ('symmetries_with_jet_J_z', 'etc', 'x')
    """
    return re.sub(r"[^A-Za-z0-9-]+", "_", text)[:length].strip("_-") or "x"


def file_names(texts: list[str], length: int = 60) -> list[str]:
    """A `slug` for each text, all different, on disks that know no capitals, too.

    >>> file_names(["a/b", "A b", "c"])
    ['a_b', 'A_b_2', 'c']
    """
    taken: set[str] = set()
    found = []
    for text in texts:
        name, number = slug(text, length), 1
        while name.lower() in taken:
            number += 1
            name = f"{slug(text, length)}_{number}"
        taken.add(name.lower())
        found.append(name)
    return found

"""Parts of a run in one file, which travels; and a run folder that knows such a file."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from symhep.errors import StoreError
from symhep.methods.result import Part
from symhep.run.archive import read_archive
from symhep.run.folder import STATE, RunFolder

__all__ = ["BundledFolder", "pack", "part_files", "unpack"]

_PARTS = f"{STATE}/parts"


class BundledFolder(RunFolder):
    """A run folder that begins with the parts of a bundle. What is written lies in the folder, and in no bundle."""

    def __init__(self, root: str | Path, bundle: Path) -> None:
        super().__init__(root)
        self.bundle = bundle

    def read_part(self, method: str, key: str, shard: int) -> Part | None:
        """See `RunFolder.read_part`."""
        found = super().read_part(method, key, shard)
        name = self.part_name(method, key, shard).removeprefix(f"{_PARTS}/")
        if found is None and name in self._index:
            found = self._part(name)
        return found

    def close(self) -> None:
        """Close the bundle."""
        if "_archive" in vars(self):
            self._archive.close()

    @cached_property
    def _archive(self) -> Any:
        return np.load(self.bundle, allow_pickle=False)

    @cached_property
    def _index(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for entry in self._archive.files:
            part, _, array = entry.partition("#")
            found.setdefault(part, []).append(array)
        return found

    def _part(self, name: str) -> Part | None:
        return self.part_of({array: self._archive[f"{name}#{array}"] for array in self._index[name]})


def part_files(folder: RunFolder) -> list[Path]:
    """The parts in a run folder, without the tables of blocks of events."""
    found = sorted((folder.root / _PARTS).rglob("*.npz"))
    # The name of a block's table has two numbers, see `symhep.run.file_part`.
    return [path for path in found if "." not in path.stem and not path.name.startswith(".")]


def pack(folder: RunFolder, into: RunFolder, name: str) -> Path:
    """Write the parts of ``folder`` into one file; the same parts give the same bytes.

    Raises `StoreError` for a part that cannot be read.
    """
    place = folder.root / _PARTS

    def arrays() -> Iterator[tuple[str, np.ndarray[Any, Any]]]:
        for path in part_files(folder):
            found = read_archive(path)
            if found is None:
                raise StoreError(f"{path} cannot be read back: the disk may be full or damaged")
            for key, array in found.items():
                yield f"{path.relative_to(place).as_posix()}#{key}", array

    return into.write_arrays(name, arrays())


def unpack(bundle: Path, folder: RunFolder) -> bool:
    """Put the parts of a bundle into a run folder; whether it could be read."""
    if (found := read_archive(bundle)) is None:
        return False
    parts: dict[str, dict[str, np.ndarray[Any, Any]]] = {}
    for entry, array in found.items():
        part, _, key = entry.partition("#")
        parts.setdefault(part, {})[key] = array
    for part, arrays in parts.items():
        folder.write_arrays(f"{_PARTS}/{part}", arrays)
    return True

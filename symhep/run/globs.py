"""Names of files from a pattern with * ? [ ] and **: as the standard library's glob, with an end to it.

A folder is entered once below a ``**``, so that links which lead back to it end; what is looked at is counted.
"""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Iterator
from pathlib import Path

from symhep.errors import CardError

__all__ = ["NAMES", "is_pattern", "matching"]

#: So many names are looked at for one pattern.
NAMES = 100_000
_MAGIC = re.compile(r"[*?[]")


def is_pattern(name: str) -> bool:
    """Does it stand for several names?

    >>> is_pattern("run_*/events.lhe"), is_pattern("events.lhe")
    (True, False)
    """
    return _MAGIC.search(name) is not None


def matching(pattern: str, where: str | None = None) -> list[str]:
    """What exists and matches, sorted, each once; the name itself if it is no pattern and exists.

    Names that begin with a dot match a part that does, as in a shell. Raises `CardError` if more than `NAMES` names
    would have to be looked at.
    """
    if os.path.lexists(pattern):  # a name that has brackets in it, too
        return [pattern]
    if not is_pattern(pattern):
        return []
    path = Path(pattern)
    walk = _Walk(pattern, where)
    base = Path(path.anchor) if path.is_absolute() else Path()
    parts = path.parts[1:] if path.is_absolute() else path.parts
    return sorted(dict.fromkeys(map(str, walk.below(base, tuple(parts)))))


class _Walk:
    """One pattern, and how many names it has cost."""

    def __init__(self, pattern: str, where: str | None) -> None:
        self.pattern, self.where, self.looked_at = pattern, where, 0

    def below(self, base: Path, parts: tuple[str, ...]) -> Iterator[Path]:
        """What matches ``parts`` below the folder ``base``."""
        if not parts:
            yield base
            return
        head, rest = parts[0], parts[1:]
        if head == "**":
            for folder in self._folders(base, set()):
                yield from self.below(folder, rest) if rest else [folder]
                if not rest:
                    yield from (entry for entry in self._entries(folder) if not entry.is_dir())
        elif is_pattern(head):
            fits = re.compile(fnmatch.translate(head)).match
            for entry in self._entries(base, hidden=head.startswith(".")):
                if fits(entry.name) and (not rest or entry.is_dir()):
                    yield from self.below(entry, rest)
        elif os.path.lexists(base / head):
            yield from self.below(base / head, rest)

    def _folders(self, base: Path, seen: set[tuple[int, int]]) -> Iterator[Path]:
        """``base`` and all folders below it, each once, however many links lead there."""
        waiting = [base]
        while waiting:
            folder = waiting.pop()
            try:
                found = folder.stat()
            except OSError:  # gone, not allowed, or a link that leads back to itself
                continue
            if (found.st_dev, found.st_ino) in seen:
                continue
            seen.add((found.st_dev, found.st_ino))
            yield folder
            waiting += [entry for entry in self._entries(folder) if entry.is_dir()]

    def _entries(self, folder: Path, hidden: bool = False) -> list[Path]:
        found = []
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    self.looked_at += 1
                    if self.looked_at > NAMES:
                        raise CardError(
                            f"'{self.pattern}' matches more than {NAMES:,} names",
                            where=self.where,
                            hint="use a longer path, or list the files in a fileset (JSON)",
                        )
                    if hidden or not entry.name.startswith("."):
                        found.append(folder / entry.name)
        except OSError:  # not a folder, or not for us to read: no name in it matches
            return []
        return sorted(found)

"""Filesets: the files of a dataset as coffea lists them in JSON, with the tree of each.

``{NAME: {"files": [FILE, ...] or {FILE: TREE, ...}, "treename": TREE}, ...}``, the files of all names together; a
list in place of a mapping works, too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from symhep.errors import InputError
from symhep.paths import obstacle

__all__ = ["Entry", "fileset"]

#: Sizes of the largest: in bytes, and in files.
_BYTES, _FILES = 50_000_000, 100_000


@dataclass(frozen=True)
class Entry:
    """A file of the list; ``tree`` is None where the list names none."""

    name: str
    tree: str | None


def fileset(path: str) -> list[Entry]:
    """The files that a fileset lists. Raises `InputError` for one that is too large or not of this form."""
    if (why := obstacle(path)) is not None:
        raise InputError(why, file=path)
    try:
        with Path(path).open("rb") as stream:
            text = stream.read(_BYTES + 1)
        if len(text) > _BYTES:
            raise InputError(f"is longer than {_BYTES:,} bytes, the limit for a fileset", file=path)
        content = json.loads(text)
    except (OSError, ValueError) as error:
        raise InputError(f"is not a JSON fileset: {error}", file=path) from error
    except RecursionError:
        raise InputError("is not a JSON fileset: too deeply nested", file=path) from None
    groups = list(content.values()) if isinstance(content, dict) else [content]
    found = [entry for group in groups for entry in _entries(group, path)]
    if not found:
        raise InputError("the fileset lists no files", file=path)
    if len(found) > _FILES:
        raise InputError(f"the fileset lists {len(found):,} files; {_FILES:,} at most", file=path)
    return found


def _entries(group: Any, path: str) -> Iterator[Entry]:
    files, tree = (
        (group.get("files", {}), group.get("treename")) if isinstance(group, dict) else (group, None)
    )
    if isinstance(files, list):
        pairs = [(name, tree) for name in files]
    elif isinstance(files, dict):
        pairs = [
            (name, spec.get("object_path") if isinstance(spec, dict) else spec)
            for name, spec in files.items()
        ]
    else:
        raise InputError("'files' of a fileset must be a list, or a mapping of file to tree", file=path)
    for name, given in pairs:
        if not isinstance(name, str) or not isinstance(given, str | None):
            wrong = name if not isinstance(name, str) else given
            raise InputError(
                f"names of files and trees in a fileset must be text, not {str(wrong)[:60]}", file=path
            )
        yield Entry(name, given or None)

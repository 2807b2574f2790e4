"""Opening ROOT files and their trees.

uproot opens local paths and every URL that it or fsspec knows; a path is handed
on as the text it is, because ``pathlib`` would spoil 'root://host//file'.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uproot

from symhep.errors import InputError, nearest
from symhep.readers.root.damage import translated
from symhep.readers.root.table import RootTree

__all__ = ["Trees", "is_root", "open_file", "open_tree", "tree_names", "tree_record"]

#: Trees by name, with their cycles, the highest first.
Trees = dict[str, tuple[int, ...]]

_KINDS = frozenset({"TTree", "TNtuple", "TNtupleD", "TChain", "ROOT::RNTuple"})


def is_root(path: str, head: bytes) -> bool:
    """By the first bytes, or by its name where the bytes of a URL were not fetched."""
    return head.startswith(b"root") or (not head and path.split("?")[0].endswith(".root"))


#: The last local file opened, while it stays as it is: guessing, naming columns and reading are one look at it.
#: uproot opens a local file anew for every piece that it reads, so that nothing is held open.
_last: tuple[tuple[Any, ...], Any] | None = None


@contextmanager
def open_file(path: str) -> Iterator[Any]:
    """The ROOT file, opened. Raises `InputError` when it cannot be, e.g. because it is cut."""
    global _last
    identity = _identity(path)
    if _last is not None and identity is not None and _last[0] == identity:
        yield _last[1]
        return
    with translated(path, "the ROOT file cannot be opened: cut short or damaged"):
        file = uproot.open({path: None}, object_cache={}, array_cache=None)
    if identity is not None:
        _last = identity, file
        yield file
        return
    with file:
        yield file


def _identity(path: str) -> tuple[Any, ...] | None:
    """What changes when a local file does; None for a URL."""
    try:
        status = Path(path).stat()
    except (OSError, ValueError):
        return None
    return path, status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def tree_names(file: Any) -> Trees:
    """The trees of an opened file with their cycles, highest first."""
    found: dict[str, list[int]] = {}
    for key, kind in file.classnames(cycle=True).items():
        if kind in _KINDS:
            name, _, cycle = key.rpartition(";")
            found.setdefault(name, []).append(int(cycle))
    return {name: tuple(sorted(cycles, reverse=True)) for name, cycles in found.items()}


def tree_record(file: Any, name: str) -> bytes:
    """The stored description of a tree (its highest cycle), which holds the names of its branches as text.

    Looking for a name in it takes a hundredth of the time that uproot takes for the tree. An RNTuple's names
    are given one to a line.
    """
    key = file.key(f"{name};{tree_names(file)[name][0]}")
    if key.fClassName == "ROOT::RNTuple":
        return "\n".join(file[name].field_names).encode()
    chunk, _ = key.get_uncompressed_chunk_cursor()
    return bytes(chunk.raw_data)


@contextmanager
def open_tree(path: str, choose: Callable[[Trees, Any], str], records: bool = True) -> Iterator[RootTree]:
    """The tree that ``choose(names with cycles, file)`` names, in its highest cycle unless it says 'NAME;CYCLE'.

    ``records``: see `RootTree`. Raises `InputError` for a file without keys, without trees, or damaged.
    """
    with open_file(path) as file:
        with translated(path, "the tree cannot be read: the file is damaged"):
            names = tree_names(file)
            if not file.keys():
                raise InputError(
                    "the file has no keys: the job that wrote it ended before closing the file",
                    file=path,
                    hint="recover it with ROOT (TFile::Recover) or run the job again",
                )
            if not names:
                raise InputError("there is no tree in this file", file=path, hint=nearest("", file.keys()))
            name, _, cycle = choose(names, file).partition(";")
            if name not in names or (cycle and not (cycle.isdigit() and int(cycle) in names[name])):
                raise InputError(f"there is no tree '{name}'", file=path, hint=nearest(name, names))
            taken = int(cycle) if cycle else names[name][0]
            tree = file[f"{name};{taken}"]
            table = RootTree(
                path,
                tree,
                (name, *sorted(set(names) - {name})),
                tuple(f"{name};{c}" for c in names[name] if c != taken),
                _cut(file),
                records,
            )
        yield table


def _cut(file: Any) -> str | None:
    """A file may end before its header says, and still open: what is missing may lie after the tree."""
    try:
        size, stated = int(file.file.source.num_bytes), int(file.file.fEND)
    except Exception:  # a server that does not tell the size
        return None
    return (
        f"the file is truncated: it has {size:,} bytes, its header states {stated:,}"
        if size < stated
        else None
    )

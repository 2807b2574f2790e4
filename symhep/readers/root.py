"""What the ROOT formats share: opening, choosing a tree and its cycle, reading columns in chunks.

uproot opens local paths and every URL that it or fsspec knows; a path is handed
on as the text it is, because ``pathlib`` would spoil 'root://host//file'.
"""

from __future__ import annotations

import lzma
import re
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import awkward as ak
import cramjam
import uproot
from uproot.deserialization import DeserializationError

from symhep.errors import InputError, nearest
from symhep.readers.table import Column

__all__ = ["RootTree", "is_root", "open_tree", "tree_columns", "tree_names"]

#: What uproot raises on files that are cut or damaged, found by cutting and overwriting real ones.
DAMAGE = (
    AssertionError,
    AttributeError,
    DeserializationError,
    EOFError,
    IndexError,
    KeyError,
    NotImplementedError,
    OSError,
    OverflowError,
    TypeError,
    ValueError,
    cramjam.DecompressionError,
    lzma.LZMAError,
    struct.error,
    zlib.error,
)

_NUMPY = {
    "bool": "bool",
    "char": "int8",
    "unsigned char": "uint8",
    "float": "float32",
    "double": "float64",
    "Double32_t": "float64",
    "Float16_t": "float32",
    **{f"{sign}int{bits}_t": f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)},
    **{f"std::{sign}int{bits}_t": f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)},
}
_VECTOR = re.compile(r"^(?:std::)?vector<(?P<inner>[\w: ]+)>$")
_ARRAY = re.compile(r"^(?P<base>[\w: ]+?)(?P<list>\[\])?(?P<inner>(?:\[\d+\])*)$")


def is_root(path: str, head: bytes) -> bool:
    """By the first bytes, or by its name where the bytes of a URL were not fetched."""
    return head.startswith(b"root") or (not head and path.split("?")[0].endswith(".root"))


class RootTree:
    """A tree (TTree or RNTuple) of an opened file. Only the columns asked for are ever read."""

    def __init__(
        self,
        path: str,
        tree: Any,
        containers: tuple[str, ...] = (),
        ignored: tuple[str, ...] = (),
        damage: str | None = None,
    ) -> None:
        self.path, self.tree, self.damage = path, tree, damage
        #: The trees of the file, this one first, and this one's other cycles.
        self.containers, self.ignored = containers, ignored

    @property
    def entries(self) -> int:
        """N."""
        return int(self.tree.num_entries)

    def chunks(
        self, columns: Sequence[str], stop: int, step: int
    ) -> Iterator[tuple[int, Mapping[str, ak.Array]]]:
        """(number of events, columns) of events 0 to ``stop``, at most ``step`` at a time.

        Raises `InputError` where a column is missing or the file is damaged.
        """
        known = set(self.tree.keys(full_paths=True)) if columns else set()
        for name in columns:
            if name not in known:
                raise InputError(f"there is no branch '{name}'", file=self.path, hint=nearest(name, known))
        if not columns or stop == 0:
            yield from ((min(step, stop - start), {}) for start in range(0, stop, step) if not columns)
            return
        done = 0
        try:
            for arrays in self.tree.iterate(
                list(columns), how=dict, library="ak", step_size=min(step, stop), entry_stop=stop
            ):
                count = len(next(iter(arrays.values())))
                yield count, arrays
                done += count
        except DAMAGE as error:
            raise InputError(
                f"the file is damaged after {done} of {self.entries} events ({_reason(error)})",
                file=self.path,
                event=done,
                hint="copy or produce it again",
            ) from None


@contextmanager
def open_file(path: str) -> Iterator[Any]:
    """The ROOT file, opened. Raises `InputError` when it cannot be, e.g. because it is cut."""
    try:
        file = uproot.open({path: None}, object_cache=None, array_cache=None)
    except FileNotFoundError:
        raise InputError("there is no such file", file=path) from None
    except DAMAGE as error:
        raise InputError(
            f"the ROOT file cannot be opened: cut short or damaged ({_reason(error)})",
            file=path,
            hint="copy or produce it again",
        ) from None
    with file:
        yield file


def tree_names(file: Any) -> dict[str, tuple[int, ...]]:
    """The trees of an opened file with their cycles, highest first."""
    found: dict[str, list[int]] = {}
    for key, kind in file.classnames(cycle=True).items():
        if kind in {"TTree", "TNtuple", "TNtupleD", "ROOT::RNTuple"}:
            name, _, cycle = key.rpartition(";")
            found.setdefault(name, []).append(int(cycle))
    return {name: tuple(sorted(cycles, reverse=True)) for name, cycles in found.items()}


@contextmanager
def open_tree(path: str, choose: Callable[[dict[str, tuple[int, ...]], Any], str]) -> Iterator[RootTree]:
    """The tree that ``choose(names with cycles, file)`` names, in its highest cycle unless it says 'NAME;CYCLE'.

    Raises `InputError` for a file without keys, without trees, or damaged.
    """
    with open_file(path) as file:
        try:
            names = tree_names(file)
            if not file.keys():
                raise InputError(
                    "the file has no keys: the job that wrote it ended before closing it",
                    file=path,
                    hint="recover it with ROOT (TFile::Recover) or run the job again",
                )
            if not names:
                raise InputError("there is no tree in this file", file=path, hint=nearest("", file.keys()))
            name, _, cycle = choose(names, file).partition(";")
            if name not in names or (cycle and int(cycle) not in names[name]):
                raise InputError(f"there is no tree '{name}'", file=path, hint=nearest(name, names))
            taken = int(cycle) if cycle else names[name][0]
            tree = file[f"{name};{taken}"]
        except InputError:
            raise
        except DAMAGE as error:
            raise InputError(
                f"the tree cannot be read: the file is damaged ({_reason(error)})",
                file=path,
                hint="copy or produce it again",
            ) from None
        others = tuple(sorted(set(names) - {name}))
        yield RootTree(
            path, tree, (name, *others), tuple(f"{name};{c}" for c in names[name] if c != taken), _cut(file)
        )


def _cut(file: Any) -> str | None:
    """A file may end before its header says, and still open: what is missing may lie after the tree."""
    try:
        size, stated = int(file.file.source.num_bytes), int(file.file.fEND)
    except DAMAGE:  # a server that does not tell the size
        return None
    return f"the file is cut: it has {size:,} bytes, its header says {stated:,}" if size < stated else None


def cycle_notes(table: RootTree) -> tuple[str, ...]:
    """A sentence about other cycles: backups of the same tree, never further events."""
    if not table.ignored:
        return ()
    return (
        f"Of several cycles of the tree the highest was taken; ignored as backups: {', '.join(table.ignored)}.",
    )


def tree_columns(tree: Any) -> tuple[dict[str, Column], tuple[str, ...]]:
    """The columns of numbers that a tree has, and the names of those that hold something else."""
    columns: dict[str, Column] = {}
    others: list[str] = []
    for name, branch in tree.items(full_paths=True, recursive=True):
        try:
            typename = str(branch.typename)
        except DAMAGE:  # uproot knows no way to read such a branch
            others.append(name)
            continue
        column = _column(name, typename, str(getattr(branch, "title", "")))
        if column is not None:
            columns[name] = column
        else:
            others.append(name)
    return columns, tuple(others)


def _column(name: str, typename: str, doc: str) -> Column | None:
    vector = _VECTOR.match(typename)
    match = _ARRAY.match(vector["inner"] + "[]" if vector else typename)
    if match is None or match["base"] not in _NUMPY:
        return None
    return Column(
        name, _NUMPY[match["base"]] + match["inner"].replace("][", ","), int(bool(match["list"])), doc
    )


def _reason(error: BaseException) -> str:
    """What uproot says in short, without the file name that the error carries anyway."""
    text = " ".join(str(error).split())
    for end in (" from FSSpecSource", " for file path ", " in file ", " File path: "):
        text = text.partition(end)[0]
    return text[:120] or type(error).__name__

"""Friend trees: further columns of the same events, in another tree of the file or in another file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import awkward as ak

from symhep.errors import InputError
from symhep.readers.root.columns import Columns
from symhep.readers.root.main_tree import main_tree
from symhep.readers.root.opening import open_tree
from symhep.readers.root.table import RootTree

__all__ = ["JoinedTree", "friend_notes", "with_friends"]


class JoinedTree(RootTree):
    """A tree with the columns of its friends, joined by entry number.

    A friend's column keeps its name; where the tree, or a friend before, has one of that name, it is FRIEND.NAME.
    """

    def __init__(self, tree: RootTree, friends: Mapping[str, RootTree]) -> None:
        super().__init__(tree.path, tree.tree, tree.containers, tree.ignored, tree.damage)
        self.starts = tree.starts
        self._tables = (tree, *friends.values())
        self._names: list[dict[str, str]] = [{name: name for name in tree.found.columns}]
        self._joined = Columns(dict(tree.found.columns), dict(tree.found.places), dict(tree.found.refused))
        for label, friend in friends.items():
            if friend.entries != tree.entries:
                raise InputError(
                    f"the friend {label} has {friend.entries} events, the tree has {tree.entries}",
                    file=tree.path,
                    hint="friends are matched by entry number: they need the same events in the same order",
                )
            taken: dict[str, str] = {}
            for name, column in friend.found.columns.items():
                full = f"{label}.{name}" if name in self._joined.columns else name
                taken[full] = name
                self._joined.columns[full] = replace(column, name=full)
            self._names.append(taken)
            friend.starts = self.starts  # its baskets may end elsewhere: to enter one costs reading it twice
            self.damage = self.damage or friend.damage

    @property
    def found(self) -> Columns:
        """The columns of all trees."""
        return self._joined

    def chunks(
        self, columns: Sequence[str], start: int, stop: int, step: int
    ) -> Iterator[tuple[int, Mapping[str, ak.Array]]]:
        """As of one tree."""
        self._require(columns)
        streams = []
        for table, names in zip(self._tables, self._names, strict=True):
            wanted = {full: names[full] for full in columns if full in names}
            if wanted or (table is self._tables[0] and not columns):
                streams.append(_renamed(table.chunks(list(wanted.values()), start, stop, step), wanted))
        yield from _aligned(streams)


def _renamed(
    chunks: Iterator[tuple[int, Mapping[str, ak.Array]]], names: Mapping[str, str]
) -> Iterator[tuple[int, dict[str, ak.Array]]]:
    for count, arrays in chunks:
        yield count, {full: arrays[name] for full, name in names.items()}


def _aligned(
    streams: Sequence[Iterator[tuple[int, dict[str, ak.Array]]]],
) -> Iterator[tuple[int, dict[str, ak.Array]]]:
    """Chunks of several trees, cut at each other's ends."""
    held: list[tuple[int, dict[str, ak.Array]]] = [(0, {}) for _ in streams]
    while True:
        for i, stream in enumerate(streams):
            if held[i][0] == 0:
                following = next(stream, None)
                if following is None:
                    return
                held[i] = following
        count = min(length for length, _ in held)
        yield count, {name: array[:count] for _, arrays in held for name, array in arrays.items()}
        held = [
            (length - count, {name: array[count:] for name, array in arrays.items()})
            for length, arrays in held
        ]


@contextmanager
def with_friends(tree: RootTree, friends: Sequence[str]) -> Iterator[RootTree]:
    """``tree`` joined with 'TREE' of the same file, 'FILE:TREE' or 'FILE.root'; '{file}' is its file's name.

    A relative FILE is looked for beside the tree's file. Raises `InputError` for one that is not there or has another
    number of events.
    """
    if not friends:
        yield tree
        return
    with ExitStack() as stack:
        found: dict[str, RootTree] = {}
        for given in friends:
            path, name = _place(given, tree.path)
            friend = stack.enter_context(open_tree(path, _chooser(name, path)))
            found[friend.containers[0]] = friend
        yield JoinedTree(tree, found)


def _chooser(name: str | None, path: str) -> Any:
    return lambda names, file: name or main_tree(names, file, path)[0]


def _place(given: str, beside: str) -> tuple[str, str | None]:
    given = given.replace("{file}", beside.rpartition("/")[2])
    if given.endswith(".root"):
        file, name = given, None
    else:
        file, _, name = given.rpartition(":")
    if not file:
        return beside, name
    if "://" in file or Path(file).is_absolute():
        return file, name
    folder, slash, _ = beside.rpartition("/")
    return f"{folder}{slash}{file}", name


def friend_notes(tree: Any) -> tuple[str, ...]:
    """A sentence about the friends that the tree itself names (TTree::AddFriend)."""
    try:
        friends = [
            f"{friend.member('fTreeName')} ({friend.member('fTitle') or 'of this file'})"
            for friend in tree.member("fFriends") or ()
        ]
    except Exception:  # an RNTuple has none
        return ()
    if not friends:
        return ()
    return (
        f"The tree has friends, which are not read by default (to read them: options: friends): {', '.join(friends)}.",
    )

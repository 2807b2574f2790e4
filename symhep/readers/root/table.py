"""A tree of an opened file as a table of columns, read in chunks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property
from typing import Any

import awkward as ak

from symhep.errors import InputError, nearest
from symhep.readers.root.columns import Columns, is_ntuple, tree_columns
from symhep.readers.root.damage import AGAIN, reason, translated

__all__ = ["RootTree", "cycle_notes"]


class RootTree:
    """A tree (TTree or RNTuple) of an opened file. Only the columns asked for are ever read.

    ``records``: take records such as TLorentzVector apart into columns of their members.
    """

    def __init__(
        self,
        path: str,
        tree: Any,
        containers: tuple[str, ...] = (),
        ignored: tuple[str, ...] = (),
        damage: str | None = None,
        records: bool = True,
    ) -> None:
        self.path, self.tree, self.damage, self.records = path, tree, damage, records
        #: The trees of the file, this one first, and this one's other cycles.
        self.containers, self.ignored = containers, ignored

    @cached_property
    def entries(self) -> int:
        """N. Raises `InputError` where the file states none."""
        with translated(self.path, "the number of events cannot be read: the file is damaged"):
            entries = int(self.tree.num_entries)
            if entries < 0:
                raise ValueError(f"{entries} events")
            return entries

    @cached_property
    def found(self) -> Columns:
        """What can be read, and what cannot. Raises `InputError`."""
        with translated(self.path, "the branches cannot be listed: the file is damaged"):
            return tree_columns(self.tree, self.records)

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """Where baskets of all columns, or clusters, begin: 0 and others, in rising order."""
        try:
            if is_ntuple(self.tree):
                common = {int(c.num_first_entry) for c in self.tree.cluster_summaries}
            else:
                common = _common_offsets(self.tree[name] for name in self._branches)
        except Exception:  # damaged: what can be read of it is told where it is read
            common = set()
        return (0, *sorted(event for event in common if 0 < event < self.entries))

    def chunks(
        self, columns: Sequence[str], start: int, stop: int, step: int
    ) -> Iterator[tuple[int, Mapping[str, ak.Array]]]:
        """(number of events, columns) of events ``start`` to ``stop``, at most ``step`` at a time.

        Raises `InputError` where a column is missing or the file is damaged: all events before that are given first.
        """
        if not columns:
            yield from ((min(step, stop - first), {}) for first in range(start, stop, step))
            return
        self._require(columns)
        branches = list(dict.fromkeys(self.found.places[name].branch for name in columns))
        stop, done = min(stop, self.entries), start
        try:
            for count, arrays in self._ranges(branches, start, stop, step):
                yield count, self._members(arrays, columns)
                done += count
        except Exception:  # somewhere in this chunk: which of its baskets it is comes out one by one
            pass
        for edge in self._edges(branches, done, stop):
            while done < edge:
                last = min(done + step, edge)
                try:
                    arrays = self._range(branches, done, last)
                except Exception as error:
                    raise self._damaged(branches, done, edge, error) from None
                yield last - done, self._members(arrays, columns)
                done = last

    @property
    def _branches(self) -> list[str]:
        return list(dict.fromkeys(place.branch for place in self.found.places.values()))

    @cached_property
    def _fields(self) -> dict[str, Any]:
        return {field.name: field for field in self.tree.fields}

    def _require(self, columns: Sequence[str]) -> None:
        known, refused = self.found.columns, self.found.refused
        for name in columns:
            if name in refused:
                raise InputError(f"branch '{name}' cannot be read: {refused[name]}", file=self.path)
            if name not in known:
                raise InputError(f"there is no branch '{name}'", file=self.path, hint=nearest(name, known))

    def _members(self, arrays: Mapping[str, ak.Array], columns: Sequence[str]) -> dict[str, ak.Array]:
        found: dict[str, ak.Array] = {}
        for name in columns:
            place = self.found.places[name]
            array = arrays[place.branch]
            for member in place.member:
                array = array[member]
            found[name] = array
        return found

    def _ranges(
        self, branches: list[str], start: int, stop: int, step: int
    ) -> Iterator[tuple[int, dict[str, ak.Array]]]:
        """Events ``start`` to ``stop``, none of whose baskets is read twice."""
        if is_ntuple(self.tree):
            # uproot reads whole clusters: each once.
            for first, last in self._clusters(start, stop, step):
                arrays = self._range(branches, first, last)
                for begin in range(0, last - first, step):
                    end = min(begin + step, last - first)
                    yield end - begin, {name: array[begin:end] for name, array in arrays.items()}
            return
        done = start
        size = min(step, stop - start)
        for arrays in self.tree.iterate(
            branches, how=dict, library="ak", step_size=size, entry_start=start, entry_stop=stop
        ):
            done += (count := _length(arrays, min(step, stop - done)))
            yield count, arrays

    def _range(self, branches: list[str], first: int, last: int) -> dict[str, ak.Array]:
        if is_ntuple(self.tree):
            with _no_further_clusters(self.tree, last):
                arrays = {
                    name: self._fields[name].array(entry_start=first, entry_stop=last) for name in branches
                }
        else:
            arrays = self.tree.arrays(branches, how=dict, library="ak", entry_start=first, entry_stop=last)
        _length(arrays, last - first)
        return arrays

    def _clusters(self, start: int, stop: int, step: int) -> Iterator[tuple[int, int]]:
        first = start
        for cluster in self.tree.cluster_summaries:
            last = min(int(cluster.num_first_entry + cluster.num_entries), stop)
            if last <= first:
                continue
            if last - first >= step or last == stop:
                yield first, last
                first = last
            if last == stop:
                return

    def _edges(self, branches: list[str], first: int, stop: int) -> list[int]:
        """Where baskets (clusters) of ``branches`` end after ``first``, up to ``stop``, and where reading may begin."""
        edges = set(self.starts)
        if not is_ntuple(self.tree):
            with suppress(Exception):
                edges |= {int(edge) for name in branches for edge in self.tree[name].entry_offsets}
        return sorted({edge for edge in edges if first < edge < stop} | {stop})

    def _damaged(self, branches: list[str], first: int, last: int, error: Exception) -> InputError:
        """The error of events ``first`` to ``last``, with the branches that are to blame."""
        bad = [name for name in branches if len(branches) > 1 and not self._readable(name, first, last)]
        where = f" in {', '.join(bad[:3])}{', ...' if len(bad) > 3 else ''}" if bad else ""
        return InputError(
            f"the file is damaged: events cannot be read{where} ({reason(error)})",
            file=self.path,
            event=first,
            hint=AGAIN,
        )

    def _readable(self, branch: str, first: int, last: int) -> bool:
        try:
            self._range([branch], first, last)
        except Exception:
            return False
        return True


@contextmanager
def _no_further_clusters(tree: Any, stop: int) -> Iterator[None]:
    """uproot also reads the cluster after the last one needed, which costs time and may be damaged: hide it."""
    clusters = tree.cluster_summaries
    tree._cluster_summaries = [c for c in clusters if int(c.num_first_entry) < stop]
    try:
        yield
    finally:
        tree._cluster_summaries = clusters


def _common_offsets(branches: Iterable[Any]) -> set[int]:
    """The events at which baskets of all ``branches`` begin; a branch without baskets has no say."""
    offsets = [{int(event) for event in branch.entry_offsets} for branch in branches if branch.num_baskets]
    return set.intersection(*offsets) if offsets else set()


def cycle_notes(table: RootTree) -> tuple[str, ...]:
    """A sentence about other cycles: backups of the same tree, never further events."""
    if not table.ignored:
        return ()
    return (f"The highest cycle of the tree was used; ignored backups: {', '.join(table.ignored)}.",)


def _length(arrays: Mapping[str, ak.Array], expected: int) -> int:
    """The number of events, which all arrays must agree on."""
    for name, array in arrays.items():
        if len(array) != expected:
            raise ValueError(f"{len(array)} events of {name} where {expected} are stated in the file")
    return expected

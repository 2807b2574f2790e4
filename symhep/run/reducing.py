"""Passes over the blocks of events, shared out to the workers; what a run that was killed had done stays done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from symhep.errors import PluginError
from symhep.events.stream import EventStream
from symhep.events.tree import tree_reduce
from symhep.methods.context import Progress
from symhep.methods.passes import Pass, State, state_of
from symhep.methods.result import Part
from symhep.run.folder import RunFolder, content_key
from symhep.run.workers import Workers
from symhep.torchkit.threads import on_cores

__all__ = ["StoredReducer", "shares"]

#: A pass is shared out in about so many pieces: what a killed run loses is one piece of each worker.
SHARES = 64


def shares(blocks: int, most: int = SHARES) -> list[range]:
    """Runs of neighbouring blocks whose states are branches of the tree along which all states are added.

    A branch holds a power of two of blocks; about ``most`` of them.

    >>> shares(5, 3)
    [range(0, 2), range(2, 4), range(4, 5)]
    """
    size = 1
    while blocks > size * most:
        size *= 2
    return [range(first, min(first + size, blocks)) for first in range(0, blocks, size)]


@dataclass
class StoredReducer:
    """Does the passes of one method: `symhep.methods.passes.Reducer`.

    The state of each share is kept under ``place`` in the folder until the pass is done, and that of the whole pass
    until `forget`.

    Attributes
    ----------
    key
        What the passes depend on, besides their number, their name and the events.

    Events in memory are summed in this process, by as many threads as it has.
    """

    folder: RunFolder
    place: str
    key: str
    workers: Workers
    progress: Progress
    done: int = field(default=0, init=False)

    def __call__(self, work: Pass, stream: EventStream) -> State:
        """The state of all blocks. Raises `PluginError` for a stream without a block."""
        if not len(stream):
            raise PluginError(f"pass '{work.name}' has no block to read")
        if not stream.key:  # in memory: nothing to send, and nothing that takes long
            return share_state(work, stream, range(len(stream)))
        number, self.done = self.done, self.done + 1
        key = content_key(self.key, number, work.name, stream.key, len(stream))
        if (whole := self._read(key, 0)) is not None:
            return whole
        found = self._shares(work, stream, key)
        self._write(key, 0, found)
        for index in range(len(shares(len(stream)))):
            (self.folder.root / self.folder.part_name(self.place, key, index + 1)).unlink(missing_ok=True)
        return found

    def forget(self) -> None:
        """Remove what is kept of the passes."""
        self.folder.forget_parts(self.place)

    def _shares(self, work: Pass, stream: EventStream, key: str) -> State:
        """The state of all shares, those that are stored and those that are worked out now."""
        every = shares(len(stream))
        stored = {i: self._read(key, i + 1) for i in range(len(every))}
        missing = [i for i, state in stored.items() if state is None]
        rows = [block.rows for block in stream.blocks]
        jobs = [(work, stream.only(every[i]), every[i]) for i in missing]
        with self.progress.task(f"{work.name}, {len(stream)} blocks", sum(rows)) as tick:
            names = [f"{work.name}, blocks {every[i].start} to {every[i].stop - 1}" for i in missing]
            for number, state in self.workers.run(share_state, jobs, names):
                index = missing[number]
                stored[index] = state
                if len(every) > 1:
                    self._write(key, index + 1, state)
                tick(sum(rows[n] for n in every[index]))
        return _added(work, [state for state in stored.values() if state is not None])

    def _read(self, key: str, index: int) -> State | None:
        part = self.folder.read_part(self.place, key, index)
        return None if part is None else part.arrays

    def _write(self, key: str, index: int, state: State) -> None:
        self.folder.write_part(self.place, key, index, Part(arrays=state))


def share_state(work: Pass, stream: EventStream, numbers: Sequence[int]) -> State:
    """The state of a share: of the blocks ``numbers`` of the whole, which are those of ``stream``."""

    def state(place: int) -> State:
        return state_of(work, stream, place, numbers[place])

    found = tree_reduce(on_cores(state, range(len(stream))), work.merge)
    assert found is not None
    return found


def _added(work: Pass, states: Sequence[State]) -> State:
    found = tree_reduce(states, work.merge)
    assert found is not None
    return found

"""Passes over the blocks of events, shared out to the workers; what a run that was killed had done stays done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from symhep.errors import PluginError
from symhep.events.stream import EventStream
from symhep.events.tree import tree_reduce
from symhep.methods.context import Progress
from symhep.methods.passes import Pass, State, state_of
from symhep.methods.result import Part
from symhep.run.folder import RunFolder, content_key
from symhep.run.jobs import Job
from symhep.run.part_store import PartStore
from symhep.run.workers import TreeWorkers, Workers
from symhep.torchkit.threads import on_cores

__all__ = ["StoredReducer", "reduce_by_threads", "shares"]

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
            raise PluginError(f"pass '{work.name}' has no blocks to read")
        if not stream.key:  # in memory: nothing to send, and nothing that takes long
            return reduce_by_threads(work, stream)
        number, self.done = self.done, self.done + 1
        key = content_key(self.key, number, work.name, stream.key, len(stream))
        if (whole := self._read(key, 0)) is not None:
            return whole
        every = shares(len(stream), max(SHARES, 2 * self.workers.width))
        found = self._all(work, stream, key, every)
        self._write(key, 0, found)
        for index in range(len(every)):
            name = self.folder.part_name(self.place, _key_of(key, every), index)
            (self.folder.root / name).unlink(missing_ok=True)
        return found

    def forget(self) -> None:
        """Remove what is kept of the passes."""
        self.folder.forget_parts(self.place)

    def _all(self, work: Pass, stream: EventStream, key: str, every: Sequence[range]) -> State:
        """The state of all shares, those that are stored and those that are worked out now."""
        own = _key_of(key, every)
        rows = [block.rows for block in stream.blocks]
        with self.progress.task(f"{work.name}, {len(stream)} blocks", sum(rows)) as tick:

            def done(index: int) -> None:
                tick(sum(rows[n] for n in every[index]))

            if isinstance(self.workers, TreeWorkers):
                store = PartStore.of(self.folder)
                jobs = [self._job(work, stream, every, i, own, store, self.place) for i in range(len(every))]
                return self.workers.tree(kept_share, jobs, work.merge, done)
            stored = {i: self._read(own, i) for i in range(len(every))}
            missing = [i for i, state in stored.items() if state is None]
            jobs = [self._job(work, stream, every, i, own) for i in missing]
            for index, state in self.workers.run(share_state, jobs):
                stored[index] = state
                self._write(own, index, state)
                done(index)
        return _added(work, [state for state in stored.values() if state is not None])

    @staticmethod
    def _job(
        work: Pass, stream: EventStream, every: Sequence[range], index: int, own: str, *more: Any
    ) -> Job:
        numbers, where = every[index], (*more, own, index) if more else ()
        name = f"{work.name}, blocks {numbers[0]} to {numbers[-1]}"
        return Job((work, stream.only(numbers), numbers, *where), index, own, name)

    def _read(self, key: str, index: int) -> State | None:
        part = self.folder.read_part(self.place, key, index)
        return None if part is None else part.arrays

    def _write(self, key: str, index: int, state: State) -> None:
        self.folder.write_part(self.place, key, index, Part(arrays=state))


def reduce_by_threads(work: Pass, stream: EventStream) -> State:
    """The state of all blocks, formed by the threads of this process. Raises `PluginError` for a stream without one."""
    if not len(stream):
        raise PluginError(f"pass '{work.name}' has no blocks to read")
    return share_state(work, stream, range(len(stream)))


def share_state(work: Pass, stream: EventStream, numbers: Sequence[int]) -> State:
    """The state of a share: of the blocks ``numbers`` of the whole, which are those of ``stream``."""

    def state(place: int) -> State:
        return state_of(work, stream, place, numbers[place])

    found = tree_reduce(on_cores(state, range(len(stream))), work.merge)
    assert found is not None
    return found


def kept_share(
    work: Pass,
    stream: EventStream,
    numbers: Sequence[int],
    store: PartStore,
    place: str,
    key: str,
    index: int,
) -> State:
    """`share_state`, kept in the run folder where this machine sees it, so that a run that was killed goes on."""
    folder = store.folder if store.seen else None
    if folder is not None and (part := folder.read_part(place, key, index)) is not None:
        return part.arrays
    state = share_state(work, stream, numbers)
    if folder is not None:
        folder.write_part(place, key, index, Part(arrays=state))
    return state


def _key_of(key: str, every: Sequence[range]) -> str:
    """Of the states of shares: there are other shares for other numbers of workers."""
    return content_key(key, len(every))


def _added(work: Pass, states: Sequence[State]) -> State:
    found = tree_reduce(states, work.merge)
    assert found is not None
    return found

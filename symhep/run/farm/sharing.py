"""Which task does which job, and workers that do those of one task, or none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar
from zlib import crc32

from symhep.run.jobs import Job, NotYet
from symhep.run.workers import Workers

__all__ = ["Nobody", "TaskWorkers", "task_of"]

T = TypeVar("T")


def task_of(job: Job, tasks: int) -> int:
    """The number of the task that does a job, the same whatever was done before.

    >>> [task_of(Job((), index, "data/pp"), 3) for index in range(4)]
    [1, 2, 0, 1]
    """
    # Where there is one job only it should not always fall to the first task.
    return (crc32(job.place.encode()) + job.index) % tasks


class TaskWorkers:
    """Does the jobs of one task; what rests on those of others has to wait (`NotYet`)."""

    def __init__(self, inner: Workers, task: int, tasks: int) -> None:
        self.inner, self.task, self.width = inner, task, tasks
        self.local = inner.local

    def run(self, function: Callable[..., T], jobs: Sequence[Job]) -> Iterator[tuple[int, T]]:
        """See `symhep.run.workers.Workers.run`."""
        yield from self.inner.run(function, [j for j in jobs if task_of(j, self.width) == self.task])
        if jobs:
            raise NotYet("this depends on the results of other tasks")


class Nobody:
    """Does no job, and remembers which tasks have any."""

    local = False

    def __init__(self, tasks: int) -> None:
        self.width = tasks
        self.busy = set[int]()

    def run(self, function: Callable[..., T], jobs: Sequence[Job]) -> Iterator[tuple[int, T]]:
        """See `symhep.run.workers.Workers.run`."""
        self.busy |= {task_of(job, self.width) for job in jobs}
        if jobs:
            raise NotYet("this depends on the results of the tasks")
        yield from ()

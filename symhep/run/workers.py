"""Where independent pieces of work are done: here, in local processes, or on a dask cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol, TypeVar, runtime_checkable

from symhep.errors import CardError, MethodError
from symhep.plugin.isolation import isolated
from symhep.run.dask_workers import connected
from symhep.run.jobs import Job
from symhep.run.processes import Processes

__all__ = ["TreeWorkers", "Workers", "open_workers"]

T = TypeVar("T")


class Workers(Protocol):
    """Does jobs and hands back what each gives with its index, as soon as it is done."""

    #: Do the jobs run in this process, so that they can draw their own progress bars?
    local: bool

    @property
    def width(self) -> int:
        """How many jobs are done at a time."""
        ...

    def run(self, function: Callable[..., T], jobs: Sequence[Job]) -> Iterator[tuple[int, T]]:
        """Yield (index of the job, what it gives), in any order. What a job raises is raised as a `SymhepError`."""
        ...


@runtime_checkable
class TreeWorkers(Workers, Protocol):
    """Workers that merge what their jobs give among themselves."""

    def tree(
        self,
        function: Callable[..., T],
        jobs: Sequence[Job],
        merge: Callable[[T, T], T],
        done: Callable[[int], None],
    ) -> T:
        """What all jobs give, merged as by `symhep.events.tree.tree_reduce`. ``done`` is told the index of each job."""
        ...


class Serial:
    """One job after the other, in this process."""

    local = True
    width = 1

    def run(self, function: Callable[..., T], jobs: Sequence[Job]) -> Iterator[tuple[int, T]]:
        """See `Workers.run`."""
        for job in jobs:
            with isolated(error=MethodError):
                found = function(*job.arguments)
            yield job.index, found


@contextmanager
def open_workers(where: str = "1") -> Iterator[Workers]:
    """'1': this process; 'N': so many local processes; 'dask:ADDRESS': the cluster whose scheduler is there.

    Raises `CardError` if ``where`` is none of these or dask is not installed.

    >>> with open_workers("1") as workers:
    ...     [index for index, _ in workers.run(str, [Job((), 0), Job((), 1)])]
    [0, 1]
    """
    if where.startswith("dask:"):
        with connected(where.removeprefix("dask:")) as cluster:
            yield cluster
    elif where == "1":
        yield Serial()
    elif where.isdecimal() and int(where) > 1:
        processes = Processes(int(where))
        try:
            yield processes
        finally:
            processes.close()
    else:
        raise CardError(f"'{where}' is not a number of processes or dask:ADDRESS", where="--workers")

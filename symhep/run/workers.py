"""Where independent pieces of work are done: here, in local processes, or on a dask cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

from symhep.errors import CardError, MethodError
from symhep.plugin.isolation import isolated
from symhep.run.processes import Job, Processes, guarded

__all__ = ["Workers", "open_workers"]

T = TypeVar("T")

#: How long to wait for a dask scheduler to answer.
PATIENCE_S = 20.0


class Workers(Protocol):
    """Does jobs and hands back each part with its job's number, as soon as it is done."""

    #: Do the jobs run in this process, so that they can draw their own progress bars?
    local: bool

    def run(
        self, function: Callable[..., T], jobs: Sequence[Job], names: Sequence[str] = ()
    ) -> Iterator[tuple[int, T]]:
        """Yield (number of the job, what it gives), in any order. What a job raises is raised as a `SymhepError`.

        ``names``: what errors call the jobs.
        """
        ...


class Serial:
    """One job after the other, in this process."""

    local = True

    def run(
        self, function: Callable[..., T], jobs: Sequence[Job], names: Sequence[str] = ()
    ) -> Iterator[tuple[int, T]]:
        """See `Workers.run`."""
        for number, job in enumerate(jobs):
            with isolated(error=MethodError):
                found = function(*job)
            yield number, found


class Dask:
    """The workers of a dask.distributed cluster."""

    local = False

    def __init__(self, client: Any) -> None:
        self.client = client

    def run(
        self, function: Callable[..., T], jobs: Sequence[Job], names: Sequence[str] = ()
    ) -> Iterator[tuple[int, T]]:
        """See `Workers.run`."""
        from distributed import as_completed as completed

        futures = {self.client.submit(guarded, function, *job, pure=False): n for n, job in enumerate(jobs)}
        for future in completed(list(futures)):
            yield futures[future], future.result()


@contextmanager
def open_workers(where: str = "1") -> Iterator[Workers]:
    """'1': this process; 'N': so many local processes; 'dask:ADDRESS': the cluster whose scheduler is there.

    Raises `CardError` if ``where`` is none of these or dask is not installed.

    >>> with open_workers("1") as workers:
    ...     [number for number, _ in workers.run(str, [(), ()])]
    [0, 1]
    """
    if where.startswith("dask:"):
        try:
            from distributed import Client
        except ImportError as error:
            raise CardError(
                "dask is not installed", where="--workers", hint="pip install 'symhep[dask]'"
            ) from error
        try:
            client = Client(where.removeprefix("dask:"), timeout=PATIENCE_S)
        except (OSError, ValueError) as error:
            raise CardError(
                f"no dask scheduler answers at {where.removeprefix('dask:')}", where="--workers"
            ) from error
        with client:
            yield Dask(client)
    elif where == "1":
        yield Serial()
    elif where.isdecimal() and int(where) > 1:
        processes = Processes(int(where))
        try:
            yield processes
        finally:
            processes.close()
    else:
        raise CardError(f"'{where}' is neither a number of processes nor dask:ADDRESS", where="--workers")

"""Where independent pieces of work are done: here, in local processes, or on a dask cluster."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any, Protocol, TypeVar

from symhep.errors import CardError, MethodError, SymhepError
from symhep.plugin.isolation import failure, isolated, portable

__all__ = ["Workers", "open_workers"]

Job = tuple[Any, ...]
T = TypeVar("T")

#: How long to wait for a dask scheduler to answer.
PATIENCE_S = 20.0


class Workers(Protocol):
    """Does jobs and hands back each part with its job's number, as soon as it is done."""

    #: Do the jobs run in this process, so that they can draw their own progress bars?
    local: bool

    def run(self, function: Callable[..., T], jobs: Sequence[Job]) -> Iterator[tuple[int, T]]:
        """Yield (number of the job, what it gives), in any order. What a job raises is raised as a `SymhepError`."""
        ...


class Serial:
    """One job after the other, in this process."""

    local = True

    def run(self, function: Callable[..., T], jobs: Sequence[Job]) -> Iterator[tuple[int, T]]:
        """See `Workers.run`."""
        for number, job in enumerate(jobs):
            with isolated(error=MethodError):
                found = function(*job)
            yield number, found


class Processes:
    """Several processes on this machine."""

    local = False

    def __init__(self, count: int) -> None:
        self.count = count

    def run(self, function: Callable[..., T], jobs: Sequence[Job]) -> Iterator[tuple[int, T]]:
        """See `Workers.run`. A process that dies costs this call, and not the next."""
        if not jobs:
            return
        # 'spawn': a forked child would inherit the threads of torch in an undefined state.
        with ProcessPoolExecutor(
            min(self.count, len(jobs)), get_context("spawn"), _share_cores, (self.count,)
        ) as pool:
            futures = {pool.submit(_guarded, function, *job): number for number, job in enumerate(jobs)}
            try:
                for future in as_completed(futures):
                    yield futures[future], future.result()
            except BrokenProcessPool as error:
                raise MethodError("a worker process died; was it out of memory?") from error
            except SymhepError:
                raise
            except Exception as error:  # jobs raise a `SymhepError` alone: this one could not travel
                raise failure("the work cannot be sent to a worker process", error, MethodError) from error
            finally:
                for future in futures:
                    future.cancel()


class Dask:
    """The workers of a dask.distributed cluster."""

    local = False

    def __init__(self, client: Any) -> None:
        self.client = client

    def run(self, function: Callable[..., T], jobs: Sequence[Job]) -> Iterator[tuple[int, T]]:
        """See `Workers.run`."""
        from distributed import as_completed as completed

        futures = {self.client.submit(_guarded, function, *job, pure=False): n for n, job in enumerate(jobs)}
        for future in completed(list(futures)):
            yield futures[future], future.result()


def _guarded(function: Callable[..., T], *job: Any) -> T:
    """Do a job elsewhere; whatever it raises comes back as one of symhep's errors, with its traceback as text."""
    try:
        with isolated(error=MethodError):
            return function(*job)
    except SymhepError as error:
        raise portable(error) from None


def _share_cores(processes: int) -> None:
    """Runs in a new process before torch is imported: N processes with all threads each would only queue."""
    cores = _cores()
    allowed = int(os.environ.get("OMP_NUM_THREADS", "0")) or cores
    os.environ["OMP_NUM_THREADS"] = str(max(1, min(allowed, cores // processes)))


def _cores() -> int:
    """Cores that this process may use; where the system does not say (macOS, Windows), those of the machine."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


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
        yield Processes(int(where))
    else:
        raise CardError(f"'{where}' is neither a number of processes nor dask:ADDRESS", where="--workers")

"""The workers of a dask.distributed cluster, which may come, go and die."""

from __future__ import annotations

import logging
import os
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from symhep.errors import CardError, MethodError, SymhepError
from symhep.events.tree import tree_reduce
from symhep.plugin.isolation import failure
from symhep.run.environment import version_differences, versions
from symhep.run.jobs import Job, guarded
from symhep.run.part_store import SCRATCH

if TYPE_CHECKING:
    from distributed import Client, Future

__all__ = ["Dask", "connected"]

T = TypeVar("T")
_LOG = logging.getLogger("symhep")
#: What carries the work.
CARRYING = ("dask", "distributed")
#: How long to wait for a scheduler to answer.
PATIENCE_S = 20.0
#: How long to wait for workers while there are none: an adaptive cluster asks its batch system for them.
WORKERS_S = 1800.0
#: How often it is looked whether there are workers.
LOOK_S = 10.0
#: Jobs that are sent ahead, for each thread of the cluster.
AHEAD = 3


class Dask:
    """The workers of a cluster. A job whose worker is lost is done again by another, as dask does it."""

    local = False

    def __init__(self, client: Client) -> None:
        self.client = client

    @property
    def width(self) -> int:
        """Threads of all workers that are there."""
        return sum(self.client.nthreads().values())

    def run(self, function: Callable[..., T], jobs: Sequence[Job]) -> Iterator[tuple[int, T]]:
        """See `symhep.run.workers.Workers.run`."""
        left, sent = iter(jobs), dict[Any, Job]()
        shared = self._shared(jobs)
        while True:
            for job in left:
                sent[self._send(function, *(shared.get(id(a), a) for a in job.arguments))] = job
                if len(sent) >= max(1, AHEAD * self.width):
                    break
            if not sent:
                return
            for future in self._done(list(sent)):
                job = sent.pop(future)
                yield job.index, _result(future, job.name)

    def tree(
        self,
        function: Callable[..., T],
        jobs: Sequence[Job],
        merge: Callable[[T, T], T],
        done: Callable[[int], None],
    ) -> T:
        """See `symhep.run.workers.TreeWorkers.tree`: the workers merge, and one state travels."""
        leaves: dict[Any, Job] = {self._send(function, *job.arguments): job for job in jobs}
        root = tree_reduce(list(leaves), lambda one, two: self._send(merge, one, two))
        while leaves:
            for future in self._done(list(leaves)):
                job = leaves.pop(future)
                if future.status == "error":
                    _result(future, job.name)
                done(job.index)
        while not self._done([root]):
            pass
        found: T = _result(root, "merging sums")
        return found

    def _shared(self, jobs: Sequence[Job]) -> dict[int, Future]:
        """What all jobs have in common, sent once: data of a method may take some hundred megabytes.

        Not by `Client.scatter`: what is scattered is lost with the worker that has it.
        """
        if len(jobs) < 2:
            return {}
        common = [a for a in jobs[0].arguments if not isinstance(a, str | int | float)]
        common = [a for a in common if all(any(a is b for b in job.arguments) for job in jobs)]
        return {id(a): self._send(_itself, a) for a in common}

    def _send(self, function: Callable[..., Any], *arguments: Any) -> Future:
        with warnings.catch_warnings():
            # That it is large is known; the way that the warning advises does not survive the loss of a worker.
            warnings.filterwarnings("ignore", "Sending large graph", UserWarning)
            return self.client.submit(_on_worker, versions(CARRYING), function, *arguments, pure=False)

    def _done(self, futures: Sequence[Future]) -> list[Future]:
        """Wait for some that are done. Raises `MethodError` if there has been no worker for too long."""
        from distributed import wait

        while True:
            try:
                return list(wait(list(futures), timeout=LOOK_S, return_when="FIRST_COMPLETED").done)
            except TimeoutError:
                _wait_for_workers(self.client)


def _itself(found: T) -> T:
    return found


def _wait_for_workers(client: Client) -> None:
    """Return when there is a worker. Raises `MethodError` if none comes."""
    began = time.monotonic()
    while not client.nthreads():
        waited = time.monotonic() - began
        if waited >= WORKERS_S:
            raise MethodError(
                f"the dask cluster has had no worker for {WORKERS_S:.0f} s: check the queue of the batch "
                f"system"
            )
        if waited == 0 or int(waited) % 60 < LOOK_S:
            _LOG.warning(
                "the dask cluster has no worker; waiting for one, %.0f s at most", WORKERS_S - waited
            )
        try:
            client.wait_for_workers(1, timeout=min(LOOK_S, WORKERS_S - waited))
        except TimeoutError:
            continue


def _result(future: Future, name: str) -> Any:
    """What a job gave. Raises a `SymhepError` for what went wrong."""
    from distributed import KilledWorker

    try:
        return future.result()
    except SymhepError:
        raise
    except KilledWorker as error:
        raise MethodError(
            f"{name}: the dask workers that processed it died, one after the other "
            f"({error.last_worker.address} last). If they ran out of memory: give them more, or reduce "
            f"run.chunk_events"
        ) from None
    except Exception as error:
        raise failure(f"{name} failed on the dask cluster", error, MethodError) from error


def _on_worker(expected: Mapping[str, str], function: Callable[..., T], *arguments: Any) -> T:
    """A job, where it is done."""
    from distributed import get_worker

    told = version_differences(expected, versions(CARRYING))
    if told:
        raise CardError(f"the dask worker {get_worker().address} has {told}", where="--workers", hint=_SAME)
    # What it keeps of files lies where dask lets it, and goes with it.
    os.environ.setdefault(SCRATCH, get_worker().local_directory)
    return guarded(function, *arguments)


_SAME = "client, scheduler and workers need the same software environment"


@contextmanager
def connected(address: str) -> Iterator[Dask]:
    """The cluster whose scheduler is at ``address``.

    Raises `CardError` if dask is not installed, nobody answers, or the cluster has other versions.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise CardError(
            "dask is not installed", where="--workers", hint="pip install 'symhep[dask]'"
        ) from error
    try:
        client = Client(address, timeout=PATIENCE_S)
    except (OSError, ValueError) as error:
        raise CardError(f"no dask scheduler answers at {address}", where="--workers") from error
    with client:
        _check_versions(client)  # not that there are workers: some clusters get them when there is work
        yield Dask(client)


def _check_versions(client: Client) -> None:
    """Raise `CardError` for a scheduler or workers whose Python or dask differ; jobs check the rest."""
    known = client.get_versions()
    there = {"scheduler": known["scheduler"], **known["workers"]}
    for who, found in there.items():
        own = {name: str(found["packages"][name]) for name in CARRYING}
        own["python"] = ".".join(str(found["packages"]["python"]).split(".")[:2])
        if told := version_differences(versions(CARRYING), own):
            name = "the dask scheduler" if who == "scheduler" else f"the dask worker {who}"
            raise CardError(f"{name} has {told}", where="--workers", hint=_SAME)

"""What each step of a run took: time, processor time, memory and bytes read, of all processes together."""

from __future__ import annotations

import os
import platform
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from symhep.run.jobs import Job
from symhep.run.workers import TreeWorkers, Workers

__all__ = ["JobUsage", "Meter", "Metered", "mapped", "metered", "peak_mb"]

T = TypeVar("T")

_mapped = 0


def mapped(nbytes: int) -> None:
    """Count bytes that are read through a mapped file, of which the system keeps no count."""
    global _mapped
    _mapped += nbytes


@dataclass(frozen=True)
class JobUsage:
    """Of one job: which process did it, seconds of processor time, the most megabytes that process has had, and
    megabytes read."""

    process: tuple[str, int]
    cpu_s: float
    peak_mb: float
    read_mb: float


@dataclass
class Step:
    """A step of the run, with all that its jobs took on other processes.

    ``peak_mb`` is the sum of the largest resident memory that each process has had until its end.
    """

    step: str
    wall_s: float = 0.0
    cpu_s: float = 0.0
    peak_mb: float = 0.0
    read_mb: float = 0.0
    processes: int = 1


@dataclass
class Meter:
    """Keeps account of the steps of a run."""

    steps: list[Step] = field(default_factory=list)
    _peaks: dict[tuple[str, int], float] = field(default_factory=dict, init=False)
    _open: list[list[JobUsage]] = field(default_factory=list, init=False)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """All that is done inside; jobs on other processes are told by `add`.

        >>> meter = Meter()
        >>> with meter.step("reading"):
        ...     meter.add(JobUsage(("node", 7), 2.0, 100.0, 5.0))
        >>> meter.steps[0].cpu_s >= 2.0, meter.steps[0].processes
        (True, 2)
        """
        jobs: list[JobUsage] = []
        self._open.append(jobs)
        clock, before = time.perf_counter(), _now()
        try:
            yield
        finally:
            self._open.remove(jobs)
            after = _now()
            jobs.append(
                JobUsage(
                    after.process, after.cpu_s - before.cpu_s, after.peak_mb, after.read_mb - before.read_mb
                )
            )
            for job in jobs:
                self._peaks[job.process] = max(self._peaks.get(job.process, 0.0), job.peak_mb)
            self.steps.append(
                Step(
                    name,
                    round(time.perf_counter() - clock, 2),
                    round(sum(job.cpu_s for job in jobs), 2),
                    round(sum(self._peaks.values()), 1),
                    round(sum(job.read_mb for job in jobs), 1),
                    len({job.process for job in jobs}),
                )
            )

    def add(self, job: JobUsage) -> None:
        """Count a job of another process in; one of this process is in its step already."""
        if job.process != _process():
            for jobs in self._open:
                jobs.append(job)

    def to_json(self) -> list[dict[str, Any]]:
        """As provenance.json has it."""
        return [asdict(step) for step in self.steps]


class Metered:
    """Workers whose jobs are told to a meter."""

    def __init__(self, workers: Workers, meter: Meter) -> None:
        self.workers, self.meter, self.local = workers, meter, workers.local

    def run(self, function: Callable[..., T], jobs: Sequence[Job]) -> Iterator[tuple[int, T]]:
        """See `symhep.run.workers.Workers.run`."""
        measured = [replace(job, arguments=(function, *job.arguments)) for job in jobs]
        for index, (found, usage) in self.workers.run(_measured, measured):
            self.meter.add(usage)
            yield index, found

    @property
    def width(self) -> int:
        """See `symhep.run.workers.Workers.width`."""
        return self.workers.width


class MeteredTree(Metered):
    """The same of workers that merge sums among themselves; what those jobs took is told by the workers alone."""

    workers: TreeWorkers

    def tree(
        self,
        function: Callable[..., T],
        jobs: Sequence[Job],
        merge: Callable[[T, T], T],
        done: Callable[[int], None],
    ) -> T:
        """See `symhep.run.workers.TreeWorkers.tree`."""
        return self.workers.tree(function, jobs, merge, done)


def metered(workers: Workers, meter: Meter) -> Metered:
    """Workers of the same kind whose jobs are told to the meter."""
    return MeteredTree(workers, meter) if isinstance(workers, TreeWorkers) else Metered(workers, meter)


def _measured(function: Callable[..., T], *job: Any) -> tuple[T, JobUsage]:
    before = _now()
    found = function(*job)
    after = _now()
    return found, JobUsage(
        after.process, after.cpu_s - before.cpu_s, after.peak_mb, after.read_mb - before.read_mb
    )


def _now() -> JobUsage:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return JobUsage(_process(), used.ru_utime + used.ru_stime, peak_mb(), (_read() + _mapped) / 1e6)


def peak_mb() -> float:
    """The most memory that this process has had, in MB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most * (
        1e-6 if sys.platform == "darwin" else 1.024e-3
    )  # in bytes on macOS, in kibibytes elsewhere


def _process() -> tuple[str, int]:
    return platform.node(), os.getpid()


def _read() -> int:
    """Bytes that this process has asked the system for; 0 where it does not say."""
    try:
        lines = Path("/proc/self/io").read_text().splitlines()
    except OSError:
        return 0
    return int(next(line.split()[1] for line in lines if line.startswith("rchar")))

"""Worker processes on this machine: one pool for a whole run, in which a process may die."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from multiprocessing import get_all_start_methods, get_context, parent_process
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar

from symhep.errors import MethodError, SymhepError
from symhep.plugin.isolation import failure
from symhep.run.jobs import Job, guarded

__all__ = ["ATTEMPTS", "Processes"]

T = TypeVar("T")

#: So often a job is begun whose process dies, before it is taken to be the job's fault.
ATTEMPTS = 3
#: What every worker needs, and what takes longest to load.
_SHARED = ["symhep.run.streamed", "symhep.run.reducing", "scipy.stats", "pyarrow.parquet"]
#: So long a process that has nothing to do is given to end by itself.
_FAREWELL_S = 5.0
#: So long it may take until the system tells that the server of processes is gone.
_SERVER_S = 1.0


class Processes:
    """Several processes on this machine, started when there is work for them and kept until `close`.

    A process that dies (out of memory, killed) costs the job that it had, which is begun again in a new one.
    """

    local = False

    def __init__(self, count: int) -> None:
        self.count = self.width = count
        self._idle: list[_Worker] = []

    def run(self, function: Callable[..., T], jobs: Sequence[Job]) -> Iterator[tuple[int, T]]:
        """See `symhep.run.workers.Workers.run`. A single job is done in this process."""
        if len(jobs) < 2:
            for job in jobs:
                yield job.index, guarded(function, *job.arguments)
            return
        waiting, deaths = deque(jobs), Counter[int]()
        busy: dict[_Worker, Job] = {}
        try:
            while waiting or busy:
                while len(self._idle) + len(busy) < min(self.count, len(waiting) + len(busy)):
                    self._idle.append(_Worker(self.count))
                while waiting and self._idle and len(busy) < self.count:
                    worker, job = self._idle.pop(), waiting.popleft()
                    busy[worker] = job
                    worker.send(function, job.arguments)
                for worker in _ready(busy):
                    job = busy.pop(worker)
                    try:
                        found = worker.receive()
                    except (EOFError, OSError):
                        worker.end()
                        deaths[job.index] += 1
                        if deaths[job.index] == ATTEMPTS:
                            raise MethodError(_died(worker, job.name)) from None
                        waiting.appendleft(job)
                        continue
                    except SymhepError:
                        worker.end()
                        raise
                    self._idle.append(worker)
                    if isinstance(found, SymhepError):
                        raise found
                    yield job.index, found
        finally:  # what is left when a job failed is of no use to anybody
            for worker in busy:
                worker.end()

    def close(self) -> None:
        """End all processes."""
        for worker in self._idle:
            worker.pipe.close()
        for worker in self._idle:
            worker.process.join(_FAREWELL_S)
            worker.end()
        self._idle.clear()


class _Worker:
    """A process, and the pipe to it."""

    def __init__(self, processes: int) -> None:
        # Not 'fork': a child of this process would inherit the threads of torch in an undefined state. What the server
        # has loaded, and nothing else, its children share with it, and need not load again.
        method = "forkserver" if "forkserver" in get_all_start_methods() else "spawn"
        context: Any = get_context(method)
        context.set_forkserver_preload(_SHARED)
        self.pipe, theirs = context.Pipe()
        for attempt in range(ATTEMPTS):
            self.process = context.Process(
                target=_work, args=(theirs, processes, dict(os.environ)), name="symhep worker"
            )
            try:
                self.process.start()
                break
            except (
                EOFError,
                OSError,
            ) as error:  # the server that starts them was killed: there will be another
                if attempt == ATTEMPTS - 1:
                    raise MethodError(f"a worker process cannot be started: {error}") from error
                time.sleep(_SERVER_S)
        theirs.close()

    def send(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        """Give it a job. That it is dead shows when it is asked for an answer."""
        try:
            self.pipe.send((function, arguments))
        except OSError:
            pass
        except Exception as error:
            raise failure("the job cannot be sent to a worker process", error, MethodError) from error

    def receive(self) -> Any:
        """What the job gave. Raises `EOFError` or `OSError` if the process is dead."""
        if not self.pipe.poll():  # it has ended, and said nothing
            raise EOFError
        try:
            return self.pipe.recv()
        except (EOFError, OSError):
            raise
        except Exception as error:
            raise failure("the result of a worker process cannot be read", error, MethodError) from error

    def end(self) -> None:
        """End it at once, whatever it does."""
        self.process.kill()
        self.process.join()
        self.pipe.close()


def _ready(busy: dict[_Worker, Job]) -> list[_Worker]:
    """Wait for answers, or for processes to end."""
    found = wait([end for worker in busy for end in (worker.pipe, worker.process.sentinel)])
    return [worker for worker in busy if worker.pipe in found or worker.process.sentinel in found]


def _died(worker: _Worker, job: str) -> str:
    code = worker.process.exitcode
    how = f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
    return (
        f"{job}: the worker process died, {ATTEMPTS} times ({how}). If it ran out of memory: use fewer "
        f"workers (-j), or a smaller run.chunk_events"
    )


def _work(pipe: Connection, processes: int, environment: dict[str, str]) -> None:
    """The life of a worker process: do jobs until the pipe is closed, or the process that started it is gone."""
    os.environ.update(
        environment
    )  # the server that it was forked from may be older than what is said there now
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # ctrl-c reaches the other process, which ends this one
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _share_cores(processes)
    while True:
        try:
            function, arguments = pipe.recv()
        except (EOFError, OSError):
            return
        except BaseException as error:  # a module that cannot be imported here
            answer: Any = failure("the job cannot be read by a worker process", error, MethodError)
        else:
            try:
                answer = guarded(function, *arguments)
            except SymhepError as error:
                answer = error
        try:
            pipe.send(answer)
        except OSError:
            return
        except Exception as error:
            pipe.send(failure("the result of a job cannot be sent back", error, MethodError))
        answer = function = arguments = None  # not to be kept while it waits


def _end_with_parent() -> None:
    """A process whose parent was killed must not go on to write into a folder that another run may have by now."""
    if (parent := parent_process()) is not None:
        parent.join()
        os._exit(1)


def _share_cores(processes: int) -> None:
    """Runs in a new process: N processes with all threads each would only queue."""
    cores = _cores()
    allowed = int(os.environ.get("OMP_NUM_THREADS", "0")) or cores
    threads = max(1, min(allowed, cores // processes))
    os.environ["OMP_NUM_THREADS"] = str(threads)
    if (torch := sys.modules.get("torch")) is not None:
        torch.set_num_threads(threads)


def _cores() -> int:
    """Cores that this process may use; where the system does not say (macOS), those of the machine."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

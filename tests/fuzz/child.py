"""Cases in a process of their own, with limits of time and memory, and what came of each."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import resource
import signal
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass

__all__ = ["GIGABYTE", "SECONDS", "Outcome", "outcomes"]

#: Longest time that a case may take on its processor, which others may share, and how many times as long by the clock;
#: the most memory beside what the libraries take themselves.
SECONDS = 20
WAIT = 5
GIGABYTE = 1 << 30


@dataclass(frozen=True)
class Outcome:
    """What came of a case, and the details of what went wrong."""

    kind: str
    detail: str = ""


def outcomes(
    cases: Sequence[Callable[[], Outcome]], seconds: int = SECONDS, memory: int = GIGABYTE
) -> Iterator[Outcome]:
    """Run ``cases`` one after another in a forked child, a new one after each that kills its process.

    The outcome of each, or 'hang' after ``seconds``, 'memory' for more than ``memory`` bytes, 'crash' where the process
    dies, 'foreign' for an exception that is none of symhep's.
    """
    done = 0
    while done < len(cases):
        inlet, outlet = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(inlet)
            _child(cases[done:], outlet, seconds, memory)
        os.close(outlet)
        with os.fdopen(inlet, "rb") as pipe:
            for answer in _lines(pipe.fileno(), child, WAIT * seconds):
                yield Outcome(**json.loads(answer))
                done += 1
        _, status = os.waitpid(child, 0)
        if done < len(cases):
            yield _death(status, seconds)
            done += 1


def _death(status: int, seconds: int) -> Outcome:
    ended = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    if ended in (signal.SIGPROF, signal.SIGKILL):
        return Outcome("hang", f"more than {seconds} s of processor, or {WAIT * seconds} s of waiting")
    return Outcome("crash", f"signal {ended}" if ended else f"exit code {os.waitstatus_to_exitcode(status)}")


def _lines(pipe: int, child: int, seconds: float) -> Iterator[bytes]:
    """Lines that the child writes; it is killed if there is none for ``seconds``."""
    os.set_blocking(pipe, False)
    found, end = b"", time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            block = os.read(pipe, 1 << 16)
        except BlockingIOError:
            time.sleep(0.002)
            continue
        if not block:
            return
        *lines, found = (found + block).split(b"\n")
        yield from lines
        if lines:
            end = time.monotonic() + seconds
    os.kill(child, signal.SIGKILL)


def _child(cases: Sequence[Callable[[], Outcome]], outlet: int, seconds: int, memory: int) -> None:
    """Never returns."""
    gc.freeze()  # looking for dead objects would copy all that the parent holds
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    # Address space beside what is there: a count of 2^31 in a header must not take what the machine has.
    with open("/proc/self/statm", encoding="ascii") as file:
        mapped = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (mapped + 2 * memory, mapped + 2 * memory))
    with contextlib.suppress(BrokenPipeError):
        for case in cases:
            signal.setitimer(signal.ITIMER_PROF, seconds)
            before = _most_memory()
            try:
                outcome = case()
            except BaseException as error:
                outcome = Outcome("foreign", _where(error))
            used = _most_memory() - before
            if used > memory:
                outcome = Outcome("memory", f"{used >> 20} MiB")
            os.write(outlet, json.dumps(asdict(outcome)).encode() + b"\n")
    os._exit(0)


def _most_memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _where(error: BaseException) -> str:
    """Type, message, and the last place in symhep and at all."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if "symhep" in f.filename and "fuzz" not in f.filename]
    places = [f"{f.filename.rpartition('/')[2]}:{f.lineno}" for f in (*own[-1:], *frames[-1:])]
    return f"{type(error).__name__}: {str(error)[:150]} ({' <- '.join(places)})"

"""How far long work is: a line where there is no terminal for bars."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from symhep.methods.context import Progress, Task
from symhep.run.progress import TerminalProgress
from symhep.run.usage import peak_mb

__all__ = ["HowFar", "TerminalProgress", "memory_gb"]


@dataclass
class _Open:
    """A task that is being done; ``total`` 0: nobody knows it."""

    description: str
    total: int
    started: float
    done: int = 0
    note: str = ""


class HowFar:
    """Keeps count of the tasks that are open, and hands each on to another progress.

    Parameters
    ----------
    inner
        What else shows the tasks.
    clock
        Seconds since some time.
    memory
        Gigabytes that are in use.
    """

    def __init__(
        self,
        inner: Progress,
        clock: Callable[[], float] = time.monotonic,
        memory: Callable[[], float | None] | None = None,
    ) -> None:
        self._inner, self._clock, self._memory = inner, clock, memory or memory_gb
        self._open: list[_Open] = []
        self._started = clock()

    @contextmanager
    def task(self, description: str, total: int) -> Iterator[Task]:
        """Open a task of ``total`` steps."""
        task = _Open(description, total, self._clock())
        self._open.append(task)
        try:
            with self._inner.task(description, total) as shown:

                def tick(steps: int = 1, note: str = "") -> None:
                    task.done += steps
                    task.note = note or task.note
                    shown(steps, note)

                yield tick
        finally:
            self._open.remove(task)

    def line(self) -> str:
        """What is being done now, how far it is, how fast it goes, and the memory in use.

        >>> from symhep.methods.context import SilentProgress
        >>> time = iter([0.0, 10.0, 40.0])
        >>> far = HowFar(SilentProgress(), lambda: next(time), lambda: 1.25)
        >>> with far.task("reading a.root", 0) as tick:
        ...     tick(60_000)
        ...     far.line()
        'reading a.root: 60,000, 2,000/s, for 30 s; 1.2 GB'
        """
        now, memory = self._clock(), self._memory()
        used = f"; {memory:.1f} GB" if memory is not None else ""
        if not self._open:
            return f"working, for {_duration(now - self._started)}{used}"
        task = self._open[-1]
        spent = now - task.started
        parts = [
            f"{task.done:,}" + (f" of {task.total:,} ({task.done / task.total:.0%})" if task.total else "")
        ]
        rate = task.done / spent if spent > 0 else 0.0
        if rate:
            parts.append(f"{rate:,.0f}/s" if rate >= 1 else f"{_duration(1 / rate)} each")
        parts.append(f"for {_duration(spent)}")
        if task.total and rate:
            parts.append(f"{_duration((task.total - task.done) / rate)} left")
        parts += [task.note] if task.note else []
        return f"{task.description}: {', '.join(parts)}{used}"


def _duration(seconds: float) -> str:
    """'45 s', '3 min 10 s', '2 h 5 min'."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def memory_gb() -> float:
    """The most memory that this process has used, in GB."""
    return peak_mb() / 1e3

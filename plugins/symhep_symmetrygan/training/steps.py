"""Progress in steps of training: small ones, so that work of minutes is seen to go on."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from symhep.methods.context import Task

__all__ = ["SHOWN", "Advance", "nothing", "scaled"]

#: Called, from several threads, with a number of steps that are done.
Advance = Callable[[int], None]
#: Training steps between two reports of progress.
SHOWN = 50


def nothing(steps: int) -> None:
    """Nobody looks."""
    return None


def scaled(task: Task, size: int, whole: int) -> Advance:
    """What tells ``task`` of ``size`` steps while ``whole`` are done.

    >>> told = []
    >>> advance = scaled(lambda steps=1, note="": told.append(steps), 10, 100)
    >>> for _ in range(20):
    ...     advance(5)
    >>> sum(told)
    10
    """
    lock, done, told = Lock(), 0, 0

    def advance(steps: int) -> None:
        nonlocal done, told
        with lock:
            done += steps
            now = min(size, size * done // max(whole, 1))
            new, told = now - told, max(told, now)
        if new > 0:
            task(new)

    return advance

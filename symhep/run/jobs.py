"""Pieces of a run's work, and what it does when somebody else has to do them first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from symhep.errors import MethodError, SymhepError
from symhep.plugin.isolation import isolated, portable

__all__ = ["Job", "NotYet", "all_of", "guarded"]

T = TypeVar("T")


@dataclass(frozen=True)
class Job:
    """A call of a function, wherever that is done.

    Attributes
    ----------
    arguments
        Of the function.
    index
        Its number, which is the same whatever was done before.
    place
        What it is a part of: with the index it tells the job from all others of a run.
    name
        What errors call it.
    """

    arguments: tuple[Any, ...]
    index: int = 0
    place: str = ""
    name: str = "job"


class NotYet(SymhepError):
    """What is asked for rests on jobs that other tasks of a farm do."""


def all_of(steps: Iterable[Callable[[], T]]) -> list[T]:
    """What each of the steps gives. `NotYet` is raised when all have been tried: what they wait for is done together.

    >>> all_of([lambda: 1, lambda: 2])
    [1, 2]
    """
    found, waits = list[T](), None
    for step in steps:
        try:
            found.append(step())
        except NotYet as wait:
            waits = wait
    if waits is not None:
        raise waits
    return found


def guarded(function: Callable[..., T], *arguments: Any) -> T:
    """Do a job; whatever it raises comes back as one of symhep's errors, with its traceback as text."""
    try:
        with isolated(error=MethodError):
            return function(*arguments)
    except SymhepError as error:
        raise portable(error) from None

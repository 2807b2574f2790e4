"""Replicas spread over processor cores: a few at a time on each, with nothing to wait for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import TypeVar

import numpy as np
import scipy.linalg  # noqa: F401  its BLAS must be loaded before threads are limited
import torch
from threadpoolctl import threadpool_limits

from symhep.events.tree import threads_map

__all__ = ["cores", "in_groups", "on_cores", "one_thread_per_operation"]

T = TypeVar("T")
S = TypeVar("S")

#: Networks of a few narrow layers that are trained side by side: with fewer, a core mostly waits for the next call.
TOGETHER = 8

#: Cores that `in_groups` may use inside `one_thread_per_operation`; None outside, where torch knows.
_cores: ContextVar[int | None] = ContextVar("cores", default=None)


@contextmanager
def one_thread_per_operation() -> Iterator[None]:
    """Operations inside use one core each, those of torch and those of numpy's linear algebra.

    A sum that threads share is added up in another order for another number of threads, so its last digits differ,
    and training turns these into other networks. `in_groups` still uses all cores.

    (It is also faster where other processes take turns on the cores: two threads took a hundred times one's time
    for the eigenvalues of a 96 x 96 matrix.)

    >>> with one_thread_per_operation():
    ...     torch.get_num_threads()
    1
    """
    before = torch.get_num_threads()
    token = _cores.set(cores())
    torch.set_num_threads(1)
    try:
        with threadpool_limits(1, user_api="blas"):
            yield
    finally:
        torch.set_num_threads(before)
        _cores.reset(token)


def cores() -> int:
    """Cores that whole replicas, or whole blocks of events, may be spread over, also where an operation has one.

    As many as torch has threads; OMP_NUM_THREADS limits them.

    >>> before = cores()
    >>> with one_thread_per_operation():
    ...     cores() == before
    True
    """
    return _cores.get() or torch.get_num_threads()


def on_cores(work: Callable[[S], T], items: Iterable[S], device: str = "cpu") -> Iterator[T]:
    """``work`` of each of ``items``, such as blocks of events, in their order, as many at a time as there are `cores`.

    See `symhep.events.tree.threads_map`. On a GPU one after the other.

    >>> list(on_cores(abs, [-1, 2, -3]))
    [1, 2, 3]
    """
    threads = cores() if device == "cpu" else 1
    with one_thread_per_operation():
        yield from threads_map(work, items, threads, partial(torch.set_num_threads, 1))


def in_groups(
    work: Callable[[list[int]], T], replicas: int, device: str = "cpu", *, most: int = TOGETHER
) -> list[T]:
    """Call ``work`` with the numbers of a group of replicas, several groups at a time; results in order.

    Small operations shared between cores spend their time waiting for each other, and on a busy machine nearly all
    of it (20 times slower was seen); whole replicas share nothing. As many groups are done at a time as torch has
    threads (OMP_NUM_THREADS limits them). On a GPU all replicas are one group.

    Which replicas are in a group depends on ``replicas`` and ``most`` alone, never on the number of cores: the
    rounding of an operation on a batch depends on the size of the batch.

    Parameters
    ----------
    most
        Most replicas in a group on the CPU: what a group works on should stay in a core's cache. The number of
        groups is a power of two, so that 2, 4 or 8 cores have the same to do.

    >>> in_groups(list, 5, most=2)
    [[0, 1], [2], [3], [4]]
    >>> in_groups(list, 5)
    [[0, 1, 2, 3, 4]]
    """
    count = 1
    while device == "cpu" and count * most < replicas:
        count *= 2
    members = [part.tolist() for part in np.array_split(np.arange(replicas), min(count, max(1, replicas)))]
    threads = min(cores(), len(members))
    with one_thread_per_operation():
        if threads == 1:
            return [work(group) for group in members]
        # A new thread takes torch's number of threads from the process, where it is 1 by now.
        with ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            return list(pool.map(work, members))

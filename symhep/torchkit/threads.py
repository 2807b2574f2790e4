"""Replicas spread over processor cores: a few at a time on each, with nothing to wait for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import numpy as np
import torch
from threadpoolctl import threadpool_limits

__all__ = ["in_groups", "one_thread_per_operation"]

T = TypeVar("T")


@contextmanager
def one_thread_per_operation() -> Iterator[None]:
    """Operations inside use one core each, those of torch and those of numpy's linear algebra.

    (Where other processes take turns on the cores, two threads took a hundred times
    one's time for the eigenvalues of a 96 x 96 matrix.)

    >>> with one_thread_per_operation():
    ...     torch.get_num_threads()
    1
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with threadpool_limits(1, user_api="blas"):
            yield
    finally:
        torch.set_num_threads(before)


def in_groups(
    work: Callable[[list[int]], T],
    replicas: int,
    device: str = "cpu",
    *,
    least: int = 1,
    most: int | None = None,
) -> list[T]:
    """Call ``work`` with the numbers of a group of replicas, one group per core; results in order.

    Small operations shared between cores spend their time waiting for each other,
    and on a busy machine nearly all of it (20 times slower was seen); whole
    replicas share nothing. As many groups are made as torch has threads
    (OMP_NUM_THREADS limits them), and one on a GPU. If replicas draw from streams
    of their own, the numbers do not depend on the grouping.

    Parameters
    ----------
    least
        Fewest replicas that are worth a core: threads call one operation at a time.
    most
        Most replicas in a group on the CPU; each core then takes several groups, one
        after the other, and what a group works on stays in its cache.

    >>> sum(in_groups(len, 5))
    5
    >>> max(in_groups(len, 5, most=2))
    2
    """
    threads = max(1, min(torch.get_num_threads(), replicas // least)) if device == "cpu" else 1
    rounds = -(-replicas // (threads * most)) if device == "cpu" and most else 1
    members = [part.tolist() for part in np.array_split(np.arange(replicas), threads * max(1, rounds))]
    with one_thread_per_operation():
        if threads == 1:
            return [work(group) for group in members]
        # A new thread takes torch's number of threads from the process, where it is 1 by now.
        with ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            return list(pool.map(work, members))

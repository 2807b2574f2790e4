"""Replicas spread over processor cores: a few at a time on each, with nothing to wait for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import numpy as np
import torch

__all__ = ["in_groups", "one_thread_per_operation"]

T = TypeVar("T")


@contextmanager
def one_thread_per_operation() -> Iterator[None]:
    """Torch operations inside use one core each.

    >>> with one_thread_per_operation():
    ...     torch.get_num_threads()
    1
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def in_groups(
    work: Callable[[list[int]], T], replicas: int, device: str = "cpu", *, least: int = 1
) -> list[T]:
    """Call ``work`` with the numbers of a group of replicas, one group per core; results in order.

    Small operations shared between cores spend their time waiting for each other,
    and on a busy machine nearly all of it (20 times slower was seen); whole
    replicas share nothing. As many groups are made as torch has threads
    (OMP_NUM_THREADS limits them), and one on a GPU; fewer if a group would have
    less than ``least`` replicas. If replicas draw from streams of their own, the
    numbers do not depend on the grouping.

    >>> sum(in_groups(len, 5))
    5
    """
    groups = max(1, min(torch.get_num_threads(), replicas // least)) if device == "cpu" else 1
    members = [part.tolist() for part in np.array_split(np.arange(replicas), groups)]
    with one_thread_per_operation():
        if groups == 1:
            return [work(members[0])]
        # A new thread takes torch's number of threads from the process, where it is 1 by now.
        with ThreadPoolExecutor(groups, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            return list(pool.map(work, members))

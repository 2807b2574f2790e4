"""States of blocks of events, formed by several threads and added along one fixed binary tree."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

__all__ = ["threads_map", "tree_reduce"]

T = TypeVar("T")
S = TypeVar("S")


def tree_reduce(states: Iterable[S], merge: Callable[[S, S], S]) -> S | None:
    """One state of all, merged pairwise along a binary tree that the number of states alone decides; None of none.

    Neighbours are merged, then pairs of neighbours, and so on; what is left over is merged from the right. ``merge``
    is given the state further left first. As many states are held at a time as their number has binary digits.

    >>> tree_reduce(["a", "b", "c", "d", "e", "f", "g"], lambda left, right: f"({left}{right})")
    '(((ab)(cd))((ef)g))'
    >>> tree_reduce([], max) is None
    True
    """
    # A binary counter: entry k holds the state of 2^k neighbours.
    tree: list[S | None] = []
    for state in states:
        level = 0
        while level < len(tree) and (left := tree[level]) is not None:
            state, tree[level] = merge(left, state), None
            level += 1
        if level == len(tree):
            tree.append(None)
        tree[level] = state
    total: S | None = None
    for left in tree:
        if left is not None:
            total = left if total is None else merge(left, total)
    return total


def threads_map(
    function: Callable[[T], S], items: Iterable[T], threads: int = 1, start: Callable[[], None] | None = None
) -> Iterator[S]:
    """``function`` of each of ``items``, in their order, several at a time; the first exception is raised in its place.

    The caller's thread takes the items, at most one more than there are threads ahead of the result that is waited
    for, so that blocks read one after the other never pile up. A function that spends its time in numpy or torch lets
    other threads work meanwhile; its operations should use one thread each
    (`symhep.torchkit.threads.one_thread_per_operation`).

    Parameters
    ----------
    threads
        1: everything is done by the caller's thread.
    start
        Called once in each new thread.

    >>> list(threads_map(lambda n: n * n, range(4), threads=2))
    [0, 1, 4, 9]
    """
    if threads <= 1:
        yield from map(function, items)
        return
    with ThreadPoolExecutor(threads, initializer=start) as pool:
        waiting: deque[Future[S]] = deque()
        try:
            for item in items:
                waiting.append(pool.submit(function, item))
                if len(waiting) > threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()

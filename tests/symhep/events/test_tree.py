"""Fixed trees and threads: the same whoever computed, never much ahead, errors in their place."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest

from symhep.events.tree import threads_map, tree_reduce


def bracketed(left: str, right: str) -> str:
    return f"({left}{right})"


@pytest.mark.parametrize(
    ("states", "tree"),
    [
        ("a", "a"),
        ("ab", "(ab)"),
        ("abc", "((ab)c)"),
        ("abcde", "(((ab)(cd))e)"),
        ("abcdef", "(((ab)(cd))(ef))"),
    ],
)
def test_pairs_of_neighbours_are_merged_along_a_tree(states: str, tree: str) -> None:
    assert tree_reduce(states, bracketed) == tree


def test_no_states_have_no_sum() -> None:
    assert tree_reduce([], bracketed) is None
    assert tree_reduce(threads_map(str, [], threads=2), bracketed) is None


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_threads_change_no_bit(threads: int) -> None:
    blocks = [np.random.default_rng(i).normal(size=1000) * 10.0 ** (i % 7) for i in range(23)]
    # The tree of 23 = 16 + 4 + 2 + 1 by halves: 16 | (4 | (2 | 1)).

    def half(first: int, count: int) -> float:
        if count == 1:
            return float(blocks[first].sum())
        return half(first, count // 2) + half(first + count // 2, count // 2)

    expected = half(0, 16) + (half(16, 4) + (half(20, 2) + half(22, 1)))
    states = threads_map(lambda b: float(b.sum()), blocks, threads)
    assert tree_reduce(states, lambda a, b: a + b) == expected


def test_results_come_in_the_order_of_the_items_whichever_is_done_first() -> None:
    second_is_done = threading.Event()

    def work(number: int) -> int:
        if number == 0:
            assert second_is_done.wait(10)
        elif number == 1:
            second_is_done.set()
        return number

    assert list(threads_map(work, range(5), threads=2)) == [0, 1, 2, 3, 4]


def test_items_are_taken_at_most_one_more_than_threads_ahead() -> None:
    taken = []

    def items() -> Iterator[int]:
        for number in range(20):
            taken.append(number)
            yield number

    for number, _ in enumerate(threads_map(abs, items(), threads=3)):
        assert len(taken) <= number + 4
    assert len(taken) == 20


@pytest.mark.parametrize("threads", [1, 2])
def test_the_first_exception_is_raised_in_its_place_and_later_items_are_left(threads: int) -> None:
    done, taken = list[int](), list[int]()

    def items() -> Iterator[int]:
        for number in range(100):
            taken.append(number)
            yield number

    def work(number: int) -> int:
        if number == 2:
            raise ZeroDivisionError("block 2")
        return number

    with pytest.raises(ZeroDivisionError, match="block 2"):
        done.extend(threads_map(work, items(), threads))
    assert done == [0, 1]
    assert len(taken) <= 2 + threads + 1


def test_an_exception_of_the_items_is_raised_after_the_threads_ended() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise OSError("cannot read")

    with pytest.raises(OSError, match="cannot read"):
        list(threads_map(abs, items(), threads=2))
    assert not [t for t in threading.enumerate() if t.name.startswith("ThreadPoolExecutor")]


def test_a_caller_who_stops_leaves_no_thread() -> None:
    found = threads_map(abs, range(100), threads=2)
    assert next(found) == 0
    found.close()  # type: ignore[attr-defined]
    assert not [t for t in threading.enumerate() if t.name.startswith("ThreadPoolExecutor")]


def test_each_thread_starts_with_what_it_is_told() -> None:
    started = []
    assert list(threads_map(abs, range(6), 2, start=lambda: started.append(threading.get_ident()))) == [
        *range(6)
    ]
    assert 1 <= len(set(started)) == len(started) <= 2
    assert threading.get_ident() not in started

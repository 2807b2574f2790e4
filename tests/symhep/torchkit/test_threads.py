"""Groups of replicas on cores."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Barrier, get_ident

import pytest
import torch
from threadpoolctl import threadpool_info, threadpool_limits

from symhep.torchkit.threads import in_groups, on_cores, one_thread_per_operation


@pytest.fixture
def two_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("threads", [1, 2, 3, 16])
def test_cores_do_not_decide_who_is_in_a_group(threads: int) -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        assert in_groups(list, 5, most=2) == [[0, 1], [2], [3], [4]]
        assert in_groups(list, 3, most=1) == [[0], [1], [2]]
        with one_thread_per_operation():
            assert in_groups(len, 100, most=64) == [50, 50]
    finally:
        torch.set_num_threads(before)


def test_blocks_are_on_as_many_threads_as_there_are_cores_with_operations_on_one(two_threads: None) -> None:
    together = Barrier(2, timeout=30)

    def work(number: int) -> tuple[int, int]:
        together.wait()  # two blocks at a time, or never
        return number, torch.get_num_threads()

    with one_thread_per_operation():
        assert list(on_cores(work, range(4))) == [(0, 1), (1, 1), (2, 1), (3, 1)]
    assert torch.get_num_threads() == 2


def test_on_a_gpu_one_block_follows_the_other(two_threads: None) -> None:
    at_work = set[int]()

    def work(number: int) -> int:
        at_work.add(get_ident())
        return number

    assert list(on_cores(work, range(3), "cuda")) == [0, 1, 2]
    assert at_work == {get_ident()}


def test_the_number_of_groups_is_a_power_of_two() -> None:
    assert [len(in_groups(len, n)) for n in (0, 1, 8, 9, 16, 17, 32, 33)] == [1, 1, 1, 2, 2, 4, 4, 8]
    assert max(in_groups(len, 33)) <= 8


@pytest.mark.usefixtures("two_threads")
def test_groups_use_the_cores_that_operations_leave_free() -> None:
    """Each waits for the other: one after the other they would never end."""
    barrier = Barrier(2)

    def meet(_: list[int]) -> bool:
        return barrier.wait(timeout=60) >= 0

    assert in_groups(meet, 2, most=1) == [True, True]
    with one_thread_per_operation(), one_thread_per_operation():
        assert in_groups(meet, 2, most=1) == [True, True]


def test_linear_algebra_of_numpy_uses_one_thread_inside() -> None:
    def threads() -> set[int]:
        return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}

    with threadpool_limits(2, user_api="blas"):
        assert threads() == {2}
        with one_thread_per_operation():
            assert threads() == {1}
        assert threads() == {2}


@pytest.mark.usefixtures("two_threads")
def test_operations_inside_use_one_thread_and_the_setting_returns() -> None:
    assert in_groups(lambda _: torch.get_num_threads(), 4, most=1) == [1, 1, 1, 1]
    assert torch.get_num_threads() == 2
    with pytest.raises(ZeroDivisionError), one_thread_per_operation():
        _ = 1 / 0
    assert torch.get_num_threads() == 2


def test_a_gpu_takes_all_replicas_at_once() -> None:
    assert in_groups(len, 50, device="cuda", most=1) == [50]

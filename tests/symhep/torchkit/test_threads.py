"""Groups of replicas on cores."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from threadpoolctl import threadpool_info, threadpool_limits

from symhep.torchkit.threads import in_groups, one_thread_per_operation


@pytest.fixture
def two_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("two_threads")
def test_every_replica_is_in_one_group_in_order() -> None:
    groups = in_groups(lambda members: members, 5)
    assert groups == [[0, 1, 2], [3, 4]]


def test_linear_algebra_of_numpy_uses_one_thread_inside() -> None:
    def threads() -> set[int]:
        return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}

    with threadpool_limits(2, user_api="blas"):
        assert threads() == {2}
        with one_thread_per_operation():
            assert threads() == {1}
        assert threads() == {2}


@pytest.mark.usefixtures("two_threads")
def test_a_group_is_worth_a_thread() -> None:
    assert in_groups(len, 5, least=3) == [5]
    assert in_groups(len, 6, least=3) == [3, 3]
    assert in_groups(len, 2, least=3) == [2]


@pytest.mark.usefixtures("two_threads")
def test_large_groups_are_divided_alike_among_the_threads() -> None:
    assert in_groups(lambda members: members, 5, most=2) == [[0, 1], [2], [3], [4]]
    assert in_groups(len, 9, least=5, most=4) == [3, 3, 3]
    assert in_groups(len, 4, device="cuda", most=1) == [4]


@pytest.mark.usefixtures("two_threads")
def test_operations_inside_use_one_thread_and_the_setting_returns() -> None:
    assert in_groups(lambda _: torch.get_num_threads(), 4) == [1, 1]
    assert torch.get_num_threads() == 2
    with pytest.raises(ZeroDivisionError), one_thread_per_operation():
        _ = 1 / 0
    assert torch.get_num_threads() == 2


def test_a_gpu_takes_all_replicas_at_once() -> None:
    assert in_groups(len, 5, device="cuda") == [5]

"""Where the work is done changes nothing but the time it takes."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

import symhep
from symhep.errors import CardError, MethodError
from symhep.methods.result import Part
from symhep.run.workers import open_workers


def _part(number: int) -> Part:
    if number == 99:
        raise ValueError("job 99 fails")
    return Part({"n": number})


@pytest.mark.parametrize("where", ["1", "2"])
def test_every_job_is_done_once(where: str) -> None:
    with open_workers(where) as workers:
        done = {number: part.values["n"] for number, part in workers.run(_double, [(3,), (4,), (5,)])}
    assert done == {0: 6, 1: 8, 2: 10}


def _double(number: int) -> Part:
    return Part({"n": 2 * number})


@pytest.mark.parametrize(("where", "error"), [("1", ValueError), ("2", RuntimeError)])
def test_an_error_of_a_job_is_raised(where: str, error: type[Exception]) -> None:
    with open_workers(where) as workers, pytest.raises(error, match="job 99"):
        list(workers.run(_part, [(1,), (99,)]))


def _dies(number: int) -> Part:
    os._exit(1)


def test_a_worker_that_dies_costs_one_call(tmp_path: Path) -> None:
    with open_workers("2") as workers:
        with pytest.raises(MethodError, match="a worker process died"):
            list(workers.run(_dies, [(1,)]))
        assert [number for number, _ in workers.run(_double, [(1,)])] == [0]


@pytest.mark.parametrize("where", ["0", "-1", "many", ""])
def test_nonsense(where: str) -> None:
    with pytest.raises(CardError, match="neither a number of processes nor dask"), open_workers(where):
        pass


def test_without_dask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(CardError, match=r"pip install 'symhep\[dask\]'"),
        open_workers("dask:tcp://127.0.0.1:1"),
    ):
        pass


def test_two_processes_give_the_numbers_of_one(tmp_path: Path) -> None:
    """A real method in real processes: 25 runs make two shards."""
    card: dict[str, Any] = {
        "symhep": 1,
        "datasets": {"ring": {"format": "toy", "options": {"name": "circle", "events": 300}}},
        "features": {"xy": {"vars": ["x1", "x2"]}},
        "methods": {
            "rel": {
                "use": "vae",
                "features": "xy",
                "options": {"latent_dim": 2, "runs": 25, "epochs": 2, "min_steps": 0},
            }
        },
        "output": {"figures": []},
    }
    one = symhep.run(card, tmp_path / "one")
    two = symhep.run(card, tmp_path / "two", workers="2")
    assert one.results["rel"].summary["relevance"]["mean"] == pytest.approx(
        two.results["rel"].summary["relevance"]["mean"], rel=1e-4
    )


def test_a_dask_cluster_gives_the_numbers_of_one_process() -> None:
    from distributed import LocalCluster

    with (
        LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster,
        open_workers(f"dask:{cluster.scheduler_address}") as workers,
    ):
        done = {number: part.values["n"] for number, part in workers.run(_double, [(3,), (4,)])}
    assert done == {0: 6, 1: 8}


def test_no_dask_scheduler_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["symhep.run.workers"], "PATIENCE_S", 1.0)
    with pytest.raises(CardError, match="no dask scheduler answers"), open_workers("dask:tcp://127.0.0.1:1"):
        pass

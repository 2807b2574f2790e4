"""Where the work is done changes nothing but the time it takes."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

import symhep
from symhep.errors import CardError, InputError, MethodError
from symhep.methods.result import Part
from symhep.plugin.isolation import traceback_of
from symhep.run.workers import open_workers


@pytest.mark.parametrize("where", ["1", "2"])
def test_every_job_is_done_once(where: str) -> None:
    with open_workers(where) as workers:
        done = {number: part.values["n"] for number, part in workers.run(_double, [(3,), (4,), (5,)])}
    assert done == {0: 6, 1: 8, 2: 10}


def _double(number: int) -> Part:
    return Part({"n": 2 * number})


class Awkward(InputError):
    """A plugin's own error, which asks for more than its text."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(f"line {line}: {text}")


class Untellable(BaseException):
    """An exception whose very text fails."""

    def __str__(self) -> str:
        sys.exit(0)


#: How a job may end, the error that comes of it, and its text.
ENDS = {
    "error": (lambda: ValueError("job 99"), MethodError, "ValueError: job 99"),
    "exit": (lambda: SystemExit(0), MethodError, "SystemExit: 0"),
    "generator": (GeneratorExit, MethodError, "GeneratorExit: "),
    "own": (Untellable, MethodError, r"Untellable: \(its message cannot be shown: SystemExit\)"),
    "on purpose": (lambda: MethodError("too few events"), MethodError, "^too few events$"),
    "awkward": (lambda: Awkward(7, "no number"), InputError, "^line 7: no number$"),
}


def _ends(how: str) -> Part:
    raise ENDS[how][0]()


def _fails_as_told(where: str, how: str) -> None:
    _, error, text = ENDS[how]
    with open_workers(where) as workers, pytest.raises(error, match=text) as caught:
        list(workers.run(_ends, [(how,)]))
    trace = traceback_of(caught.value)
    assert ("in _ends" in trace) == (how not in ("on purpose", "awkward"))


@pytest.mark.parametrize("how", ENDS)
@pytest.mark.parametrize("where", ["1", "2"])
def test_whatever_a_job_raises_is_an_error(where: str, how: str) -> None:
    _fails_as_told(where, how)


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
        for how in ENDS:
            _fails_as_told(f"dask:{cluster.scheduler_address}", how)


def test_no_dask_scheduler_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[open_workers.__module__], "PATIENCE_S", 1.0)
    with pytest.raises(CardError, match="no dask scheduler answers"), open_workers("dask:tcp://127.0.0.1:1"):
        pass


class _Stays:
    """What cannot be sent to another process."""

    def __reduce__(self) -> Any:
        raise TypeError("a lock stays where it is")


def test_work_that_cannot_be_sent(tmp_path: Path) -> None:
    with (
        open_workers("2") as workers,
        pytest.raises(
            MethodError, match="the work cannot be sent to a worker process: TypeError: a lock stays"
        ),
    ):
        list(workers.run(_double, [(_Stays(),)]))

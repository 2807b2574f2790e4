"""Where the work is done changes nothing but the time it takes."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Sequence
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

import pytest

import symhep
from symhep.errors import CardError, InputError, MethodError
from symhep.methods.result import Part
from symhep.plugin.isolation import traceback_of
from symhep.run import dask_workers
from symhep.run.jobs import Job
from symhep.run.workers import open_workers


def jobs(*arguments: Any, names: Sequence[str] = ()) -> list[Job]:
    """A job for each argument."""
    return [Job((one,), n, name=names[n] if names else f"job {n}") for n, one in enumerate(arguments)]


@pytest.mark.parametrize("where", ["1", "2"])
def test_every_job_is_done_once(where: str) -> None:
    with open_workers(where) as workers:
        done = {number: part.values["n"] for number, part in workers.run(_double, jobs(3, 4, 5))}
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
        list(workers.run(_ends, jobs(how, how)))
    trace = traceback_of(caught.value)
    assert ("in _ends" in trace) == (how not in ("on purpose", "awkward"))


@pytest.mark.parametrize("how", ENDS)
@pytest.mark.parametrize("where", ["1", "2"])
def test_whatever_a_job_raises_is_an_error(where: str, how: str) -> None:
    _fails_as_told(where, how)


def _dies(number: int) -> Part:
    os._exit(1)


def test_a_job_whose_process_dies_again_and_again() -> None:
    with open_workers("2") as workers:
        told = r"^reading b\.root: the worker process died, 3 times \(exit code 1\)\. If it ran out of memory"
        with pytest.raises(MethodError, match=told):
            list(workers.run(_dies_at, jobs(3, 4, names=("reading a.root", "reading b.root"))))
        assert sorted(number for number, _ in workers.run(_double, jobs(1, 2))) == [0, 1]


def _dies_at(number: int) -> Part:
    return _double(number) if number == 3 else _dies(number)


def _killed_once(folder: Path, number: int) -> int:
    """Its own number of the times that it was begun; the first time it kills its process."""
    begun = folder / f"{number}-{os.getpid()}"
    begun.touch()
    if len(list(folder.glob(f"{number}-*"))) == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def test_a_killed_process_costs_its_own_job(tmp_path: Path) -> None:
    with open_workers("3") as workers:
        done = dict(workers.run(_killed_once, [Job((tmp_path, n), n) for n in range(4)]))
    assert done == {n: n for n in range(4)}
    assert [len(list(tmp_path.glob(f"{n}-*"))) for n in range(4)] == [2, 2, 2, 2]


def _process(number: int) -> int:
    return os.getpid()


def test_processes_stay_for_the_whole_run() -> None:
    with open_workers("2") as workers:
        first = {pid for _, pid in workers.run(_process, jobs(*range(8)))}
        second = {pid for _, pid in workers.run(_process, jobs(*range(8)))}
        alone = [pid for _, pid in workers.run(_process, jobs(0))]
    assert second <= first
    assert os.getpid() not in first
    assert len(first) <= 2
    assert alone == [os.getpid()]  # to start a process for it would take longer
    for pid in first:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_work_that_is_given_up_is_ended() -> None:
    with open_workers("2") as workers:
        for _, pid in workers.run(_process, jobs(*range(8))):
            assert pid
            break
        assert sorted(number for number, _ in workers.run(_double, jobs(1, 2))) == [0, 1]


@pytest.mark.parametrize("where", ["0", "-1", "many", ""])
def test_nonsense(where: str) -> None:
    with pytest.raises(CardError, match="is not a number of processes or dask"), open_workers(where):
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
    two = symhep.run(card, tmp_path / "two", workers=2)
    assert one.results["rel"].summary["relevance"]["mean"] == pytest.approx(
        two.results["rel"].summary["relevance"]["mean"], rel=1e-4
    )


def test_a_dask_cluster_gives_the_numbers_of_one_process() -> None:
    from distributed import LocalCluster

    with (
        LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=":0") as cluster,
        open_workers(f"dask:{cluster.scheduler_address}") as workers,
    ):
        done = {number: part.values["n"] for number, part in workers.run(_double, jobs(3, 4))}
        assert done == {0: 6, 1: 8}
        for how in ENDS:
            _fails_as_told(f"dask:{cluster.scheduler_address}", how)


def test_no_dask_scheduler_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask_workers, "PATIENCE_S", 1.0)
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
            MethodError, match="the job cannot be sent to a worker process: TypeError: a lock stays"
        ),
    ):
        list(workers.run(_double, jobs(_Stays(), _Stays())))


def _gives_what_stays(number: int) -> _Stays:
    return _Stays()


def test_an_answer_that_cannot_be_sent() -> None:
    told = "the result of a job cannot be sent back: TypeError: a lock stays"
    with open_workers("2") as workers, pytest.raises(MethodError, match=told):
        list(workers.run(_gives_what_stays, jobs(1, 2)))


@pytest.mark.skipif(
    "forkserver" not in multiprocessing.get_all_start_methods(), reason="no such server on this system"
)
def test_the_server_that_starts_processes_is_killed() -> None:
    with open_workers("2") as workers:
        assert len(list(workers.run(_double, jobs(1, 2)))) == 2
        os.kill(forkserver._forkserver._forkserver_pid, signal.SIGKILL)
        assert sorted(index for index, _ in workers.run(_double, jobs(*range(6)))) == list(range(6))
        assert len(list(workers.run(_double, jobs(1, 2)))) == 2

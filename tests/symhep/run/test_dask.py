"""A dask cluster, started as dask-jobqueue starts it, gives the numbers of one process, whatever its workers do."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import symhep
from symhep.errors import CardError, InputError, MethodError
from symhep.run import dask_workers, file_part
from symhep.run.jobs import Job
from symhep.run.workers import open_workers

sys.path.append(str(Path(__file__).resolve().parents[2]))
plugin = importlib.import_module("passes_plugin")
distributed = pytest.importorskip("distributed", reason="pip install 'symhep[dask]'")


@pytest.fixture
def scheduler() -> Iterator[Any]:
    """A cluster without workers."""
    with distributed.LocalCluster(n_workers=0, dashboard_address=None) as cluster:
        yield cluster


@pytest.fixture
def workers(scheduler: Any, tmp_path: Path) -> Iterator[str]:
    """With two, as the job scripts of dask-jobqueue start them: a nanny with a process each."""
    env = plugin.install(tmp_path / "plugin")
    words = [sys.executable, "-m", "distributed.cli.dask_worker", scheduler.scheduler_address]
    words += ["--nthreads", "1", "--memory-limit", "2GB", "--nanny", "--death-timeout", "60"]
    words += ["--local-directory", str(tmp_path / "scratch"), "--no-dashboard"]
    with (tmp_path / "log").open("wb") as log:
        started = [
            subprocess.Popen([*words, "--name", name], env=env, stdout=log, stderr=log) for name in "ab"
        ]
        try:
            yield f"dask:{scheduler.scheduler_address}"
        finally:
            for process in started:
                process.terminate()
            for process in started:
                process.wait()


def test_killed_workers_change_no_bit(tmp_path: Path, workers: str) -> None:
    """In each pass a worker is killed by SIGKILL while it sums a block."""
    plugin.write_events(tmp_path / "events.parquet")
    marks = tmp_path / "marks"
    marks.mkdir()
    card = plugin.card(tmp_path / "events.parquet", dies=str(marks))
    away = symhep.run(card, tmp_path / "away", workers=workers, registry=plugin.registry())
    assert not away.failed
    assert sorted(mark.name for mark in marks.iterdir()) == ["mean", "third", "variance"]
    assert away.results["moments"].record.events == 300_000
    symhep.run(card, tmp_path / "here", registry=plugin.registry())  # the marks are there: nobody dies
    plugin.same_run(tmp_path / "here", tmp_path / "away")


def test_a_cluster_that_has_workers_when_there_is_work(scheduler: Any) -> None:
    scheduler.adapt(minimum=0, maximum=1, interval="100ms")
    with open_workers(f"dask:{scheduler.scheduler_address}") as cluster:
        done = dict(cluster.run(_double, [Job((n,), n) for n in range(20)]))
    assert done == {n: 2 * n for n in range(20)}


def _double(number: int) -> int:
    return 2 * number


def test_no_worker_comes(scheduler: Any, monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    monkeypatch.setattr(dask_workers, "WORKERS_S", 0.2)
    monkeypatch.setattr(dask_workers, "LOOK_S", 0.2)
    told = "the dask cluster has had no worker for 0 s: check the queue of the batch system"
    with (
        pytest.raises(MethodError, match=told),
        open_workers(f"dask:{scheduler.scheduler_address}") as cluster,
    ):
        list(cluster.run(_double, [Job((1,))]))
    assert "the dask cluster has no worker; waiting for one" in caplog.text


def _dies(number: int) -> None:
    os._exit(1)


@pytest.fixture
def one_worker() -> Iterator[str]:
    with distributed.LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster:
        yield f"dask:{cluster.scheduler_address}"


def test_other_versions(one_worker: str, monkeypatch: pytest.MonkeyPatch) -> None:
    here = dask_workers.versions(dask_workers.CARRYING)
    monkeypatch.setattr(dask_workers, "versions", lambda more: here | {"numpy": "1.0"})
    told = (
        r"the dask worker tcp://\S+ has numpy \S+ \(here 1\.0\); client, scheduler and workers need the same"
    )
    with open_workers(one_worker) as cluster, pytest.raises(CardError, match=told):
        list(cluster.run(_double, [Job((1,))]))
    monkeypatch.setattr(dask_workers, "versions", lambda more: here | {"python": "3.1"})
    with (
        pytest.raises(CardError, match=r"the dask scheduler has python \S+ \(here 3\.1\)"),
        open_workers(one_worker),
    ):
        pass


def test_a_job_that_kills_every_worker(one_worker: str) -> None:
    with open_workers(one_worker) as cluster:
        told = "^reading b.root: the dask workers that processed it died, one after the other"
        with pytest.raises(MethodError, match=told):
            list(cluster.run(_dies, [Job((1,), name="reading b.root")]))


def test_a_file_that_a_machine_does_not_see(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even where broken files are left out: these are not broken."""
    plugin.write_events(tmp_path / "events.parquet", 100)
    card = plugin.card(tmp_path / "events.parquet")
    card["run"]["bad_files"] = "skip"
    monkeypatch.setattr(file_part, "obstacle", lambda path: "no such file")
    told = (
        r"events\.parquet: no such file on the machine '.+', which reads it; files must lie under the "
        r"same path"
    )
    with pytest.raises(InputError, match=told):
        symhep.run(card, tmp_path / "run", registry=plugin.registry())

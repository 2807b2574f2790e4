"""Numbers depend neither on the order in which events are summed, nor on what is killed meanwhile: bit for bit."""

from __future__ import annotations

import importlib
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

import symhep
from symhep.run import workers
from symhep.run.jobs import Job

sys.path.append(str(Path(__file__).resolve().parent))  # as the processes of these tests import it
plugin = importlib.import_module("passes_plugin")
killing = importlib.import_module("killing")


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("events") / "events.parquet"
    plugin.write_events(path)
    return path


@pytest.fixture(scope="module")
def alone(events: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("alone") / "run"
    killing.run(plugin.card(events), folder)
    return folder


@pytest.mark.parametrize("kills", [2, pytest.param(5, marks=pytest.mark.slow)])
def test_kills_at_random_moments_change_no_bit(tmp_path: Path, events: Path, alone: Path, kills: int) -> None:
    """Of the main process, and of two workers."""
    folder = tmp_path / "run"
    card = plugin.card(events, slow_s=0.05)
    killing.kill_runs(card, folder, kills, random.Random(2), 4.0)
    killing.run(card, tmp_path / "slow")
    plugin.same_run(tmp_path / "slow", folder)


def test_three_processes(tmp_path: Path, events: Path, alone: Path) -> None:
    killing.run(plugin.card(events), tmp_path / "run", "3")
    plugin.same_run(alone, tmp_path / "run")


def test_the_order_of_segments_and_blocks(
    tmp_path: Path, events: Path, alone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = list[list[int]]()

    def run(self: Any, function: Callable[..., Any], jobs: Sequence[Job]) -> Iterator[tuple[int, Any]]:
        mixed = random.Random(len(orders)).sample(list(jobs), len(jobs))
        orders.append([job.index for job in mixed])
        for job in mixed:
            yield job.index, function(*job.arguments)

    monkeypatch.setattr(workers.Serial, "run", run)
    symhep.run(plugin.card(events), tmp_path / "run", registry=plugin.registry())
    assert any(order != sorted(order) for order in orders)
    plugin.same_run(alone, tmp_path / "run")

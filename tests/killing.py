"""Runs and tasks of farms that are killed by SIGKILL at random moments, and begun again until they are done."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import signal
from pathlib import Path
from typing import Any

import passes_plugin

import symhep
from symhep.card.loader import load_card
from symhep.methods.context import SilentProgress


def context() -> Any:
    """Processes that have the imports behind them."""
    found = multiprocessing.get_context("forkserver")
    found.set_forkserver_preload(["symhep.run.farm.merge", "passes_plugin"])
    return found


def run(card: dict[str, Any], folder: Path, workers: str = "1") -> None:
    """A run, as a process does it."""
    done = symhep.run(card, folder, workers=workers, registry=passes_plugin.registry())
    assert not done.failed


def kill_runs(card: dict[str, Any], folder: Path, kills: int, chance: random.Random, longest_s: float) -> int:
    """A run with two workers is killed so many times, main process or worker; then it ends. Returns the kills."""
    done = 0
    while True:
        main = context().Process(target=run, args=(card, folder, "2"))
        main.start()
        while done < kills and main.is_alive():
            main.join(chance.uniform(0.0, longest_s))
            workers = _children(main.pid)
            victim = chance.choice([main.pid, *workers])
            if main.is_alive():
                done += _killed(victim)
        main.join()
        if main.exitcode == 0:
            return done
        assert main.exitcode == -signal.SIGKILL


def _children(pid: int) -> list[int]:
    """Workers, and what starts them."""
    try:
        own = [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
    return own + [deeper for child in own for deeper in _children(child)]


def _killed(pid: int) -> int:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return 0
    return 1


def kill_tasks(
    card: dict[str, Any], root: Path, tasks: int, share: float, chance: random.Random, longest_s: float
) -> tuple[int, set[int]]:
    """A farm whose tasks, two at a time, are killed now and then, until its run is done. Returns the number of kills,
    and which tasks were ever missing."""
    from symhep.run.farm.merge import make_farm, merge_farm

    path, killed, missing = root.with_suffix(".json"), 0, set[int]()
    path.write_text(json.dumps(card))
    quiet, registry = SilentProgress(), passes_plugin.registry()
    merged = make_farm(load_card(path), root, tasks, "shell", quiet, registry)
    while merged.run is None:
        left, doing = list(merged.missing or merged.farm.work), dict[int, Any]()
        while left or doing:
            while left and len(doing) < 2:
                number = left.pop()
                doing[number] = context().Process(target=passes_plugin.do_task, args=(root, number, tasks))
                doing[number].start()
            number, process = next(iter(doing.items()))
            if chance.random() < share:
                process.join(chance.uniform(0.0, longest_s))
                killed += process.is_alive()
                process.kill()
            process.join()
            del doing[number]
        merged = merge_farm(root, quiet, registry)
        missing |= set(merged.missing)
    assert not merged.run.failed
    return killed, missing

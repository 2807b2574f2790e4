"""Kills a run, its workers and the tasks of a farm by SIGKILL at many random moments, and compares the numbers bit for
bit with those of a run that nobody disturbed: python benchmarks/kills.py [KILLS] [SEED]
"""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "tests"))

import killing
import passes_plugin


def main(kills: int, seed: int) -> None:
    """Half of the kills are of main processes and workers, the others of tasks."""
    chance, done, number = random.Random(seed), 0, 0
    with tempfile.TemporaryDirectory() as name:
        room = Path(name)
        passes_plugin.write_events(room / "events.parquet")
        card = passes_plugin.card(room / "events.parquet", slow_s=0.05)
        killing.run(card, room / "alone")
        while done < kills:
            number += 1
            if done < kills // 2:
                new = killing.kill_runs(card, room / f"run{number}", 5, chance, 6.0)
                passes_plugin.same_run(room / "alone", room / f"run{number}")
            else:
                new, _ = killing.kill_tasks(card, room / f"farm{number}", 5, 1 / 3, chance, 2.0)
                passes_plugin.same_run(room / "alone", room / f"farm{number}" / "run")
            done += new
            print(f"{done} kills, {number} runs, all the same bits", flush=True)


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    main(*(given + [40, 1][len(given) :]))

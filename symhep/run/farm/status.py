"""How far a farm is, in a table of its rounds."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from symhep.run.farm.folder import OUTPUTS, Farm, TaskReport
from symhep.run.farm.submit import ranges

__all__ = ["rows"]


def rows(root: Path) -> list[str]:
    """The table, line by line: tasks of each round that are done, failed and missing, and the time that they took."""
    farm, _ = Farm.read(root)
    ended: dict[int, list[TaskReport]] = defaultdict(list)
    for path in sorted((root / OUTPUTS).glob("round-*-task-*.json")):
        number, task = path.stem.split("-")[1::2]
        if (report := TaskReport.read(root / OUTPUTS, int(number), int(task))) is not None:
            ended[report.round].append(report)
    lines = ["round   done failed missing   longest task      all tasks"]
    for one in sorted({*ended, *([farm.round] if farm.work else [])}):
        own = ended[one]
        bad, times = sum(r.code != 0 for r in own), [r.duration_s for r in own]
        missing = set(farm.work) - {r.task for r in own} if one == farm.round else set[int]()
        counts = f"{one:5d} {len(own) - bad:6d} {bad:6d} {len(missing):7d}"
        lines.append(f"{counts} {max(times, default=0.0):12.0f} s {sum(times):12.0f} s")
        if missing and own:
            lines.append(f"      missing: {ranges(missing)}")
    lines.append(f"waiting for: {', '.join(farm.waiting)}" if farm.waiting else "the run is done")
    return lines

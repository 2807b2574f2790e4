"""The folder of a farm: what tasks need, what they gave, and the run that comes of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from symhep.errors import StoreError
from symhep.run.folder import RunFolder
from symhep.run.part_store import PartStore

__all__ = ["BUNDLE", "CARD", "TASK", "Farm", "Kind", "TaskReport", "output_name"]

#: What travels to a task: the resolved card, the plan, and what was merged of earlier rounds.
TASK = "task"
PLAN, CARD, BUNDLE = "farm.json", "card.yaml", "merged.npz"
#: Where tasks put what they found, and where the run is made of it.
OUTPUTS, RUN = "tasks", "run"
#: Systems that a farm is written for.
Kind = str
_SCHEMA = 1


@dataclass(frozen=True)
class Farm:
    """The plan of a farm.

    Attributes
    ----------
    tasks, kind
        How many there are, and for what system submit files are written.
    round, work
        The round that is being done, and the tasks that have work in it.
    waiting
        What has no result yet: methods and control plots, or the files.
    versions, device
        Those that all tasks must have.
    files
        Input files with size and hash.
    segments
        Where they are cut, see `symhep.run.cuts`.
    store
        Run folder and mark, by which a machine knows whether it sees it.
    python, code, lines
        The interpreter that tasks run, folders of functions that the card names, and lines for the submit file.
    names
        Methods that are run.
    """

    tasks: int
    kind: Kind
    versions: Mapping[str, str]
    device: str
    files: Mapping[str, Mapping[str, Any]]
    store: PartStore
    python: str
    code: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    segments: Mapping[str, Any] | None = None
    round: int = 0
    work: tuple[int, ...] = ()
    waiting: tuple[str, ...] = ()

    def write(self, root: Path) -> None:
        """Into the folder of the farm."""
        RunFolder(root / TASK).write_json(PLAN, {"schema": _SCHEMA, **asdict(self)})

    @classmethod
    def read(cls, root: Path) -> tuple[Farm, Path]:
        """The farm in a folder, or in the part of it that travels, and where that part lies.

        Raises `StoreError` for a folder that holds none, or one of another version.
        """
        place = root / TASK if (root / TASK / PLAN).is_file() else root
        found = RunFolder(place).read_json(PLAN)
        if not isinstance(found, dict):
            raise StoreError(f"{root} is not a farm folder: give the folder that symhep farm wrote")
        if found.pop("schema", None) != _SCHEMA:
            raise StoreError(
                f"{place / PLAN} was written by another version of symhep; create the farm again"
            )
        try:
            store = PartStore(found["store"]["root"], found["store"]["mark"])
            tuples = {key: tuple(found[key]) for key in ("code", "lines", "names", "work", "waiting")}
            return cls(**{**found, **tuples, "store": store}), place
        except (KeyError, TypeError) as error:
            raise StoreError(f"{place / PLAN} is damaged or was changed; create the farm again") from error

    def next(self, work: set[int], waiting: list[str], segments: Mapping[str, Any]) -> Farm:
        """With another round."""
        return replace(
            self, round=self.round + 1, work=tuple(sorted(work)), waiting=tuple(waiting), segments=segments
        )


def output_name(number: int, task: int) -> str:
    """How the files begin that a task writes.

    >>> output_name(2, 13)
    'round-02-task-00013'
    """
    return f"round-{number:02d}-task-{task:05d}"


@dataclass(frozen=True)
class TaskReport:
    """How a task ended. ``code``: its exit code; ``error``: what went wrong, '' if nothing did."""

    round: int
    task: int
    code: int
    error: str
    failed: Mapping[str, str]
    host: str
    started: str
    duration_s: float

    @classmethod
    def read(cls, folder: Path, number: int, task: int) -> TaskReport | None:
        """That of a task, or None if there is none."""
        path = folder / f"{output_name(number, task)}.json"
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

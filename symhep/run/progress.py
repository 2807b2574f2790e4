"""How far long work is: bars on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from symhep.methods.context import Task
from symhep.printable import printable

__all__ = ["TerminalProgress"]


class TerminalProgress:
    """Bars with elapsed and remaining time, on stderr; nothing where stderr is not a terminal."""

    def __init__(self) -> None:
        from rich.console import Console

        # FORCE_COLOR, which Jupyter sets for the commands of a notebook, asks for colours and not for bars that move.
        self.console = Console(stderr=True, force_terminal=None if sys.stderr.isatty() else False)

    @contextmanager
    def task(self, description: str, total: int) -> Iterator[Task]:
        """Open a bar; a total of 0 means that nobody knows it, and a count is shown instead."""
        from rich import progress as rich

        # Names of files are no markup.
        columns: list[Any] = [rich.SpinnerColumn(), rich.TextColumn("{task.description}", markup=False)]
        if total:
            columns += [
                rich.BarColumn(), rich.TextColumn("{task.percentage:>3.0f} %"), rich.TimeRemainingColumn()
            ]  # fmt: skip
        else:
            columns += [rich.TextColumn("{task.completed:,.0f} events")]
        columns += [
            rich.TimeElapsedColumn(),
            rich.TextColumn("{task.fields[note]}", style="dim", markup=False),
        ]
        quiet = not self.console.is_terminal
        with rich.Progress(*columns, console=self.console, disable=quiet, transient=quiet) as bars:
            bar = bars.add_task(printable(description), total=total or None, note="")

            def tick(steps: int = 1, note: str = "") -> None:
                bars.update(bar, advance=steps)
                if note:
                    bars.update(bar, note=printable(note))

            yield tick

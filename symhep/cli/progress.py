"""Progress bars on a terminal, silence elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from symhep.methods.context import Task

__all__ = ["TerminalProgress"]


class TerminalProgress:
    """Bars with elapsed and remaining time, on stderr; nothing where stderr is not a terminal."""

    def __init__(self) -> None:
        self.console = Console(stderr=True)

    @contextmanager
    def task(self, description: str, total: int) -> Iterator[Task]:
        """Open a bar; a total of 0 means that nobody knows it, and a count is shown instead."""
        columns = [SpinnerColumn(), TextColumn("{task.description}")]
        if total:
            columns += [BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TimeRemainingColumn()]
        else:
            columns += [TextColumn("{task.completed:,.0f} events")]
        columns += [TimeElapsedColumn(), TextColumn("[dim]{task.fields[note]}")]
        quiet = not self.console.is_terminal
        with Progress(*columns, console=self.console, disable=quiet, transient=quiet) as bars:
            bar = bars.add_task(description, total=total or None, note="")

            def tick(steps: int = 1, note: str = "") -> None:
                bars.update(bar, advance=steps)
                if note:
                    bars.update(bar, note=note)

            yield tick

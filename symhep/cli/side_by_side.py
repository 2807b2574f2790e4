"""Methods in several regions at the end of a run: a table of what differs."""

from __future__ import annotations

import json
from pathlib import Path

from symhep.printable import printable

__all__ = ["show_regions"]

#: Rows of a method; the report has them all.
_ROWS = 8


def show_regions(folder: Path) -> None:
    """Print the tables that results.json has of methods in several regions."""
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    if not (regions := results.get("regions")):
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table as Grid

    from symhep.methods.table import Table

    console = Console(highlight=False)
    for name, stored in regions.items():
        table = Table.from_json(stored["chosen"])
        grid = Grid(escape(name), *(escape(str(c)) for c in table.columns[1:]), box=None, header_style="bold",
                    pad_edge=False)  # fmt: skip
        for row in table.texts()[:_ROWS]:
            grid.add_row(*(escape(printable(cell)) for cell in row))
        console.print()
        console.print(grid)
        if len(table.rows) > _ROWS:
            console.print(f"and {len(table.rows) - _ROWS} more in the report")

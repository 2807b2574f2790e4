"""A table as the page shows it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from symhep.methods.notation import typeset
from symhep.methods.number import Number
from symhep.methods.p_values import PValue
from symhep.methods.table import Cell, Table, cell_text
from symhep.report.numbers import column

__all__ = ["TableView", "sort_key"]

_NUMBER = re.compile(r"[<≤(]?\s*([-+]?\d[\d,]*(?:\.\d+)?)(?:[^()]*\))?(e[-+]?\d+)?(?![\w.])")


@dataclass(frozen=True)
class TableView:
    """A table as the page shows it; ``numeric`` says of each column whether it holds numbers."""

    table: Table

    @property
    def columns(self) -> list[str]:
        """Heads with their units."""
        return [str(head) for head in self.table.columns]

    @property
    def caption(self) -> str:
        """A sentence."""
        return self.table.caption

    @property
    def numeric(self) -> list[bool]:
        """Whether to align the column to the right."""
        return [all(_is_numeric(row[i]) for row in self.table.rows) for i in range(len(self.columns))]

    @property
    def keys(self) -> list[tuple[float | None, ...]]:
        """What the rows sort by: numbers, p-values by their logarithm; None: by its text."""
        return [tuple(sort_key(cell) for cell in row) for row in self.table.rows]

    @property
    def texts(self) -> list[tuple[str, ...]]:
        """The rows as they are shown."""
        cells = [_texts([row[i] for row in self.table.rows]) for i in range(len(self.columns))]
        return list(zip(*cells, strict=True))


def _texts(cells: Sequence[Cell]) -> list[str]:
    plain = all(cell is None or isinstance(cell, bool | int | float | str) for cell in cells)
    return column(cells) if plain else [typeset(cell_text(cell)) for cell in cells]


def sort_key(cell: Cell) -> float | None:
    """The number that a cell sorts by; of a text the one that it begins with.

    >>> [sort_key(c) for c in (2, PValue(log10_p=-400.0), "57.2 % [55, 59]", "(1.5 ± 0.2)e-09", "< 3 %", "J_z", None)]
    [2.0, -400.0, 57.2, 1.5e-09, 3.0, None, None]
    """
    if isinstance(cell, PValue):
        return cell.log10_p
    if isinstance(cell, Number):
        return cell.value
    if isinstance(cell, str):
        found = _NUMBER.match(cell)
        return None if found is None else float(f"{found[1].replace(',', '')}{found[2] or ''}")
    return None if cell is None or isinstance(cell, bool) else float(cell)


def _is_numeric(value: Any) -> bool:
    return value is None or (isinstance(value, int | float | Number | PValue) and not isinstance(value, bool))

"""A table as the page shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from symhep.methods.notation import typeset
from symhep.methods.number import Number
from symhep.methods.p_values import PValue
from symhep.methods.table import Cell, Table, cell_text
from symhep.report.numbers import column

__all__ = ["TableView"]


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
    def texts(self) -> list[tuple[str, ...]]:
        """The rows as they are shown."""
        cells = [_texts([row[i] for row in self.table.rows]) for i in range(len(self.columns))]
        return list(zip(*cells, strict=True))


def _texts(cells: Sequence[Cell]) -> list[str]:
    plain = all(cell is None or isinstance(cell, bool | int | float | str) for cell in cells)
    return column(cells) if plain else [typeset(cell_text(cell)) for cell in cells]


def _is_numeric(value: Any) -> bool:
    return value is None or (isinstance(value, int | float | Number | PValue) and not isinstance(value, bool))

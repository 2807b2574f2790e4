"""Tables of a result: numbers with a unit, not formatted strings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from symhep.errors import StoreError
from symhep.methods.number import Bounded, Number
from symhep.methods.p_values import PValue, short_p
from symhep.methods.record import jsonable

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Cell", "Heading", "Table"]

#: What a cell may hold; None: not measured, or not applicable.
Cell = bool | int | float | str | Number | PValue | None


@dataclass(frozen=True)
class Heading:
    """Head of a column.

    Attributes
    ----------
    name
        What the column holds.
    unit
        Holds for every number in it; '' for a pure number.

    Examples
    --------
    >>> str(Heading("pt", "GeV")), str(Heading("events"))
    ('pt [GeV]', 'events')
    """

    name: str
    unit: str = ""

    def __str__(self) -> str:
        return f"{self.name} [{self.unit}]" if self.unit else self.name


@dataclass(frozen=True)
class Table:
    """Rows under column heads: numbers with a unit, not formatted strings.

    Attributes
    ----------
    columns
        Heads.
    rows
        Each with as many cells as there are columns. A cell is a bool, a number, a text, a `Number`, a `PValue`, or
        None for what was not measured.
    caption
        A sentence.

    Raises
    ------
    ValueError
        For a row with another number of cells.

    Examples
    --------
    >>> table = Table.of(("jet", Heading("pt", "GeV")), [(1, Number.with_error(45.2, 1.1))], "Jets.")
    >>> table.texts()
    (('1', '45.2 ± 1.1'),)
    >>> table.to_pandas().columns.tolist()
    ['jet', 'pt [GeV]', 'pt [GeV] low', 'pt [GeV] high']
    >>> Table.from_json(table.to_json()) == table
    True
    """

    columns: tuple[Heading, ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption: str = ""

    @classmethod
    def of(cls, columns: Sequence[str | Heading], rows: Sequence[Sequence[Any]], caption: str = "") -> Table:
        """A table from names and rows.

        Parameters
        ----------
        columns
            Names, or `Heading` objects where there is a unit.
        rows
            Cells may be numpy numbers, too; NaN and infinities become None.
        caption
            A sentence.

        Returns
        -------
        Table
            Checked: each row has a cell per column.

        Examples
        --------
        >>> Table.of(("n",), [[float("nan")]]).rows
        ((None,),)
        """
        heads = tuple(Heading(c) if isinstance(c, str) else c for c in columns)
        return cls(heads, tuple(tuple(map(jsonable, row)) for row in rows), caption)

    def __post_init__(self) -> None:
        wrong = [len(row) for row in self.rows if len(row) != len(self.columns)]
        if wrong:
            raise ValueError(f"a table of {len(self.columns)} columns has a row of {wrong[0]} cells")

    def texts(self) -> tuple[tuple[str, ...], ...]:
        """The rows as text, number by number; the report aligns the digits of a column itself.

        Returns
        -------
        tuple
            A tuple of texts per row; '–' for None.
        """
        return tuple(tuple(cell_text(cell) for cell in row) for row in self.rows)

    def to_pandas(self) -> pd.DataFrame:
        """A data frame of plain numbers.

        Returns
        -------
        pandas.DataFrame
            A number with its interval becomes three columns, NAME, NAME low and NAME high; a p-value two, NAME and
            NAME log10.

        Raises
        ------
        ImportError
            Where pandas is not installed.
        """
        try:
            import pandas as pd
        except ImportError as error:
            raise ImportError(
                "a data frame needs pandas, which is not installed: pip install pandas"
            ) from error

        frame: dict[str, list[Any]] = {}
        for position, head in enumerate(self.columns):
            cells = [row[position] for row in self.rows]
            for part, values in _parts(cells).items():
                frame[f"{head}{part}"] = values
        return pd.DataFrame(frame)

    def to_json(self) -> dict[str, Any]:
        """As stored in result.json.

        Returns
        -------
        dict
            ``columns`` (name and unit), ``rows`` and ``caption``.
        """
        return {
            "columns": [{"name": head.name, "unit": head.unit} for head in self.columns],
            "rows": [
                [cell.to_json() if isinstance(cell, Number | PValue) else cell for cell in row]
                for row in self.rows
            ],
            "caption": self.caption,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Table:
        """A stored table.

        Parameters
        ----------
        stored
            What `to_json` gave.

        Returns
        -------
        Table
            Equal to the one that was stored.

        Raises
        ------
        StoreError
            For what is no table of this version: run the card again.
        """
        try:
            return cls(
                tuple(Heading(head["name"], head["unit"]) for head in stored["columns"]),
                tuple(tuple(_cell(cell) for cell in row) for row in stored["rows"]),
                stored["caption"],
            )
        except (KeyError, TypeError, ValueError) as error:
            raise StoreError(f"a stored table cannot be read ({error}); run the card again") from error


def cell_text(cell: Cell) -> str:
    """A cell as text: '–' for what was not measured.

    >>> [cell_text(c) for c in (None, True, 0.5, "SO(2)")]
    ['–', 'yes', '0.5', 'SO(2)']
    """
    if cell is None:
        return "–"
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, Number):
        return cell.text()
    if isinstance(cell, PValue):
        return "–" if cell.log10_p is None else short_p(cell)
    return f"{cell:.4g}" if isinstance(cell, float) else str(cell)


def _cell(stored: Any) -> Cell:
    if isinstance(stored, Mapping):
        kind = PValue if "log10_p" in stored else Bounded if "upper_95" in stored else Number
        return kind.from_json(stored)
    if stored is None or isinstance(stored, bool | int | float | str):
        return stored
    raise ValueError(f"a cell holds a {type(stored).__name__}")


def _parts(cells: Sequence[Cell]) -> dict[str, list[Any]]:
    """Suffix of the column's name -> values."""
    if any(isinstance(cell, Number) for cell in cells):
        numbers = [cell if isinstance(cell, Number) else None for cell in cells]
        plain = [n.value if n else c for n, c in zip(numbers, cells, strict=True)]
        return {"": plain, " low": [n and n.low for n in numbers], " high": [n and n.high for n in numbers]}
    if any(isinstance(cell, PValue) for cell in cells):
        values = [cell if isinstance(cell, PValue) else None for cell in cells]
        return {"": [p and p.p_value for p in values], " log10": [p and p.log10_p for p in values]}
    return {"": list(cells)}

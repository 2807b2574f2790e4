"""A result as HTML, for notebooks: its statements and tables, all text escaped."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from symhep.methods.result import Result
    from symhep.methods.table import Table

__all__ = ["result_html", "table_html"]

#: Rows of a table that a notebook shows; `Table.to_pandas` has them all.
SHOWN = 20


def result_html(result: Result[Any]) -> str:
    """Statements as a list, warnings marked, and the tables below them, each to be opened by its name."""
    told = "".join(
        f"<li>{'<b>Warning.</b> ' if s.kind == 'warning' else ''}{escape(s.text)}</li>"
        for s in result.statements
    )
    tables = "".join(
        f"<details><summary>{escape(name)}: {len(table.rows)} rows</summary>{table_html(table)}</details>"
        for name, table in result.tables.items()
    )
    return f"<ul>{told}</ul>{tables}"


def table_html(table: Table) -> str:
    """The first rows of a table.

    >>> from symhep.methods.table import Table
    >>> "&lt;b&gt;" in table_html(Table.of(("a",), [["<b>"]]))
    True
    """
    texts = table.texts()
    body = "".join(_row("td", row) for row in texts[:SHOWN])
    more = f"<p>… {len(texts) - SHOWN} more rows</p>" if len(texts) > SHOWN else ""
    return (
        f"<table><caption>{escape(table.caption)}</caption>"
        f"<thead>{_row('th', map(str, table.columns))}</thead><tbody>{body}</tbody></table>{more}"
    )


def _row(tag: str, cells: Iterable[str]) -> str:
    return f"<tr>{''.join(f'<{tag}>{escape(cell)}</{tag}>' for cell in cells)}</tr>"

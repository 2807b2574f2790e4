"""A result as HTML, for notebooks: its verdicts, statements and tables, all text escaped, mathematics set."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING, Any

from symhep.methods.notation import letters, typeset
from symhep.methods.number import Number
from symhep.methods.p_values import bound_text

if TYPE_CHECKING:
    from symhep.methods.p_values import PValue
    from symhep.methods.result import Result
    from symhep.methods.table import Table
    from symhep.methods.verdict import Verdict

__all__ = ["mathematics", "p_cell", "result_html", "size_text", "table_html"]

#: Rows of a table that a notebook shows; `Table.to_pandas` has them all.
SHOWN = 20


def mathematics(text: str) -> str:
    """A plain text as HTML: escaped, with its letters in italics, their indices below, and numbers as print has them.

    >>> mathematics("J_z <b>: p < 1e-30")
    '<i>J</i><sub>z</sub> &lt;b&gt;: p &lt; 10⁻³⁰'
    >>> mathematics("lambda_3, Z_2(x), n_events")
    '<i>λ</i><sub>3</sub>, <i>Z</i><sub>2</sub>(x), n_events'
    """
    return "".join(
        f"<i>{piece.text.replace('lambda', 'λ')}</i><sub>{piece.index}</sub>"
        if piece.index
        else escape(piece.text).replace(" %", "\u00a0%")
        for piece in letters(typeset(text))
    )


def size_text(size: Number | None) -> str:
    """The size of a verdict: its value with interval, or its observed limit beside the expected one.

    A limit is all that a size without a lower end says.

    >>> from symhep.methods.number import Bounded
    >>> size_text(Bounded(value=1.2, low=0.0, high=3.04, upper_95=3.04, expected_95=3.3, unit="%"))
    '< 3 % (95 %; expected 3.3 %)'
    >>> size_text(Bounded(value=57.2, low=55.4, high=59.0, upper_95=59.0, unit="%")), size_text(None)
    ('57.2 [55.4, 59] %', '')
    """
    if size is None:
        return ""
    limit, expected = getattr(size, "upper_95", None), getattr(size, "expected_95", None)
    if limit is None or (size.low is not None and (size.low > 0 or (size.high or 0.0) < 0)):
        return size.plain.text()
    unit = f" {size.unit}" if size.unit else ""
    beside = "" if expected is None else f"; expected {expected:.2g}{unit}"
    return f"< {limit:.2g}{unit} (95 %{beside})"


def result_html(result: Result[Any]) -> str:
    """Verdicts as a table, statements as a list, warnings marked, and the tables below them, each to be opened."""
    said = "".join(
        f"<li>{'<b>Warning.</b> ' if s.kind == 'warning' else ''}{mathematics(s.text)}</li>"
        for s in result.statements
    )
    tables = "".join(
        f"<details><summary>{escape(name)}: {len(table.rows)} rows</summary>{table_html(table)}</details>"
        for name, table in result.tables.items()
    )
    return f"{_verdicts_html(result.verdicts)}<ul>{said}</ul>{tables}"


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
        f"<table><caption>{mathematics(table.caption)}</caption>"
        f"<thead>{_row('th', map(str, table.columns))}</thead><tbody>{body}</tbody></table>{more}"
    )


def _verdicts_html(verdicts: Iterable[Verdict]) -> str:
    rows = [
        (
            v.question,
            v.answer,
            p_cell(v.p),
            " ".join(filter(None, (size_text(v.size), v.size_of and f"({v.size_of})"))),
        )
        for v in verdicts
    ]
    if not rows:
        return ""
    head = _row("th", ("question", "answer", "p", "size"))
    return f"<table><thead>{head}</thead><tbody>{''.join(_row('td', row) for row in rows)}</tbody></table>"


def p_cell(p: PValue | None) -> str:
    """A p-value for a cell, '< 1e-30' far out; '–' for none.

    >>> from symhep.methods.p_values import PValue
    >>> p_cell(PValue(log10_p=-33.2)), p_cell(PValue(log10_p=-0.5)), p_cell(None)
    ('< 1e-33', '0.32', '–')
    """
    if p is None or p.log10_p is None:
        return "–"
    return bound_text(p.log10_p).removeprefix("p = ").removeprefix("p ")


def _row(tag: str, cells: Iterable[str]) -> str:
    return f"<tr>{''.join(f'<{tag}>{mathematics(cell)}</{tag}>' for cell in cells)}</tr>"

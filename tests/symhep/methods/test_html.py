"""What a notebook shows of a result."""

from __future__ import annotations

from symhep.methods.html import SHOWN, table_html
from symhep.methods.record import Record
from symhep.methods.result import Result, Statement
from symhep.methods.table import Table


def test_statements_and_tables_with_their_text_escaped() -> None:
    table = Table.of(("<i>",), [["<b>"], [2]], "A & B.")
    found = Result(
        Record(), statements=[Statement("p < 1"), Statement("few", kind="warning")], tables={"numbers": table}
    )
    page = found._repr_html_()
    assert "<li>p &lt; 1</li><li><b>Warning.</b> few</li>" in page
    assert "<details><summary>numbers: 2 rows</summary><table><caption>A &amp; B.</caption>" in page
    assert "<b>&lt;" not in page
    assert "&lt;b&gt;" in page


def test_long_tables_are_cut() -> None:
    page = table_html(Table.of(("n",), [[i] for i in range(SHOWN + 3)]))
    assert page.count("<tr>") == SHOWN + 1
    assert page.endswith("<p>… 3 more rows</p>")

"""Tables hold numbers, and give them to others."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from symhep.errors import StoreError
from symhep.methods.html import SHOWN, result_html, table_html
from symhep.methods.number import Number
from symhep.methods.p_values import PValue
from symhep.methods.record import Record
from symhep.methods.result import Result, Statement
from symhep.methods.table import Heading, Table

TABLE = Table.of(
    ("name", Heading("mass", "GeV"), "p", "kept", "n"),
    [
        ("Z", Number.with_error(91.19, 0.02), PValue.of(math.log(0.25), "exact"), True, np.int64(3)),
        ("W", Number(value=80.4), PValue(), False, None),
    ],
    "Bosons.",
)


def test_round_trip() -> None:
    assert Table.from_json(json.loads(json.dumps(TABLE.to_json()))) == TABLE


def test_texts() -> None:
    assert [str(head) for head in TABLE.columns] == ["name", "mass [GeV]", "p", "kept", "n"]
    assert TABLE.texts() == (("Z", "91.190 ± 0.020", "0.25", "yes", "3"), ("W", "80.4", "–", "no", "–"))


def test_pandas_gets_numbers() -> None:
    frame = TABLE.to_pandas()
    assert list(frame.columns) == [
        "name", "mass [GeV]", "mass [GeV] low", "mass [GeV] high", "p", "p log10", "kept", "n"
    ]  # fmt: skip
    assert frame["mass [GeV]"].tolist() == [91.19, 80.4]
    assert frame["mass [GeV] high"][0] == pytest.approx(91.21)
    assert frame["p"][0] == pytest.approx(0.25)
    assert np.isnan(frame["p log10"][1])


def test_a_row_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="a table of 2 columns has a row of 1 cells"):
        Table.of(("a", "b"), [[1]])
    with pytest.raises(StoreError, match="a stored table cannot be read"):
        Table.from_json({"columns": ["a"], "rows": [[1]], "caption": ""})


def test_html_is_escaped_and_short() -> None:
    evil = "<script>alert(1)</script>"
    table = Table.of((evil,), [[evil]] * (SHOWN + 5), evil)
    page = table_html(table)
    assert "<script" not in page
    assert "5 more rows" in page
    result = Result(Record(), statements=[Statement(evil, {"n": 1}, kind="warning")], tables={"t": table})
    assert "<script" not in result_html(result)
    assert "<b>Warning.</b> &lt;script" in result._repr_html_()
    assert repr(result) == f"<Result Record: {evil}>"

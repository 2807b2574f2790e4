"""Tables hold the numbers of the record."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from symhep.methods.p_values import PValue
from symhep.methods.result import Result
from symhep.methods.table import Table
from symhep_moments.record import MomentsRecord
from symhep_moments.say.tables import tables

Made = Callable[..., Result[MomentsRecord]]


def test_tables_hold_the_numbers_of_the_record(made: Made) -> None:
    record = made(labels=("J_x", "J_z", "K_z"), off_support=("K_z",), rejected=-1234.0).record
    found = tables(record)
    assert list(found) == ["candidates", "ranks", "generators", "subgroups", "discrete"]
    rows = {row[0]: row for row in found["candidates"].rows}
    single, adjusted = rows["J_x"][1:3]
    assert isinstance(single, PValue)
    assert isinstance(adjusted, PValue)
    assert single.log10_p == -1234.0
    assert adjusted.log10_p == pytest.approx(-1233.523)  # times three candidates
    verdict = [str(head) for head in found["candidates"].columns].index("verdict")
    assert rows["J_x"][verdict] == "violated"
    assert rows["K_z"][verdict] == "excluded by the support"
    assert found["candidates"].texts()[2][1:3] == ("–", "–")
    assert found["subgroups"].rows[0][0] == "SO(2)"
    for table in found.values():
        assert Table.from_json(table.to_json()) == table
    assert "discrete" not in tables(made(discrete=False).record)


def test_heads_say_which_p_they_hold(made: Made) -> None:
    for name in ("candidates", "subgroups", "discrete"):
        heads = [str(head) for head in tables(made().record)[name].columns]
        assert {"unadjusted p", "adjusted p"} <= set(heads)
        assert "p" not in heads
    assert "rank-test p" in [str(head) for head in tables(made().record)["ranks"].columns]


def test_limits_stand_beside_the_sizes(made: Made) -> None:
    found = tables(made(labels=("J_x", "J_z", "K_z")).record)
    heads = [str(head) for head in found["candidates"].columns]
    assert {
        "95 % CL upper limit [%]",
        "expected limit [%]",
        "size of the violation",
        "largest observable",
    } <= set(heads)
    texts = {row[0]: dict(zip(heads, row, strict=True)) for row in found["candidates"].texts()}
    assert texts["J_z"]["95 % CL upper limit [%]"] == "3.3"
    assert texts["J_z"]["expected limit [%]"] == "3.1"
    assert texts["K_z"]["95 % CL upper limit [%]"] == "–"
    assert texts["K_z"]["size of the violation"] == "3.3 per unit of rapidity [2.97, 3.63]"
    assert "95 % CL upper limit [%]" not in [str(head) for head in found["subgroups"].columns]
    assert "v_m = |E[exp(i m phi)]|" in found["candidates"].caption

"""Given groups in the table and in a sentence."""

from __future__ import annotations

import math

import pytest

from symhep.hypotheses.adjustment import adjusted
from symhep.hypotheses.groups.record import GroupRow
from symhep.hypotheses.groups.sentence import group_statement
from symhep.hypotheses.groups.table import group_table
from symhep.hypotheses.p_value_figure import group_family


def rows() -> list[GroupRow]:
    family = adjusted(
        {"SO(3)": math.log(0.001), "J_z": math.log(0.4)}, 0.01, kinds={"SO(3)": "exact", "J_z": "exact"}
    )
    return [
        GroupRow(
            **dict(family[name]),
            name=name,
            meaning="rotations",
            unit="event",
            images=40,
            draws=draws,
            functions="linear",
        )
        for name, draws in (("SO(3)", 1999), ("J_z", 49))
    ]


def test_sentence() -> None:
    told = group_statement(rows())
    assert told is not None
    assert told.text == (
        "Groups given in the card: compatible: J_z (exact p = 0.4); "
        "violated: SO(3) (exact p = 0.001, adjusted p = 0.002)."
    )
    assert told.evidence["SO(3)"] == {"log10_p": pytest.approx(-3.0), "p_kind": "exact", "draws": 1999}
    assert group_statement([]) is None


def test_table_and_figure() -> None:
    table = group_table(rows())
    assert table.texts()[0] == ("SO(3)", "rotations", "1e-3", "2e-3", "exact", "1999", "linear", "violated")
    assert table.texts()[1][-1] == "compatible"
    assert not group_table([]).rows
    assert [name for name, _, _ in group_family(rows()).rows] == ["SO(3)", "$J_{z}$"]

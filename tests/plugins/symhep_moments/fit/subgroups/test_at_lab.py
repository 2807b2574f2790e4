"""Compact classes at their place in the lab."""

from __future__ import annotations

from math import log

import pytest

from symhep.hypotheses.subgroups.options import SubgroupOptions
from symhep.hypotheses.subgroups.sentence import subgroup_statement
from symhep.hypotheses.subgroups.table import subgroup_table
from symhep.lie.bases import lorentz
from symhep_moments.fit.subgroups.at_lab import lab_rows


def test_a_group_is_rejected_with_any_of_its_rotations() -> None:
    tests = {"J_x": (log(1e-6), "exact"), "J_y": (log(0.5), "exact"), "J_z": (log(0.4), "exact")}
    found = lab_rows(tests, lorentz(), SubgroupOptions(), 0.01)
    two, three = found["SO(2)"], found["SO(3)"]
    assert (two.how, two.survives, two.at_lab, two.lab.p_kind) == ("lab", True, True, "exact")
    assert two.lab.p_value == pytest.approx(0.4)
    assert three.lab.p_value == pytest.approx(3e-6)  # Bonferroni over three rotations
    assert (three.survives, three.lab.rejected, three.lab.p_kind) == (False, True, "bound")
    assert two.p_value is None  # in other directions it is not told
    assert found.maximal == ("SO(2)",)
    statement = subgroup_statement(found.rows, found.maximal, "lorentz", 0.01)
    assert statement is not None
    assert statement.text.startswith(
        "Subgroups with the axes of the lab frame: SO(3) rejected (adjusted p = 6"
    )
    assert "SO(2) compatible (adjusted p = 0.4)" in statement.text
    table = subgroup_table(found.rows, found.maximal)
    assert "with the axes of the lab frame" in table.caption
    assert {row[-1] for row in table.rows} == {
        "compatible with the axes of the lab frame",
        "rejected with the axes of the lab frame",
    }


def test_what_was_not_tested_or_not_asked_for_has_no_row() -> None:
    tests = {"J_z": (log(0.4), "asymptotic")}
    assert [row.name for row in lab_rows(tests, lorentz(), SubgroupOptions()).rows] == ["SO(2)"]
    assert not lab_rows({}, lorentz(), SubgroupOptions()).rows

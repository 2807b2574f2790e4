"""Discrete elements as a table and in sentences."""

from __future__ import annotations

import pytest

from symhep.hypotheses.discrete.record import DiscreteRow
from symhep.hypotheses.discrete.sentence import alike_statements, discrete_statement
from symhep.hypotheses.discrete.table import discrete_table
from symhep.methods.number import Number


def test_numbers_and_verdicts(elements: list[DiscreteRow]) -> None:
    table = discrete_table(elements)
    assert [str(head) for head in table.columns] == [
        "element", "meaning", "p, moments", "p, classifier", "unadjusted p", "adjusted p", "asymmetry [%]", "verdict",
    ]  # fmt: skip
    assert [row[-1] for row in table.rows] == [
        "compatible", "compatible, acts like P", "violated", "acts trivially on these events",
    ]  # fmt: skip
    asymmetry = table.rows[2][-2]
    assert isinstance(asymmetry, Number)
    assert asymmetry.value == pytest.approx(8.3)
    assert table.texts()[3][2:7] == ("–",) * 5


def test_sentences(elements: list[DiscreteRow]) -> None:
    said = discrete_statement(elements, final_state=True)
    assert said is not None
    assert said.text == (
        "Discrete symmetries (acting on the final state only): violated: exchange(1,2) (adjusted p < 1e-41, asymmetry "
        "8.3 % [7.3, 9.3]); compatible: P (adjusted p = 0.4)."
    )
    assert [s.text for s in alike_statements(elements)] == [
        "T acts like P on these events; one test is reported for both.",
        "CP acts trivially on these events; not tested.",
    ]
    assert discrete_statement([row for row in elements if row.trivial], final_state=True) is None

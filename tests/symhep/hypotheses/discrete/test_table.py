"""Discrete elements as a table and in sentences."""

from __future__ import annotations

import pytest

from symhep.hypotheses.discrete.record import DiscreteRow
from symhep.hypotheses.discrete.sentence import alike_statements, discrete_statement, weight_statements
from symhep.hypotheses.discrete.table import discrete_table
from symhep.methods.number import Number
from symhep.methods.p_values import PValue


def test_numbers_and_verdicts(elements: list[DiscreteRow]) -> None:
    table = discrete_table(elements)
    assert [str(head) for head in table.columns] == [
        "element", "meaning", "p, moments", "p, classifier", "unadjusted p", "adjusted p", "asymmetry [%]", "of",
        "95 % CL upper limit [%]", "expected limit [%]", "verdict",
    ]  # fmt: skip
    assert [row[-1] for row in table.rows] == [
        "compatible", "compatible, acts like P", "violated", "acts trivially on these events",
    ]  # fmt: skip
    asymmetry = table.rows[2][6]
    assert isinstance(asymmetry, Number)
    assert asymmetry.value == pytest.approx(8.3)
    assert table.texts()[3][2:7] == ("–",) * 5
    assert table.texts()[2][7:10] == ("pz(a)", "9.5", "1.4")


def test_sentences(elements: list[DiscreteRow]) -> None:
    said = discrete_statement(elements, final_state=True)
    assert said is not None
    assert said.text == (
        "Discrete symmetries (acting on the final state only): violated: exchange(1,2) (adjusted p < "
        "1e-41, asymmetry of pz(a) 8.3 % [7.3, 9.3]); compatible: P (adjusted p = 0.4; asymmetry of any "
        "predefined observable below 1.3 % at 95 % CL, 1.4 % expected)."
    )
    assert [s.text for s in alike_statements(elements)] == [
        "T acts like P on these events; one test is reported for both.",
        "CP acts trivially on these events; not tested.",
    ]
    assert discrete_statement([row for row in elements if row.trivial], final_state=True) is None


def test_what_the_support_excludes_has_a_reason_and_no_p() -> None:
    left = DiscreteRow(name="Z_4", meaning="Z_4", order=4, how="support", why="it changes x3")
    said = discrete_statement([left], final_state=False)
    assert said is not None
    assert said.text == "Discrete symmetries: excluded by the support: Z_4 (it changes x3)."
    assert discrete_table([left]).texts()[0][-1] == "excluded by the support: it changes x3"


def test_warnings_about_weights(elements: list[DiscreteRow]) -> None:
    depend = PValue(p_value=0.001, log10_p=-3.0, p_kind="exact")
    rows = [elements[0].model_copy(update={"weights_independent": depend, "effective": 42.0})]
    assert [s.kind for s in weight_statements(rows)] == ["warning", "warning"]
    weights, few = weight_statements(rows)
    assert weights.text.startswith("Event weights depend on the transformation P")
    assert few.text.startswith("Asymmetries under P: effective number of events = 42 < 100")
    fine = PValue(p_value=0.2, log10_p=-0.7, p_kind="exact")
    assert not list(weight_statements([elements[0].model_copy(update={"weights_independent": fine})]))

"""Answers under keys that are the same in every run."""

from __future__ import annotations

from symhep.hypotheses.algebra.record import NamedAlgebra
from symhep.methods.answers import answers_of
from symhep.methods.number import Number
from symhep.methods.p_values import Adjusted, PValue
from symhep.methods.record import Record


class Row(Adjusted):
    label: str
    size: Number | None = None
    tests: dict[str, PValue] = {}


class Found(Record):
    algebra: NamedAlgebra
    rows: tuple[Row, ...] = ()
    means: tuple[Number, ...] = ()
    total: Number | None = None


def test_rows_are_known_by_their_names_and_not_by_their_place() -> None:
    a, b = Row(label="J_x", size=Number(value=0.2)), Row(label="J_z", size=Number(value=0.1))
    algebra = NamedAlgebra(dimension=0, name="0")
    one = answers_of(Found(algebra=algebra, rows=(a, b)))
    two = answers_of(Found(algebra=algebra, rows=(b, a)))
    assert one == two
    assert one["rows[J_z].size"].number == Number(value=0.1)
    assert (one["rows[J_z].size"].about, one["rows[J_z].size"].quantity) == ("J_z", "size")


def test_verdicts_of_hypotheses_and_names_of_algebras() -> None:
    rows = (
        Row(label="J_x", p_value=1e-5, log10_p=-5.0, p_kind="exact", rejected=True),
        Row(label="J_z", p_value=0.5, log10_p=-0.3, p_kind="exact", rejected=False),
        Row(label="K_x"),
    )
    found = answers_of(Found(algebra=NamedAlgebra(dimension=1, name="so(2)"), rows=rows))
    assert {k: a.verdict for k, a in found.items()} == {
        "algebra": "so(2)", "rows[J_x]": "violated", "rows[J_z]": "compatible",
    }  # fmt: skip
    p = found["rows[J_x]"].p
    assert p is not None
    assert p.p_value == 1e-5


def test_numbers_without_names_are_numbered_and_unknown_ones_left_out() -> None:
    algebra = NamedAlgebra(dimension=None, name="0")
    means = (Number(value=1.0, unit="GeV"), Number(value=None, level=None), Number(value=3.0))
    found = answers_of(Found(algebra=algebra, means=means))
    assert [k for k, a in found.items() if a.number is not None] == ["means[0]", "means[2]"]


def test_rows_of_one_name_are_all_there() -> None:
    algebra = NamedAlgebra(dimension=None, name="0")
    twins = (Row(label="J_z", size=Number(value=1.0)), Row(label="J_z", size=Number(value=2.0)))
    found = answers_of(Found(algebra=algebra, rows=twins))
    assert [a.number.value for a in found.values() if a.number is not None] == [1.0, 2.0]


def test_single_tests_inside_a_row() -> None:
    algebra = NamedAlgebra(dimension=None, name="0")
    row = Row(label="P", tests={"moments": PValue(p_value=0.2, log10_p=-0.7, p_kind="exact")})
    found = answers_of(Found(algebra=algebra, rows=(row,)))
    assert found["rows[P].tests[moments]"].verdict is None
    assert found["rows[P].tests[moments]"].about == "moments"

"""Expressions on arrays, against numbers worked out by hand."""

from __future__ import annotations

import awkward as ak
import pytest

from symhep.card.expressions import parse_expression
from symhep.errors import CardError
from symhep.events.batch import momentum_records
from symhep.events.evaluate import evaluate, per_event, per_member

# Two back-to-back massless particles of 3 GeV along x; one of 5 GeV (3, 4, 0); none.
MU = momentum_records(
    {
        "px": ak.Array([[3.0, -3.0], [3.0], []]),
        "py": ak.Array([[0.0, 0.0], [4.0], []]),
        "pz": ak.Array([[0.0, 0.0], [0.0], []]),
        "E": ak.Array([[3.0, 3.0], [5.0], []]),
        "charge": ak.Array([[-1, 1], [-1], []]),
    }
)
SCOPE = {"mu": MU, "x": ak.Array([1.0, 2.0, 3.0]), "n": ak.Array([1, 2, 3])}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("count(mu)", [2, 1, 0]),
        ("count(mu) == 2 or x > 2", [True, False, True]),
        # A comparison with a missing object is false, and stays so inside 'or' and under 'not'.
        ("mu[0].pt > 4 or x > 2", [False, True, True]),
        ("not mu[0].pt > 4", [True, False, True]),
        ("mu[1].pt > 0 and x > 0", [True, False, False]),
        ("not x > 2", [True, True, False]),
        ("1 < x <= 3", [False, True, True]),
        ("n in [1, 3]", [True, False, True]),
        ("n not in [1, 3]", [False, True, False]),
        ("n in []", [False, False, False]),
        ("mu[0].pt", [3.0, 5.0, None]),
        ("mass(mu[0], mu[1])", [6.0, None, None]),
        ("(mu[0] + mu[1]).mass", [6.0, None, None]),
        ("any(mu.pt > 4)", [False, True, False]),
        ("all(mu.pt > 4)", [False, True, True]),
        ("sum(mu.charge)", [0, -1, 0]),
        ("max(mu.pt)", [3.0, 5.0, -float("inf")]),
        ("min(mu.px)", [-3.0, 3.0, float("inf")]),
        ("-x + 2 * x - x % 2", [0.0, 2.0, 2.0]),
        ("n ** 2", [1.0, 4.0, 9.0]),
        ("sqrt(abs(-x * x))", [1.0, 2.0, 3.0]),
        ("arctan2(0 * x, x)", [0.0, 0.0, 0.0]),
        ("x / 0 > 1", [True, True, True]),
    ],
)
def test_values(text: str, expected: list[object]) -> None:
    assert ak.to_list(evaluate(parse_expression(text), SCOPE)) == expected


def test_deltaphi_of_opposites_is_pi() -> None:
    found = evaluate(parse_expression("abs(deltaphi(mu[0], mu[1]))"), SCOPE)
    assert found[0] == pytest.approx(3.141592653589793)


@pytest.mark.parametrize(
    "text",
    [
        "deltaR(mu[0], 1)",
        "count(x)",
        "sum(3)",
        "mu + 1",
        "nobody > 1",
        "mu.nothing",
        "[1, 2]",
        " * ".join(["9" * 300] * 2),
    ],
)
def test_what_makes_no_sense_is_a_card_error(text: str) -> None:
    with pytest.raises(CardError, match="cannot be evaluated"):
        evaluate(parse_expression(text), SCOPE)


def test_a_huge_power_does_not_hang() -> None:
    assert evaluate(parse_expression("9 ** 9 ** 9 ** 9 > 1"), SCOPE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mu[1].pt", [3.0, None, None]),
        ("n", [1.0, 2.0, 3.0]),
        ("x > 1", [0.0, 1.0, 1.0]),
        ("7", [7.0, 7.0, 7.0]),
        ("9 ** 400", [float("inf")] * 3),
    ],
)
def test_numbers_per_event(text: str, expected: list[float | None]) -> None:
    found = per_event(parse_expression(text), SCOPE, 3)
    assert [None if v != v else v for v in found.tolist()] == expected


def test_a_value_per_event_or_none_holds_for_every_member() -> None:
    def found(text: str, condition: bool = False) -> list[list[float]]:
        value = per_member(parse_expression(text), MU, condition=condition)
        return [list(event) for event in ak.to_list(value)]

    assert found("px") == [[3.0, -3.0], [3.0], []]
    assert found("sum(px)") == [[0.0, 0.0], [3.0], []]
    assert found("2") == [[2.0, 2.0], [2.0], []]
    assert found("max(pt) > 4", True) == [[False, False], [True], []]
    assert found("pt[1] > 0", True) == [[True, True], [False], []], "no second member: the condition fails"
    assert found("True", True) == [[True, True], [True], []]


def test_members_without_exactly_one_value() -> None:
    nested = ak.zip({"hits": ak.Array([[[1, 2], [3]], [[4]]])}, depth_limit=2)
    with pytest.raises(CardError, match='"hits" gives several values per member'):
        per_member(parse_expression("hits"), nested)
    names = ak.zip({"name": ak.Array([["a", "b"], ["c"]])}, depth_limit=2)
    with pytest.raises(CardError, match='"name" does not give numbers'):
        per_member(parse_expression("name"), names)


def test_a_wrong_number_of_values() -> None:
    with pytest.raises(CardError, match='"x" gives 3 values where 2 are needed'):
        per_event(parse_expression("x"), SCOPE, 2)


def test_objects_are_no_numbers() -> None:
    with pytest.raises(CardError, match=r'"mu\[0\]" is an object, not a number; add a field'):
        per_event(parse_expression("mu[0]"), SCOPE, 3)


@pytest.mark.parametrize("text", ["mu[0].pt and x > 1", "x > 1 or n", "not x"])
def test_a_number_is_no_condition(text: str) -> None:
    with pytest.raises(CardError, match="is a number, not a condition"):
        evaluate(parse_expression(text), SCOPE)

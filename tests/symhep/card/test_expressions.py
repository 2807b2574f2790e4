"""The whitelist: what is refused, and that nothing is ever executed."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symhep.card.expressions import parse_expression
from symhep.errors import CardError


def test_names_and_fields() -> None:
    found = parse_expression(
        "count(muons) == 2 and mass(muons[0], muons[1]) > 60 and any(jets.btag > 0) and HT > 1"
    )
    assert found.names == {"muons", "jets", "HT"}
    assert found.fields == {("jets", "btag")}


def test_field_of_a_sum_belongs_to_both() -> None:
    assert parse_expression("(a[0] + b[0]).mass > 1").fields == {("a", "mass"), ("b", "mass")}


@pytest.mark.parametrize(
    "text",
    [
        "().__class__",
        "a.__class__",
        "open(a)",
        "lambda: 1",
        "[x for x in a]",
        "a if b else c",
        "'text' == a",
        "a[b]",
        "a[-1]",
        "a[0:1]",
        "a.f(1)",
        "count(x=a)",
        "count()",
        "(y := 3)",
        "f'{a}'",
        "a @ b",
        "a << 3",
        "~a",
        "a is b",
        "a in b",
        "a; b",
        "import os",
        "",
        "1 +",
        "*a",
        "a == 1j",
        "a == None",
        "await a",
    ],
)
def test_refused(text: str) -> None:
    with pytest.raises(CardError):
        parse_expression(text)


def test_length_is_limited() -> None:
    with pytest.raises(CardError, match="2000 are allowed"):
        parse_expression("1+" * 1500 + "1")


def test_deep_nesting_is_an_error_not_a_crash() -> None:
    with pytest.raises(CardError):
        parse_expression("(" * 900 + "1")


def test_place_and_hint() -> None:
    with pytest.raises(CardError, match=r"^card, line 3: in \"sqr\(x\)\": .*did you mean 'sqrt'\?$"):
        parse_expression("sqr(x)", "card, line 3")


@given(st.text(max_size=60))
def test_any_text_parses_or_is_a_card_error(text: str) -> None:
    with contextlib.suppress(CardError):
        assert parse_expression(text).text == text

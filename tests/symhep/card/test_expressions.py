"""The whitelist: what is refused, and that nothing is ever executed."""

from __future__ import annotations

import ast
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symhep.card.expressions import FUNCTIONS, PHYSICS, parse_expression
from symhep.errors import CardError
from symhep.events.functions import PHYSICS_FUNCTIONS


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


@pytest.mark.parametrize(
    "text",
    ["-" * 1900 + "x1", "not " * 400 + "x", "x" + ".pt" * 60, "+".join("x" * 60), "(-" * 60 + "x" + ")" * 60],
)
def test_depth_is_limited(text: str) -> None:
    with pytest.raises(CardError, match="is nested more than 50 deep"):
        parse_expression(text)


def test_a_sum_of_many_terms_is_not_too_deep() -> None:
    assert parse_expression("+".join("x" * 40)).names == {"x"}


@pytest.mark.parametrize("text", ["x > " + "9" * 400, "1e999 > x", "-" + "9" * 400])
def test_numbers_are_finite(text: str) -> None:
    with pytest.raises(CardError, match="a number is too large"):
        parse_expression(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("count(x, x)", "count takes 1 argument, got 2"),
        ("max()", "'max\\(\\)' needs an argument"),
        ("sqrt(x, x)", "sqrt takes 1 argument, got 2"),
        ("arctan2(x)", "arctan2 takes 2 arguments, got 1"),
        ("deltaR(a)", "deltaR takes 2 arguments, got 1"),
        ("mass()", "'mass\\(\\)' needs an argument"),
    ],
)
def test_functions_count_their_arguments(text: str, message: str) -> None:
    with pytest.raises(CardError, match=message):
        parse_expression(text)


def test_mass_takes_any_number() -> None:
    assert parse_expression("mass(a) + mass(a, b) + mass(a, b, c)").names == {"a", "b", "c"}


# Random characters hardly ever make an expression; these pieces often do.
PIECES = [
    "a",
    "b.pt",
    "_",
    "__class__",
    "abs(",
    "mass(",
    "open(",
    "(",
    ")",
    "[0]",
    "[",
    "]",
    ",",
    ".",
    " and ",
]
PIECES += [
    "if(",
    "if",
    "my:f(",
    "os.path:join(",
    ":",
    "f_0(",
    "self",
    "max(",
    "not ",
    " in ",
    "1",
    "2.5",
    "'",
    "+",
    "-",
    "**",
    "<",
    "==",
    "=",
    "lambda:",
    "if",
    "else",
    "\n",
    ";",
]


@given(st.text(max_size=60) | st.lists(st.sampled_from(PIECES), max_size=9).map("".join))
def test_any_text_parses_or_is_a_card_error(text: str) -> None:
    try:
        found = parse_expression(text)
    except CardError:
        return
    # Python reads identifiers in their NFKC form.
    words = set(re.findall(r"\w+", unicodedata.normalize("NFKC", text)))
    assert found.names <= words
    assert {field for _, field in found.fields} <= {w for w in words if not w.startswith("_")}
    calls = [node.func for node in ast.walk(found.tree) if isinstance(node, ast.Call)]
    assert all(isinstance(f, ast.Name) and (f.id in FUNCTIONS or f.id in found.functions) for f in calls)
    assert all(name in text for name in found.functions)


@pytest.mark.parametrize(
    ("text", "names", "functions"),
    [
        ("if(x > 1, a.pt, 2)", {"x", "a"}, set()),
        ("if (x > 1, 1, 2) + if(y > 1,1,2)", {"x", "y"}, set()),
        ("motif + ifs > 3", {"motif", "ifs"}, set()),
        ("max(if(n > 0, my:f(jets), 0), f_0)", {"n", "jets", "f_0"}, {"my:f"}),
        ("my_shapes:aplanarity (jets) > a.b_c:f(jets[0], 2)", {"jets"}, {"my_shapes:aplanarity", "a.b_c:f"}),
        ("my:max(a) + max(a) + my:max(b)", {"a", "b"}, {"my:max"}),
    ],
)
def test_calls_that_python_does_not_have(text: str, names: set[str], functions: set[str]) -> None:
    found = parse_expression(text)
    assert found.names == names
    assert found.functions == functions


@pytest.mark.parametrize(
    "text",
    [
        "a if (b) else c",
        "[x for x in a if (b)]",
        "if(a, b)",
        "if(a, b, c, d)",
        "if",
        "a.if(b, c, d)",
        "my:f",
        "my:f()",
        "my:f(x=a)",
        "my:f(*a)",
        "my:f(a)(b)",
        "my:f.__globals__(a)",
        ":f(a)",
        "a:(b)",
        "my::f(a)",
        "x.my:f(a).__class__",
        "f_0(a, b)",
        "my:if(a) if(b) c",
        "lambda x:f(x)",
        "{a:f(b)}",
        "a[b:f(c)]",
        "(x:=f(a))",
        "os:system('ls')",
        'builtins:exec("1")',
        "a.__b__:f(c) + __import__(d)",
    ],
)
def test_nothing_else_gets_in_through_them(text: str) -> None:
    with pytest.raises(CardError):
        parse_expression(text)


def test_names_of_the_card_stand_in_messages() -> None:
    with pytest.raises(CardError, match=r"in \"if\(a, b\)\": if takes 3 arguments, got 2"):
        parse_expression("if(a, b)")
    with pytest.raises(CardError, match=r"'my:f\(\)' needs an argument"):
        parse_expression("my:f()")
    with pytest.raises(CardError, match=r"at column 14$"):
        parse_expression("my:f(a) + if(b c, 1, 2)")
    with pytest.raises(CardError, match=r"'my:f\(if\(a, b, c\)\)\(b\)' is not allowed"):
        parse_expression("my:f(if(a, b, c))(b)")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("MT(a)", "MT takes 2 arguments, got 1"),
        ("MT2(a, b)", "MT2 takes 3 to 5 arguments, got 2"),
        ("fox_wolfram(2)", "fox_wolfram takes 2 or more arguments, got 1"),
        ("thrust()", r"'thrust\(\)' needs an argument"),
    ],
)
def test_physics_functions_count_their_arguments(text: str, message: str) -> None:
    with pytest.raises(CardError, match=message):
        parse_expression(text)


def test_every_function_that_the_parser_knows_exists() -> None:
    assert PHYSICS.keys() == PHYSICS_FUNCTIONS.keys()

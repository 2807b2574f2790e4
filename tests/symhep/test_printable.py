"""Text from files: what acts on a terminal is written out, letters of all languages stay."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symhep.errors import CardError, InputError
from symhep.printable import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Größe ± 1 μ 質量", "Größe ± 1 μ 質量"),
        ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
        ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
        ("\x9b2J", r"\x9b2J"),
        ("a\rb\nc\td", r"a\rb\nc\td"),
        ("abc\u202ecba", r"abc\u202ecba"),
        ("a\u2066b\u2069c\u200fd\u061c", r"a\u2066b\u2069c\u200fd\u061c"),
        ("a\u200bb\ufeff\u2028", r"a\u200bb\ufeff\u2028"),
        ("\udc80", r"\udc80"),
        ("a\u00a0b\u2009c", "a\u00a0b\u2009c"),
    ],
)
def test_examples(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(st.text())
def test_nothing_is_left_that_acts(text: str) -> None:
    kinds = {unicodedata.category(c) for c in printable(text)}
    assert not kinds & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert printable(printable(text)) == printable(text)


def test_lines_may_be_kept() -> None:
    assert printable("a\n\x1bb\t", keep="\n\t") == "a\n\\x1bb\t"


def test_errors_are_one_line() -> None:
    error = InputError("no branch 'a\x1b[2J\nsymhep: all is well'", file="x\u202e.root")
    assert str(error) == r"x\u202e.root: no branch 'a\x1b[2J\nsymhep: all is well'"
    assert "\x1b" not in str(CardError("x", where="\x1b"))

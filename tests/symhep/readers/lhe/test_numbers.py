"""Text to float64: the same bits as Python's float, and nothing else let through."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symhep.readers.lhe.numbers import fortran_to_c, misread, parse_numbers

FINITE = st.floats(allow_nan=False, allow_infinity=False)
FORMATS = st.sampled_from(["{!r}", "{:.17e}", "{:+.25E}", "{:.30g}", "{:+.5f}"])


@given(st.lists(st.tuples(FINITE, FORMATS, st.sampled_from([" ", "\n", "\t", "\r\n", "  "])), max_size=30))
def test_the_bits_are_those_of_float(parts):
    words = [form.format(x) for x, form, _ in parts]
    text = "\n" + "".join(w + gap for w, (_, _, gap) in zip(words, parts, strict=True)) + "\n"
    values, starts = parse_numbers(text.encode())
    assert [v.hex() for v in values.tolist()] == [float(w).hex() for w in words]
    assert [text[i:].split()[0].lstrip("+") for i in starts.tolist()] == [w.lstrip("+") for w in words]


@pytest.mark.parametrize(
    "word",
    [
        "1.D+00",
        "****",
        "nan",
        "inf",
        "1e999",
        "0x10",
        "1_0",
        "1,0",
        "--5",
        "+-5",
        "++5",
        "+",
        "-",
        "e5",
        "1e",
        "1.2.3",
        "ÿ",
    ],
)
def test_what_is_no_finite_number_is_refused(word):
    with pytest.raises(ValueError):  # noqa: PT011 - Arrow words it
        parse_numbers(f"\n1.0 {word} 2.0\n".encode())
    assert misread(f"1.0 {word} 2.0".encode()) is not None


@pytest.mark.parametrize("word", ["1.", ".5", "-.5E-1", "+.5e3", "007", "1e-999", "-0"])
def test_odd_but_good_numbers(word):
    assert parse_numbers(f" {word} ".encode())[0].tolist() == [float(word)]
    assert misread(word.encode()) is None


def test_no_numbers():
    for text in (b"", b" \n "):
        assert parse_numbers(text)[0].tolist() == []


@pytest.mark.parametrize(
    ("fortran", "value"),
    [("1.D+00", 1.0), ("-2.5d-3", -2.5e-3), ("0.12-101", 0.12e-101), ("-.5+100", -0.5e100), ("1d20", 1e20)],
)
def test_fortran_exponents(fortran, value):
    text = b" " + fortran_to_c(fortran.encode()) + b" "
    assert parse_numbers(text)[0].tolist() == [value]


def test_values_are_float64():
    assert parse_numbers(b" 1 ")[0].dtype == np.float64

"""Generators as written: sums of labels with numbers or parameters, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from symhep.lie.notation import parse_generators, parse_parameters

LABELS = ("J_x", "J_y", "K_x")


def test_numbers_signs_and_parameters() -> None:
    parameters = parse_parameters("a positive, e sign")
    rows = parse_generators("-J_x + 2*K_x, a*J_y - 0.5*K_x - e*J_x", LABELS, parameters)
    np.testing.assert_array_equal(rows.at([3.0, -1.0]), [[-1, 0, 2], [1, 3, -0.5]])


def test_domains() -> None:
    positive, nonzero, sign = parse_parameters("a positive, b nonzero, e sign")
    assert [positive.allows(v) for v in (1.0, 0.0, -1.0)] == [True, False, False]
    assert [nonzero.allows(v) for v in (1.0, 0.0, -1.0)] == [True, False, True]
    assert [sign.allows(v) for v in (1.0, 0.5, -1.0)] == [True, False, True]
    assert all(p.allows(v) for p in (positive, nonzero, sign) for v in p.samples)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("J_x J_y", "not a sum of generators"),
        ("J_x + ", "not a sum of generators"),
        ("__import__('os')", "not a sum of generators"),
        ("", "not a sum of generators"),
        ("J_w", "unknown generator 'J_w'; did you mean"),
        ("c*J_x", "unknown parameter 'c'; known: a"),
    ],
)
def test_what_is_not_understood(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_generators(text, LABELS, parse_parameters("a positive"))


def test_unknown_domain() -> None:
    with pytest.raises(ValueError, match="did you mean 'positive'"):
        parse_parameters("a positiv")

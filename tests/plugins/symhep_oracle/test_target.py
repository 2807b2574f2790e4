"""Algebras named in a card."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from symhep.errors import CardError
from symhep.lie.bases import lorentz
from symhep_oracle.fields import LinearFields
from symhep_oracle.layout import Layout
from symhep_oracle.solution import Solution
from symhep_oracle.target import compare, parse_target

FIELDS = LinearFields(Layout(1, 4))


@pytest.mark.parametrize(
    ("text", "dimension", "size"),
    [
        ("so(1,3)+D", 4, 7),
        ("poincare", 4, 10),
        ("lorentz + T", 4, 10),
        ("sl(3)+D", 3, 9),
        ("su(3)", 3, 8),
        ("g2", 7, 14),
    ],
)
def test_sums_of_algebras(text: str, dimension: int, size: int) -> None:
    assert len(parse_target(text, dimension)) == size


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("so(3)", r"'so\(3\)' acts on 3 components, but the vectors have 4"),
        ("so(1,2,3)", r"'so\(1,2,3\)' in 'so\(1,2,3\)'"),
        ("so(4)+", "no algebra is called ''"),
        ("so", r"'so' in 'so' is written so\(n\) or so\(p,q\), with whole numbers"),
        ("D+sl()", r"'sl\(\)' in 'D\+sl\(\)' is written sl\(n\), with whole numbers"),
        ("so(p,q)", r"'so\(p,q\)' in 'so\(p,q\)' is written so\(n\) or so\(p,q\), with"),
        ("lorentz(4)", r"'lorentz\(4\)' in 'lorentz\(4\)' is written lorentz$"),
        ("lorenz", "no algebra is called 'lorenz' in 'lorenz'; did you mean 'lorentz'"),
    ],
)
def test_names_that_mean_nothing(text: str, message: str) -> None:
    with pytest.raises(CardError, match=message):
        parse_target(text, 4)


def test_an_algebra_of_another_size_is_refused_before_it_is_built() -> None:
    tracemalloc.start()
    with pytest.raises(CardError, match=r"'so\(60\)' acts on 60 components, but the vectors have 4"):
        parse_target("D+so(60)", 4)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1e6  # 1770 matrices 60 x 60 are 51 MB


@pytest.mark.parametrize(
    ("text", "dimension"),
    [("so(2)", 2), ("so(2,1)", 3), ("su(2)", 2), ("u(2)", 2), ("sl(2)", 2), ("gl(2)", 2), ("sp(2)", 4), ("usp(2)", 4),
     ("lorentz", 4), ("poincare", 4), ("g2", 7), ("f4", 26), ("e6", 27)],
)  # fmt: skip
def test_the_size_that_is_foreseen_is_that_of_the_matrices(text: str, dimension: int) -> None:
    assert parse_target(text, dimension).vector == dimension


def test_what_holds_nothing() -> None:
    with pytest.raises(CardError, match=r"'so\(1\)' in 'so\(1\)': so\(1,0\) holds nothing but zero"):
        parse_target("so(1)", 1)


def test_a_tilt_is_measured_with_its_error() -> None:
    rows = FIELDS.coefficients(lorentz().matrices) / np.sqrt(2)
    tilted = rows.copy()
    tilted[0] = np.cos(0.1) * rows[0] + np.sin(0.1) * np.eye(4).ravel() / 2  # J_x towards the dilatation
    influences = np.zeros((1, 6, 16))
    influences[0, 0] = 0.01 * np.eye(4).ravel() / 2
    k = np.zeros(16)
    solution = Solution(tilted, influences, k, k, 6, 1.0, "", np.zeros(6))
    found = compare(solution, FIELDS, parse_target("so(1,3)", 4), "so(1,3)", np.random.default_rng(1))
    assert found.distance == pytest.approx(0.1)
    assert found.distance_error == pytest.approx(0.01, rel=0.2)
    assert found.angles[:5] == pytest.approx(np.zeros(5), abs=1e-12)
    assert found.outside == pytest.approx(0.1)


def test_translations_need_affine_fields() -> None:
    solution = Solution(
        np.zeros((0, 16)), np.zeros((1, 0, 16)), np.zeros(16), np.zeros(16), 0, 1.0, "", np.zeros(0)
    )
    with pytest.raises(CardError, match="'poincare' holds translations; set affine: true"):
        compare(solution, FIELDS, parse_target("poincare", 4), "poincare", np.random.default_rng(1))
    nothing = compare(solution, FIELDS, parse_target("D", 4), "D", np.random.default_rng(1))
    assert nothing.distance == nothing.outside == pytest.approx(np.pi / 2)

"""Sums of algebras as a card writes them."""

from __future__ import annotations

import tracemalloc

import pytest

from symhep.errors import LieError
from symhep.lie.sums import algebra_sum


@pytest.mark.parametrize(
    ("text", "dimension", "size"),
    [
        ("so(1,3)+D", 4, 7),
        ("poincare", 4, 10),
        ("lorentz + T", 4, 10),
        ("sl(3)+D", 3, 9),
        ("su(3)", 3, 8),
        ("g2", 7, 14),
        ("rotations", 4, 3),
    ],
)
def test_sums_of_algebras(text: str, dimension: int, size: int) -> None:
    assert len(algebra_sum(text, dimension)) == size


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("so(3)", r"'so\(3\)' acts on 3 components, but the vectors have 4"),
        ("so(1,2,3)", r"'so\(1,2,3\)' in 'so\(1,2,3\)'"),
        ("so(4)+", "unknown algebra ''"),
        ("so", r"'so' in 'so' is written so\(n\) or so\(p,q\), with integers"),
        ("D+sl()", r"'sl\(\)' in 'D\+sl\(\)' is written sl\(n\), with integers"),
        ("so(p,q)", r"'so\(p,q\)' in 'so\(p,q\)' is written so\(n\) or so\(p,q\), with"),
        ("lorentz(4)", r"'lorentz\(4\)' in 'lorentz\(4\)' is written lorentz$"),
        ("lorenz", "unknown algebra 'lorenz' in 'lorenz'; did you mean 'lorentz'"),
    ],
)
def test_names_that_mean_nothing(text: str, message: str) -> None:
    with pytest.raises(LieError, match=message):
        algebra_sum(text, 4)


def test_an_algebra_of_another_size_is_refused_before_it_is_built() -> None:
    tracemalloc.start()
    with pytest.raises(LieError, match=r"'so\(60\)' acts on 60 components, but the vectors have 4"):
        algebra_sum("D+so(60)", 4)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1e6  # 1770 matrices 60 x 60 are 51 MB


@pytest.mark.parametrize(
    ("text", "dimension"),
    [("so(2)", 2), ("so(2,1)", 3), ("su(2)", 2), ("u(2)", 2), ("sl(2)", 2), ("gl(2)", 2), ("sp(2)", 4), ("usp(2)", 4),
     ("lorentz", 4), ("poincare", 4), ("g2", 7), ("f4", 26), ("e6", 27)],
)  # fmt: skip
def test_the_size_that_is_foreseen_is_that_of_the_matrices(text: str, dimension: int) -> None:
    assert algebra_sum(text, dimension).vector == dimension


def test_what_holds_nothing() -> None:
    with pytest.raises(LieError, match=r"'so\(1\)' in 'so\(1\)': so\(1,0\) is zero"):
        algebra_sum("so(1)", 1)


def test_rotations_of_three_and_of_transverse_momenta_have_the_names_of_four() -> None:
    four, three, two = (algebra_sum("rotations", d) for d in (4, 3, 2))
    assert three.labels == four.labels == ("J_x", "J_y", "J_z")
    assert two.labels == ("J_z",)
    for label in three.labels:
        assert (three[label] == four[label][1:, 1:]).all()
    assert (two["J_z"] == four["J_z"][1:3, 1:3]).all()
    with pytest.raises(LieError, match="'rotations' acts on 2, 3 or 4 components, but the vectors have 5"):
        algebra_sum("rotations", 5)

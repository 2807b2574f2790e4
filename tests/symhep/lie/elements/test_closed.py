"""Closed one-parameter subgroups by name."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import expm

from symhep.errors import LieError
from symhep.lie.bases import lorentz
from symhep.lie.elements.closed import closed_subgroup
from symhep.lie.elements.frame import Frame
from symhep.lie.elements.reading import read_element
from symhep.lie.kinds import Known

MOMENTA = Frame(("E", "px", "py", "pz"), ("a", "b"))


@pytest.mark.parametrize("axis", ["x", "y", "z"])
def test_rotations_of_momenta_are_those_of_the_lorentz_algebra(axis: str) -> None:
    subgroup = closed_subgroup(f"J_{axis}", MOMENTA)
    assert subgroup.matrix == pytest.approx(np.abs(subgroup.matrix) * np.sign(subgroup.matrix))
    assert np.abs(subgroup.matrix) == pytest.approx(np.abs(lorentz()[f"J_{axis}"]))
    assert subgroup.element(3).matrix == pytest.approx(read_element(f"Z_3({axis})", MOMENTA).matrix)


@pytest.mark.parametrize("q", [2, 4, 7, 24])
def test_order_of_elements(q: int) -> None:
    element = closed_subgroup("J_12", Frame(("x1", "x2", "x3"), ("1",))).element(q)
    assert element.order == q


def test_powers_are_reduced() -> None:
    subgroup = closed_subgroup("J_12", Frame(("x1", "x2"), ("1",)))
    one, other = subgroup.element(12, 4), subgroup.element(3)
    assert (one.name, one.matrix.tolist()) == (other.name, other.matrix.tolist())
    assert subgroup.element(7, 3).name == "Z_7(J_12)^3"
    assert subgroup.element(7, 3).meaning == "rotation by 6 pi / 7 of x1 and x2"


def test_sums_of_planes() -> None:
    """Weights (1, 4) of a torus in four dimensions; a common factor is taken out, so that the period is 2 pi."""
    frame = Frame(("a", "b", "c", "d"), ("1",))
    subgroup = closed_subgroup("J_12 + 4*J_34", frame)
    turned = np.zeros((4, 4))
    turned[1, 0], turned[0, 1], turned[3, 2], turned[2, 3] = 1, -1, 4, -4
    assert subgroup.element(5).matrix == pytest.approx(expm(2 * np.pi / 5 * turned))
    assert subgroup.words == "of a and b and of c and d, 4 times as fast"
    doubled = closed_subgroup("2*J_12+2*J_34", frame)
    assert doubled.matrix == pytest.approx(closed_subgroup("J_12+J_34", frame).matrix)


def test_many_components_are_named_with_a_comma() -> None:
    frame = Frame(tuple(f"x{k + 1}" for k in range(12)), ("1",))
    assert closed_subgroup("J_{2,11}", frame).words == "of x2 and x11"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("K_x", "is not a closed one-parameter subgroup"),
        ("J_12+J_23", "two planes share a component"),
        ("J_19", "components have the numbers 1 to 4"),
        ("J_11", "components have the numbers 1 to 4"),
    ],
)
def test_what_is_none(text: str, why: str) -> None:
    with pytest.raises(LieError, match=why):
        closed_subgroup(text, MOMENTA)


def test_axes_need_momenta() -> None:
    with pytest.raises(LieError, match="rotates px and py, which the vectors do not have"):
        closed_subgroup("J_z", Frame(("x1", "x2"), ("1",)))


def test_missing_components() -> None:
    met = Frame(("E", "px", "py", "pz"), ("met",), (Known("met", ("px", "py")),))
    assert closed_subgroup("J_z", met).vectors == 1
    with pytest.raises(LieError, match="not defined on these vectors: it needs the pz of met"):
        closed_subgroup("J_x", met)

"""Labelled generators."""

from __future__ import annotations

import numpy as np
import pytest

from symhep.lie.bases import lorentz, poincare, so, translations, u
from symhep.lie.generators import Generators

TURN = np.array([[[0.0, -1.0], [1.0, 0.0]]])


def test_subset_keeps_the_order_asked_for() -> None:
    chosen = lorentz().subset(["K_z", "J_x"])
    assert chosen.labels == ("K_z", "J_x")
    assert np.array_equal(chosen.matrices[1], lorentz()["J_x"])
    assert poincare().subset(["P_t"]).affine


def test_an_unknown_label_names_the_nearest() -> None:
    with pytest.raises(ValueError, match=r"so\(1,3\) has no generator 'J_w'; did you mean 'J_"):
        lorentz().subset(["J_w"])


def test_joining_a_linear_and_an_affine_basis() -> None:
    euclid = so(2) + translations(2)
    assert (euclid.affine, euclid.size, euclid.vector) == (True, 3, 2)
    # [J, P_1] = P_2: turning the direction of a translation from axis 1 to axis 2
    commutator = euclid["J_12"] @ euclid["P_1"] - euclid["P_1"] @ euclid["J_12"]
    assert np.array_equal(commutator, euclid["P_2"])


def test_the_kind_of_numbers_is_kept_and_the_array_is_read_only() -> None:
    assert u(1).matrices.dtype == np.complex128
    assert so(2).matrices.dtype == np.float64
    mine = TURN.copy()
    held = Generators("so(2)", mine, ("J",))
    mine[:] = 7.0
    assert np.array_equal(held["J"], TURN[0])
    with pytest.raises(ValueError, match="read-only"):
        held.matrices[0, 0, 0] = 1.0


@pytest.mark.parametrize(
    ("matrices", "labels", "affine", "message"),
    [
        (TURN[0], ("J",), False, r"an array \(G, d, d\), not \(2, 2\)"),
        (TURN[:, :1], ("J",), False, r"not \(1, 1, 2\)"),
        (TURN, ("J", "K"), False, "1 matrices, but 2 labels"),
        (np.concatenate([TURN, TURN]), ("J", "J"), False, "'J' labels two generators; rename one"),
        (TURN * np.nan, ("J",), False, "NaN or infinity"),
        (TURN, ("J",), True, "last row of an affine generator must be zero"),
    ],
)
def test_what_is_no_basis(matrices: np.ndarray, labels: tuple[str, ...], affine: bool, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Generators("test", matrices, labels, affine)


def test_bases_on_different_spaces_cannot_be_joined() -> None:
    with pytest.raises(ValueError, match=r"so\(2\) acts on vectors of 2 components, so\(3\) on 3"):
        so(2) + so(3)


def test_generators_from_text() -> None:
    """Against the matrices by label."""
    group = poincare()
    got = group.parse("J_z, K_x - 0.5*J_y, P_t + P_z")
    assert np.array_equal(got, [group["J_z"], group["K_x"] - 0.5 * group["J_y"], group["P_t"] + group["P_z"]])
    with pytest.raises(ValueError, match=r"unknown generator 'J_w'; did you mean"):
        group.parse("J_w")

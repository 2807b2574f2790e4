"""What comes close to a more special class is reported so; what is a class of its own is not."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import expm

from symhep.lie.subgroups import poincare_subgroups
from symhep.lie.subgroups.limits import limits

CATALOGUE = poincare_subgroups()
MATRICES = np.asarray(CATALOGUE.group.matrices, dtype=np.float64)
HOME = np.eye(10)


def coefficients(matrices: np.ndarray) -> np.ndarray:
    return np.linalg.lstsq(MATRICES.reshape(10, -1).T, matrices.reshape(len(matrices), -1).T, rcond=None)[0].T


def adjoint(g: np.ndarray) -> np.ndarray:
    """(10, 10) of g, from the matrices themselves."""
    return coefficients(g @ MATRICES @ np.linalg.inv(g)).T


def row(**values: float) -> np.ndarray:
    return np.array([[values.get(label, 0.0) for label in CATALOGUE.group.labels]])


@pytest.mark.parametrize(("pitch", "explained"), [(0.05, ("SO(2)",)), (0.5, ())])
def test_a_screw_of_small_pitch_is_a_turn(pitch: float, explained: tuple[str, ...]) -> None:
    found = {"J_z + a P_z": (row(J_z=1.0, P_z=pitch), HOME), "SO(2)": (row(J_z=1.0), HOME)}
    assert limits(found, CATALOGUE) == {"SO(2)": (), "J_z + a P_z": explained}


def test_wherever_the_axis_points() -> None:
    """The sine counts between best conjugates: a screw about one axis is explained by turns about any."""
    g = expm(np.tensordot([0.4, -0.7, 0.2, 0.1, 0.0, 0.2, 0, 0.3, 0.1, -0.2], MATRICES, 1))
    screw = row(J_z=1.0, K_z=0.05) @ adjoint(g).T
    found = {"four-screw": (screw, adjoint(g)), "SO(2)": (row(J_z=1.0), HOME)}
    assert limits(found, CATALOGUE)["four-screw"] == ("SO(2)",)


def test_no_class_is_explained_by_one_that_is_explained() -> None:
    """Two screws of small pitch: both by turns, none by the other."""
    found = {
        "four-screw": (row(J_z=1.0, K_z=0.02), HOME),
        "J_z + a P_z": (row(J_z=1.0, P_z=0.02), HOME),
        "SO(2)": (row(J_z=1.0), HOME),
    }
    assert limits(found, CATALOGUE) == {"SO(2)": (), "four-screw": ("SO(2)",), "J_z + a P_z": ("SO(2)",)}


def test_only_survivors_of_the_same_dimension_explain() -> None:
    alone = {"J_z + a P_z": (row(J_z=1.0, P_z=0.01), HOME)}
    assert limits(alone, CATALOGUE) == {"J_z + a P_z": ()}
    rotations = np.eye(10)[:3]
    assert limits(alone | {"SO(3)": (rotations, HOME)}, CATALOGUE)["J_z + a P_z"] == ()
    assert limits({}, CATALOGUE) == {}

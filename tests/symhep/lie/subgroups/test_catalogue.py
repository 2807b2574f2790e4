"""The catalogues: every class closes, is what it says, and differs from the others in its invariants."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest
import sympy

from symhep.lie.identify import identify
from symhep.lie.subgroups import Catalogue, lorentz_subgroups, poincare_subgroups

CATALOGUES = [lorentz_subgroups(), poincare_subgroups()]


def brackets(matrices: np.ndarray) -> np.ndarray:
    return np.array([a @ b - b @ a for a, b in itertools.combinations(matrices, 2)]).reshape(
        -1, *matrices.shape[1:]
    )


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=["lorentz", "poincare"])
def test_every_member_is_closed_and_independent(catalogue: Catalogue) -> None:
    for found in catalogue.classes:
        for rows in found.members():
            matrices = catalogue.group.combination(rows)
            span = matrices.reshape(len(matrices), -1)
            assert np.linalg.matrix_rank(span) == found.dimension, found.name
            both = np.concatenate([span, brackets(matrices).reshape(-1, span.shape[1])])
            assert np.linalg.matrix_rank(both, tol=1e-12) == found.dimension, found.name


def test_lorentz_counts_by_dimension() -> None:
    """Hall 2004: four one-dimensional, three two-, five three-, one four-dimensional, none five-dimensional."""
    assert Counter(c.dimension for c in lorentz_subgroups().classes) == {1: 4, 2: 3, 3: 5, 4: 1, 6: 1}


def test_names_and_labels_are_unique() -> None:
    for catalogue in CATALOGUES:
        assert (
            len({c.name for c in catalogue.classes})
            == len({c.label for c in catalogue.classes})
            == len(catalogue)
        )
        assert all(c.meaning and c.algebra for c in catalogue.classes)


def test_what_the_lorentz_subgroups_leave_alone() -> None:
    """Vectors that all generators send to zero, worked out by sympy: the momentum whose little group it is."""
    left = {"SO(3)": [1, 0, 0, 0], "SO(2,1)": [0, 0, 0, 1], "E(2)": [1, 0, 0, 1], "T(2)": [1, 0, 0, 1]}
    for name, vector in left.items():
        stacked = sympy.Matrix(lorentz_subgroups().matrices(name).astype(int).reshape(-1, 4).tolist())
        (kernel,) = stacked.nullspace()
        assert kernel.rank() == sympy.Matrix([list(kernel), vector]).rank() == 1, name


def test_lorentz_part_of_a_poincare_class() -> None:
    """Dividing out the translations leaves the Lorentz class of the label, up to the trivial one."""
    homogeneous = lorentz_subgroups()
    for found in poincare_subgroups().classes:
        rank = np.linalg.matrix_rank(found.coefficients()[:, :6])
        assert rank == (0 if found.lorentz == "R1" else homogeneous[found.lorentz].dimension), found.name


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=["lorentz", "poincare"])
def test_identify_finds_the_algebra_of_the_column(catalogue: Catalogue) -> None:
    for found in catalogue.classes:
        for rows in list(found.members())[:2]:
            result = identify(catalogue.group.combination(rows))
            assert (result.abstract, result.stability) == (found.algebra, 1.0), found.name


def test_parameters() -> None:
    screw = lorentz_subgroups()["four-screw"]
    np.testing.assert_array_equal(screw.coefficients(c=-2.0), [[0, 0, 1, 0, 0, -2]])
    with pytest.raises(ValueError, match="four-screw: c = 0 is not nonzero"):
        screw.coefficients(c=0.0)
    with pytest.raises(ValueError, match="four-screw has no parameter 'a'; known: c"):
        screw.coefficients(a=1.0)


def test_unknown_class() -> None:
    with pytest.raises(KeyError, match=r"no subgroup 'SO\(4\)'; did you mean 'SO\(3\)'"):
        lorentz_subgroups()["SO(4)"]


@pytest.mark.parametrize(
    ("written", "label"),
    [
        ("J_z, K_z, P_t + P_z", "R7.2"),
        ("2*P_t + 2*P_z,K_z, J_z - K_z", "R7.2"),  # the same span
        ("J_z + a*P_z", "R4.7"),
        ("J_x, J_y, J_z", "R13.1"),
    ],
)
def test_a_class_by_its_generators(written: str, label: str) -> None:
    catalogue = poincare_subgroups()
    found = catalogue[written]
    assert np.array_equal(found.coefficients(), catalogue[found.label].coefficients())
    assert found.label == label


def test_generators_of_no_row() -> None:
    for text in (
        "J_z, K_x",
        "J_y",
        "J_z, J_z",
        "J_z + q*P_z",
    ):  # not closed, a conjugate, dependent, no parameter
        with pytest.raises(KeyError, match="no subgroup"):
            poincare_subgroups()[text]


def test_every_row_is_found_by_what_it_says() -> None:
    for catalogue in (lorentz_subgroups(), poincare_subgroups()):
        assert all(catalogue[c.written].label == c.label for c in catalogue.values())


def test_meanings_read_on_their_own() -> None:
    for catalogue in (lorentz_subgroups(), poincare_subgroups()):
        assert not [
            c.label for c in catalogue.values() if c.meaning.startswith(("with ", "the same", "locked"))
        ]

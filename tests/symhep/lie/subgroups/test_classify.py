"""Numerical subalgebras find their class, whatever their basis, frame and noise."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import expm

from symhep.errors import LieError
from symhep.lie.bases import lorentz, poincare, so
from symhep.lie.subalgebras import subalgebras
from symhep.lie.subgroups import Catalogue, SubgroupClass, lorentz_subgroups, poincare_subgroups
from symhep.lie.subgroups.classify import classify


def moved(catalogue: Catalogue, rows: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Another basis of a conjugate, by a group element with parameters of order one."""
    g = expm(np.tensordot(0.7 * rng.normal(size=len(catalogue.group)), catalogue.group.matrices, axes=1))
    mixed = (np.eye(len(rows)) + 0.3 * rng.normal(size=(len(rows), len(rows)))) @ rows
    return g @ catalogue.group.combination(mixed) @ np.linalg.inv(g)


def sample(catalogue: Catalogue, every: int) -> list[tuple[SubgroupClass, np.ndarray]]:
    members = [(c, rows) for c in catalogue.classes for rows in c.members()]
    return members[::every]


@pytest.mark.parametrize(("catalogue", "every"), [(lorentz_subgroups(), 1), (poincare_subgroups(), 13)])
def test_members_are_recognised_and_no_others(catalogue: Catalogue, every: int) -> None:
    rng = np.random.default_rng(2)
    for expected, rows in sample(catalogue, every):
        matrices = moved(catalogue, rows, rng)
        result = classify(matrices)
        assert result is not None
        assert result.found is expected, (expected.name, result.found.name)
        g = result.element  # takes the representative into the given span
        back = g @ catalogue.matrices(expected.name, **result.parameters) @ np.linalg.inv(g)
        both = np.concatenate([matrices, back / np.linalg.norm(back, axis=(1, 2), keepdims=True)])
        assert np.linalg.matrix_rank(both.reshape(len(both), -1), tol=1e-6) == len(rows)


def test_parameters_are_those_of_the_member() -> None:
    rng = np.random.default_rng(3)
    screw = classify(moved(lorentz_subgroups(), lorentz_subgroups()["four-screw"].coefficients(c=-0.4), rng))
    assert screw is not None
    assert screw.parameters["c"] == pytest.approx(-0.4, abs=1e-6)
    helix = classify(
        moved(poincare_subgroups(), poincare_subgroups()["J_z + a P_z"].coefficients(a=25.0), rng)
    )
    assert helix is not None
    assert helix.parameters["a"] == pytest.approx(25.0, rel=1e-6)


def test_noise_below_the_errors_changes_nothing() -> None:
    rng = np.random.default_rng(4)
    for name in ("SO(3)", "SO(2) x SO(1,1)", "SO(2)", "SIM(2)"):
        exact = lorentz_subgroups().matrices(name)
        basis = lorentz_subgroups().group.matrices
        noisy = exact + np.tensordot(1e-4 * rng.normal(size=(len(exact), 6)), basis, axes=1)
        result = classify(noisy, errors=1e-4)
        assert result is not None
        assert (result.found.name, result.residual < result.tolerance < 0.01) == (name, True)


def test_subalgebras_found_in_the_poincare_algebra_are_in_the_catalogue() -> None:
    """Those that random frames end in may carry translations of any size, which the search need not reach."""
    kinds = [k for k in subalgebras(poincare().matrices, 2, starts=4).found if k.limits]
    assert len(kinds) >= 5
    for kind in kinds:
        result = classify(kind.matrices, errors=1e-9)
        assert result is not None, kind.name
        assert result.found.dimension == 2


def test_what_is_no_subalgebra_has_no_class() -> None:
    boosts = lorentz_subgroups().group.matrices[3:5]  # [K_x, K_y] = -J_z
    assert classify(boosts) is None


def test_errors() -> None:
    with pytest.raises(LieError, match="3 x 3 matrices are neither Lorentz"):
        classify(so(3).matrices)
    with pytest.raises(LieError, match="lie outside so\\(1,3\\) by 1"):
        classify(np.eye(4)[None])
    turn = lorentz_subgroups().matrices("SO(2)")
    with pytest.raises(LieError, match="dependent within their errors"):
        classify(np.concatenate([turn, 2 * turn]))


@pytest.mark.parametrize(
    ("errors", "message"),
    [
        (-1.0, "one number >= 0, not -1.0"),
        (np.nan, "one number >= 0, not nan"),
        (1j, "one number >= 0"),
        (np.full((1, 4, 4), 0.1), "one number >= 0"),
        ("0.1", "contains <U3 instead of numbers"),
    ],
)
def test_wrong_errors(errors: object, message: str) -> None:
    with pytest.raises(LieError, match=message):
        classify(lorentz_subgroups().matrices("SO(2)"), errors)  # type: ignore[arg-type]


def test_a_classification_in_words() -> None:
    first, second = str(classify(lorentz().parse("2*J_z - K_z"))).split("\n")
    assert first == "four-screw, c = -0.5 (R5): a turn about an axis locked to a boost along it: loxodromic"
    assert second.startswith("conjugate to J_z + c*K_z; residual ")

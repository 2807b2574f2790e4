"""Subalgebras found by search: the known ones of so(4), so(1,3) and su(3), and none where there is none."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest

from symhep.errors import LieError
from symhep.lie.bases import lorentz, so, su
from symhep.lie.subalgebras import Subalgebra, closure_residuals, subalgebras
from symhep.lie.subgroups.classify import classify


def closed(found: Subalgebra) -> bool:
    flat = np.asarray(found.matrices).reshape(len(found.matrices), -1)
    brackets = [(a @ b - b @ a).ravel() for a, b in itertools.combinations(found.matrices, 2)]
    return bool(np.linalg.matrix_rank(np.array([*flat, *brackets]), tol=1e-9) == len(flat))


def test_so4() -> None:
    """so(4) = so(3) + so(3): a diagonal so(3) and two ideals, u(2) twice, nothing of dimension 5."""
    three = subalgebras(so(4).matrices, 3)
    assert sorted((s.ideals, s.normaliser) for s in three.found) == [((0, 3), 6), ((3, 0), 6), ((3, 3), 3)]
    assert all(closed(s) and s.residual < 1e-12 for s in three.found)
    assert sum(s.hits for s in three.found) == three.starts  # every start ends in one of them
    four = subalgebras(so(4).matrices, 4)
    assert sorted(s.ideals for s in four.found) == [(1, 3), (3, 1)]
    assert all(s.name.startswith("u(2)") for s in four.found)
    (two,) = subalgebras(so(4).matrices, 2).found
    assert two.inertia == (0, 2, 0)
    assert two.centraliser == 2
    none = subalgebras(so(4).matrices, 5)
    assert (none.found, none.best > 0.1) == ((), True)


def test_so13_has_the_classes_of_the_catalogue() -> None:
    """Each class of the Lorentz catalogue is found, by its own invariants; none of dimension 5."""
    names: dict[int, Counter[str]] = {}
    for dimension in range(1, 6):
        found = subalgebras(lorentz().matrices, dimension).found
        classes = [classify(s.matrices) for s in found]
        assert None not in classes
        names[dimension] = Counter(c.found.name for c in classes if c is not None)
    assert set(names[1]) == {"SO(2)", "SO(1,1)", "null rotation", "four-screw"}
    assert set(names[2]) == {"SO(2) x SO(1,1)", "T(2)", "HOM(1)"}
    assert set(names[3]) == {"SO(3)", "SO(2,1)", "E(2)", "HOM(2)", "spiral HOM(2)"}
    assert set(names[4]) == {"SIM(2)"}
    assert not names[5]


def test_su3() -> None:
    """Two su(2) in su(3), of Dynkin index 1 (normaliser u(2)) and 4 (its own normaliser); the largest is u(2)."""
    three = subalgebras(su(3).matrices, 3).found
    assert sorted(s.normaliser for s in three) == [3, 4]
    (four,) = subalgebras(su(3).matrices, 4).found
    assert four.name.startswith("u(2)")
    assert not subalgebras(su(3).matrices, 5).found


def test_coefficients_are_in_the_given_basis_even_if_it_is_skew() -> None:
    skew = np.tensordot(np.array([[1.0, 0.5, 0.0], [0.0, 2.0, 0.1], [0.3, 0.0, 1.0]]), so(3).matrices, axes=1)
    (line,) = subalgebras(skew, 1).found
    np.testing.assert_allclose(np.tensordot(line.coefficients, skew, axes=1), line.matrices, atol=1e-12)
    assert not subalgebras(skew, 2).found  # so(3) has no plane that closes


def test_a_noisy_basis_is_searched_to_its_own_accuracy() -> None:
    rng = np.random.default_rng(3)
    noisy = lorentz().matrices + 1e-6 * rng.normal(size=(6, 4, 4))
    (found,) = subalgebras(noisy, 4, starts=24).found
    assert found.residual < 1e-4
    assert not subalgebras(noisy, 5, starts=24).found


def test_closure_residual_of_a_plane_in_so3() -> None:
    """[J_x, J_y] = J_z leaves the plane with norm 1; the rms bracket of so(3) is 1 / sqrt(3) per component pair."""
    f = np.zeros((3, 3, 3))
    for a, b, c in [(0, 1, 2), (1, 2, 0), (2, 0, 1)]:
        f[a, b, c], f[b, a, c] = 1, -1
    frames = np.stack([np.eye(3)[:2], np.eye(3)[1:]])
    np.testing.assert_allclose(closure_residuals(frames, f), 1.0)
    np.testing.assert_allclose(closure_residuals(np.eye(3)[None], f), 0.0)


@pytest.mark.parametrize("dimension", [0, 3, 4])
def test_no_such_dimension(dimension: int) -> None:
    with pytest.raises(
        LieError, match=f"an algebra of dimension 3 has no proper subalgebra of dimension {dimension}"
    ):
        subalgebras(so(3).matrices, dimension)


def test_a_basis_that_does_not_close() -> None:
    with pytest.raises(LieError, match="does not close"):
        subalgebras(np.random.default_rng(0).normal(size=(3, 4, 4)), 2)


def test_kinds_of_one_name_are_reported_apart() -> None:
    """The two ideals of so(4) are conjugate to each other by no rotation, only by a reflection."""
    search = subalgebras(so(4).matrices, 3)
    ideals = [s for s in search.found if s.name == "su(2)"]
    assert len(ideals) == 2
    text = str(search)
    for kind, number in (
        (ideals[0], 1 + ideals[0].ideals.index(3)),
        (ideals[1], 1 + ideals[1].ideals.index(3)),
    ):
        assert f"su(2) (in simple ideal {number}; found from {kind.hits} of 64 starts)" in text
        assert f"\nin simple ideal {number}; Killing form" in str(kind)
    (other,) = (s for s in search.found if s.name != "su(2)")
    assert f"{other.name} (found from {other.hits} of 64 starts)" in text


def test_kinds_that_only_special_starts_find() -> None:
    search = subalgebras(lorentz().matrices, 3)
    rare = [s for s in search.found if not s.hits]
    assert rare
    assert all(f"found from {s.limits} special starts only" in str(search) for s in rare)

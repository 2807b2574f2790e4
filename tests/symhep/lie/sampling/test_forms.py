"""Which groups are compact, and the form that says so."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import ortho_group

from symhep.lie.bases import lorentz, poincare, realify, so, su
from symhep.lie.sampling.forms import invariant_form, rotating


def _squeezed(generators: np.ndarray, seed: int) -> np.ndarray:
    """In coordinates that are stretched by up to 5, and no longer orthogonal."""
    rng = np.random.default_rng(seed)
    d = generators.shape[1]
    change = ortho_group.rvs(d, random_state=rng) * rng.uniform(1, 5, size=d)
    return change @ generators @ np.linalg.inv(change)


@pytest.mark.parametrize("generators", [so(2), so(3), so(5), su(3)], ids=lambda g: g.name)
@pytest.mark.parametrize("seed", range(3))
def test_compact_groups_in_any_coordinates_are_rotations(generators: object, seed: int) -> None:
    x = _squeezed(
        realify(np.asarray(generators)) if np.iscomplexobj(generators) else np.asarray(generators), seed
    )
    form = invariant_form(x)
    assert form is not None
    assert np.linalg.eigvalsh(form)[0] > 0
    assert np.abs(x.swapaxes(1, 2) @ form + form @ x).max() < 1e-8 * np.abs(form).max()
    turned, lower = rotating(x, form)
    assert np.allclose(lower @ lower.T, form)
    assert np.allclose(np.linalg.inv(lower).T @ turned @ lower.T, x)


def test_a_rotation_about_a_point_is_compact_and_a_screw_is_not() -> None:
    p = poincare()
    about = p["J_z"] + 3 * p["P_x"]  # leaves (0, 3, 0) alone: J_z (px, py) = (-py, px)
    assert invariant_form(about[None]) is not None
    assert invariant_form((p["J_z"] + 3 * p["P_z"])[None]) is None


def test_a_boosted_rotation_is_compact() -> None:
    x = lorentz()["J_z"] + 0.6 * lorentz()["K_x"]  # elliptic, since J^2 - K^2 > 0 and J . K = 0
    assert invariant_form(x[None]) is not None
    assert invariant_form((lorentz()["J_z"] + 1.0 * lorentz()["K_x"])[None]) is None  # parabolic
    assert invariant_form((lorentz()["J_z"] + 0.1 * lorentz()["K_z"])[None]) is None  # loxodromic


@pytest.mark.parametrize("names", [["K_x"], ["P_t"], ["J_z", "K_z"], ["J_x", "J_y", "J_z", "P_t"]])
def test_what_has_no_end_is_not_compact(names: list[str]) -> None:
    assert invariant_form(poincare().subset(names).matrices.real) is None

"""The algebra of surfaces that are known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import special_ortho_group

from symhep.hypotheses.support.algebra import spins, surface_algebra
from symhep.hypotheses.support.family import affine_maps
from symhep.hypotheses.support.told import surface_record, surface_statement, surface_table
from symhep.lie.bases import so

MOMENTUM = ("E", "px", "py", "pz")


def _labels(x: np.ndarray, names: tuple[str, ...]) -> tuple[str | None, set[str]]:
    found = surface_algebra(x, names)
    assert found is not None
    record = surface_record(found)
    return record.name, {generator.label for generator in record.generators}


def _momenta(n: int, mass: float, seed: int = 1) -> np.ndarray:
    p = 10 * np.random.default_rng(seed).normal(size=(n, 1, 3))
    return np.concatenate([np.sqrt((p**2).sum(axis=2, keepdims=True) + mass**2), p], axis=2)


def test_a_mass_shell_has_the_lorentz_group_and_a_cone_the_dilatation_too() -> None:
    lorentz = {"J_x", "J_y", "J_z", "K_x", "K_y", "K_z"}
    assert _labels(_momenta(500, 7.0), MOMENTUM) == ("so(1,3)", lorentz)
    name, labels = _labels(_momenta(500, 0.0), MOMENTUM)
    assert labels == lorentz | {"D"}
    assert name == "so(1,3) + R"


def test_two_bodies_at_rest_are_on_a_sphere() -> None:
    p = np.random.default_rng(2).normal(size=(500, 3))
    p *= 40 / np.linalg.norm(p, axis=1, keepdims=True)
    x = np.stack([np.c_[np.full(500, 50.0), p], np.c_[np.full(500, 50.0), -p]], axis=1)
    found = surface_algebra(x, MOMENTUM)
    assert found is not None
    assert (found.dimension, found.plane, found.numbers, found.spins) == (2, 3, 8, (3,))
    assert _labels(x, MOMENTUM) == ("so(3)", {"J_x", "J_y", "J_z"})


def test_features_are_told_all_affine_maps_not_only_those_of_a_density() -> None:
    """The plane x + y + z = 3: six maps move it within itself, of which three change areas or the lengths of sides."""
    x = np.random.default_rng(3).normal(size=(400, 3))
    x[:, 2] = 3 - x[:, 0] - x[:, 1]
    found = surface_algebra(x[:, None], ("x", "y", "z"))
    assert found is not None
    assert (found.family.name, len(found.coefficients), found.dimension) == ("gl(3,R) + R^3", 6, 2)
    assert found.residuals.max() < 1e-6
    hyperbola = np.stack([x[:, 0], 1 / np.where(np.abs(x[:, 0]) > 0.1, x[:, 0], 1.0)], axis=1)
    hyperbola[np.abs(x[:, 0]) <= 0.1] = 1.0
    squeeze = surface_algebra(hyperbola[:, None], ("x", "y"))
    assert squeeze is not None
    assert surface_record(squeeze).generators[0].label == "H_1"  # x -> e^t x, y -> e^-t y: xy stays


@pytest.mark.parametrize("weights", [(1, 4), (2, 3), (1, 2, 3)])
def test_orbits_of_a_circle(weights: tuple[int, ...]) -> None:
    rng = np.random.default_rng(4)
    t = rng.uniform(0, 2 * np.pi, 800)
    x = np.concatenate([[np.cos(w * t), np.sin(w * t)] for w in weights]).T
    d = x.shape[1]
    frame = special_ortho_group.rvs(d, random_state=5)
    found = surface_algebra((x @ frame.T)[:, None])
    assert found is not None
    assert (found.dimension, len(found.coefficients)) == (1, 1)
    matrix = np.einsum("a,aij->ij", found.coefficients[0], found.family.matrices)[:d, :d]
    truth = frame @ np.kron(np.diag(np.array(weights, dtype=float)), [[0.0, -1.0], [1.0, 0.0]]) @ frame.T
    cosine = abs((matrix * truth).sum()) / np.linalg.norm(matrix) / np.linalg.norm(truth)
    assert np.degrees(np.arccos(min(1.0, cosine))) < 1e-5
    assert found.weights is not None
    assert np.abs(found.weights.weights).tolist() == [list(weights)]
    told = surface_statement(surface_record(found)).text
    assert "a torus with the weights (" in told


def test_noise_needs_its_size() -> None:
    rng = np.random.default_rng(6)
    t = rng.uniform(0, 2 * np.pi, 1000)
    x = np.stack([np.cos(t), np.sin(t), np.cos(4 * t), np.sin(4 * t)], axis=1)
    x += 0.01 * rng.normal(size=x.shape)
    assert surface_algebra(x[:, None]) is None
    found = surface_algebra(x[:, None], resolution=0.05, kept=0.05)
    assert found is not None
    assert found.weights is not None
    assert np.abs(found.weights.weights).tolist() == [[1, 4]]
    assert 1e-4 < found.error < 0.05


def test_events_that_fill_their_space_have_no_surface() -> None:
    rng = np.random.default_rng(7)
    assert surface_algebra(rng.normal(size=(500, 1, 3))) is None
    assert surface_algebra(rng.normal(size=(500, 10, 4))) is None  # too many numbers to look
    assert surface_algebra(rng.normal(size=(5, 1, 4))) is None  # too few events


def test_spins() -> None:
    assert spins(so(3).matrices) == (3,)
    both = np.array([np.kron(np.eye(2), m) for m in so(3).matrices])
    assert spins(both) == (3, 3)
    quaternions = so(4).matrices
    left = np.array(
        [quaternions[0] + quaternions[5], quaternions[1] - quaternions[4], quaternions[2] + quaternions[3]]
    )
    assert spins(left) == (4,)  # spin 1/2: four real dimensions
    assert spins(so(3).matrices[:2]) == ()


def test_the_family_spans_all_affine_maps() -> None:
    for names in (MOMENTUM, ("px", "py", "pz"), ("px", "py"), ("x",), tuple("abcdefgh")):
        family = affine_maps(names)
        d = len(names)
        assert np.linalg.matrix_rank(family.matrices.reshape(len(family), -1)) == len(family) == d * (d + 1)
    assert len(affine_maps(tuple("abcdefghi"))) == 36 + 9


def test_the_table_lists_the_generators() -> None:
    found = surface_algebra(_momenta(500, 7.0), MOMENTUM)
    assert found is not None
    table = surface_table(surface_record(found))
    assert [str(c) for c in table.columns] == ["generator", "residual"]
    assert len(table.rows) == 6


def test_a_surface_that_no_affine_map_preserves_has_no_generator() -> None:
    x = np.random.default_rng(8).normal(size=(600, 2))
    wavy = np.c_[x, x[:, 0] ** 3 + x[:, 0] * x[:, 1] + x[:, 1] ** 4]
    found = surface_algebra(wavy[:, None], ("x", "y", "z"))
    assert found is not None
    assert (len(found.coefficients), found.dimension, found.weights, found.spins) == (0, 2, None, ())
    record = surface_record(found)
    assert (record.dimension, record.name, record.generators) == (0, "0", ())
    assert "No affine map of a vector preserves the surface" in surface_statement(record).text
    assert not surface_table(record).rows

"""Distances on groups and between spans."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from symhep.lie import spans
from symhep.lie.bases import lorentz, so
from symhep.lie.groups import chordal, geodesic, grassmann_distance, principal_angles


def _rotations(seed: int, count: int = 1) -> tuple[Rotation, torch.Tensor]:
    turns = Rotation.random(count, np.random.default_rng(seed))
    return turns, torch.from_numpy(turns.as_matrix())


@given(st.integers(0, 10**6))
def test_rotations_of_space(seed: int) -> None:
    (r, a), (s, b) = _rotations(seed), _rotations(seed + 1)
    angle = (r.inv() * s).magnitude()
    if angle < np.pi - 1e-3:
        assert geodesic(a, b).item() == pytest.approx(np.sqrt(2) * angle[0], rel=1e-9)
    assert chordal(a, b).item() == pytest.approx(np.sqrt(8) * np.sin(angle[0] / 2), rel=1e-9)


def test_left_invariance_and_symmetry() -> None:
    (_, a), (_, b), (_, g) = (_rotations(seed, 20) for seed in (1, 2, 3))
    torch.testing.assert_close(geodesic(g @ a, g @ b), geodesic(a, b))
    torch.testing.assert_close(geodesic(a, b), geodesic(b, a))
    assert geodesic(a, a).max() < 1e-14


def test_between_components_there_is_no_path() -> None:
    assert geodesic(torch.eye(3), torch.diag(torch.tensor([1.0, 1.0, -1.0]))).isnan()


def _bases(seed: int, tilt: float) -> tuple[torch.Tensor, torch.Tensor]:
    rng = np.random.default_rng(seed)
    one = rng.normal(size=(5, 3, 4, 4))
    return torch.from_numpy(one), torch.from_numpy(one + tilt * rng.normal(size=one.shape))


@pytest.mark.parametrize("tilt", [1e-9, 1e-3, 1.0])
def test_angles_are_numpys(tilt: float) -> None:
    one, two = _bases(0, tilt)
    found = principal_angles(one, two)
    for i in range(5):
        expected = spans.principal_angles(one[i].numpy(), two[i].numpy())
        np.testing.assert_allclose(found[i], expected, rtol=1e-9, atol=1e-15)
    expected = [spans.grassmann_distance(a.numpy(), b.numpy()) for a, b in zip(one, two, strict=True)]
    np.testing.assert_allclose(grassmann_distance(one, two), expected, rtol=1e-5)


def test_a_smaller_span_inside_a_larger() -> None:
    boosts = torch.from_numpy(lorentz().subset(["K_x", "K_y"]).matrices.copy())
    angles = principal_angles(boosts, torch.from_numpy(lorentz().matrices.copy()))
    np.testing.assert_allclose(angles, [0.0, 0.0], atol=1e-15)


def test_gradients() -> None:
    one, two = _bases(1, 0.5)
    two.requires_grad_()
    assert torch.autograd.gradcheck(lambda b: grassmann_distance(one, b), (two,))
    (gradient,) = torch.autograd.grad(grassmann_distance(one, one * 1.0 + 0 * two).sum(), two)
    assert gradient.isfinite().all()
    turn = torch.linalg.matrix_exp(torch.from_numpy(so(3).combination([0.1, 0.7, -0.4]))).requires_grad_()
    assert torch.autograd.gradcheck(lambda g: geodesic(torch.eye(3).double(), g), (turn,))


def test_unequal_sizes() -> None:
    one, _ = _bases(2, 1.0)
    with pytest.raises(
        ValueError, match="spans of different dimensions 3 and 2; compare them with principal_angles"
    ):
        grassmann_distance(one, one[:, :2])

"""Rank, angles and distances of spans."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ortho_group

from symhep.lie.bases import dilatation, lorentz, sl, so, su, u
from symhep.lie.spans import (
    contains,
    grassmann_distance,
    inclusion_angle,
    noise_floor,
    orthonormal,
    principal_angles,
)


def _tilted(angles: list[float], seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Two spans in R^9 with these angles between them, in a random frame and random bases."""
    rng = np.random.default_rng(seed)
    frame = ortho_group(9, seed=seed).rvs()
    k = len(angles)
    first = frame[:k]
    second = np.cos(angles)[:, None] * frame[:k] + np.sin(angles)[:, None] * frame[k : 2 * k]
    mixing = np.eye(k) + 0.2 * rng.normal(size=(2, k, k))
    return (mixing[0] @ first).reshape(k, 3, 3), (mixing[1] @ second).reshape(k, 3, 3)


@given(st.integers(0, 10**6), st.lists(st.floats(1e-12, np.pi / 2), min_size=1, max_size=4))
def test_angles_are_those_put_in(seed: int, angles: list[float]) -> None:
    first, second = _tilted(angles, seed)
    found = principal_angles(first, second)
    np.testing.assert_allclose(found, np.sort(angles), atol=3e-14)
    assert grassmann_distance(first, second) == pytest.approx(np.linalg.norm(angles), abs=1e-13)


def test_a_small_angle_beside_a_large_one() -> None:
    """scipy.linalg.subspace_angles (1.17) takes the small one from its cosine here and gives 0."""
    np.testing.assert_allclose(principal_angles(*_tilted([1.0, 1e-12], 0)), [1e-12, 1.0], rtol=1e-3)


@pytest.mark.parametrize("angle", [1e-3, 1e-6, 1e-9, 1e-12])
def test_small_angles_are_exact(angle: float) -> None:
    """From the cosine, 1 - angle^2 / 2, everything below 1e-8 would be lost."""
    first, second = _tilted([angle], 3)
    assert principal_angles(first, second)[0] == pytest.approx(angle, abs=2e-15)


def test_the_real_span_of_complex_matrices() -> None:
    assert len(orthonormal(np.concatenate([u(2).matrices, 1j * u(2).matrices]))) == 8
    assert len(orthonormal(np.concatenate([u(2).matrices, -3 * u(2).matrices]))) == 4
    assert inclusion_angle(su(2).matrices, u(2).matrices) < 1e-15
    # i times an anti-Hermitian matrix is Hermitian: orthogonal in the real scalar product
    assert inclusion_angle(1j * su(2).matrices, u(2).matrices) == pytest.approx(np.pi / 2)
    assert inclusion_angle(so(2).matrices, su(2).matrices) < 1e-15


def test_orthonormal_in_the_frobenius_product() -> None:
    basis = orthonormal(su(3).matrices @ np.diag([1.0, 2.0, 3.0]))
    gram = np.einsum("aij,bij->ab", basis.conj(), basis).real
    np.testing.assert_allclose(gram, np.eye(8), atol=1e-14)


def test_rank_under_noise() -> None:
    """Ten noisy combinations of three matrices: three dimensions stand above the noise, ten above the rounding."""
    rng = np.random.default_rng(5)
    noise = 1e-3
    mixed = np.tensordot(rng.normal(size=(10, 3)), so(3).matrices, 1) + noise * rng.normal(size=(10, 3, 3))
    assert len(orthonormal(mixed, noise)) == 3
    assert len(orthonormal(mixed)) == 9


def test_pure_noise_has_rank_zero() -> None:
    rng = np.random.default_rng(6)
    largest = [np.linalg.norm(rng.normal(size=(6, 16)), 2) for _ in range(2000)]
    assert max(largest) < noise_floor(6, 16, 1.0)
    assert np.mean(largest) < np.sqrt(6) + np.sqrt(16)
    # the floor is no blank cheque: for large matrices the largest value tends to sqrt(G) + sqrt(D) (Geman 1980)
    large = np.linalg.norm(rng.normal(size=(100, 400)), 2)
    assert 0.95 * (10 + 20) < large < noise_floor(100, 400, 1.0) == 35
    assert len(orthonormal(rng.normal(size=(6, 4, 4)), 1.0)) == 0


def test_inclusion() -> None:
    weyl = np.concatenate([lorentz().matrices, dilatation(4).matrices])
    assert inclusion_angle(lorentz().matrices, weyl) < 1e-15
    assert inclusion_angle(weyl, lorentz().matrices) == np.pi / 2
    # one direction of seven missing: a right angle in the distance (Ye and Lim 2016)
    assert grassmann_distance(lorentz().matrices, weyl) == pytest.approx(np.pi / 2)
    assert contains(weyl, lorentz().matrices)
    assert not contains(lorentz().matrices, weyl)
    assert not contains(sl(4).matrices, weyl)


def test_contains_within_the_noise_and_not_beyond() -> None:
    rng = np.random.default_rng(7)
    noise = 1e-4
    noisy = lorentz().matrices + noise * rng.normal(size=(6, 4, 4))
    assert not contains(lorentz().matrices, noisy)
    assert contains(lorentz().matrices, noisy, noise)
    bent = lorentz().matrices + 0.01 * np.eye(4)
    assert not contains(lorentz().matrices, bent, noise)


def test_an_empty_span() -> None:
    nothing = np.zeros((0, 3, 3))
    assert principal_angles(nothing, so(3).matrices).shape == (0,)
    assert inclusion_angle(nothing, so(3).matrices) == 0.0
    assert contains(so(3).matrices, nothing)


def test_spans_that_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match=r"\(2, 2\) and \(3, 3\) matrices cannot be compared"):
        principal_angles(so(2).matrices, so(3).matrices)
    with pytest.raises(ValueError, match=r"an array \(G, d, d\), not \(3, 3\)"):
        orthonormal(np.eye(3))
    with pytest.raises(ValueError, match="NaN or infinity"):
        orthonormal(np.full((1, 2, 2), np.nan))

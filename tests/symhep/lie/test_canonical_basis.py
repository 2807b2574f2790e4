"""A basis that depends on the span alone."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from symhep.lie.bases import so
from symhep.lie.canonical_basis import canonical_basis, leading
from symhep.lie.spans import orthonormal
from symhep.lie.sparsest import sparsest


def _turned(seed: int, rows: np.ndarray) -> np.ndarray:
    return np.asarray(np.linalg.qr(np.random.default_rng(seed).normal(size=(len(rows),) * 2))[0] @ rows)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.integers(1, 6))
def test_any_basis_of_a_span_gives_the_same(seed: int, size: int) -> None:
    rows = np.linalg.qr(np.random.default_rng(seed).normal(size=(9, size)))[0].T
    found = canonical_basis(rows)
    np.testing.assert_allclose(found @ found.T, np.eye(size), atol=1e-12)
    np.testing.assert_allclose(found.T @ found, rows.T @ rows, atol=1e-12)
    np.testing.assert_allclose(canonical_basis(_turned(seed + 1, rows)), found, atol=1e-9)


def test_equal_lengths_are_decided_by_place() -> None:
    rows = np.array([[1.0, 1.0, 1.0, 1.0], [1.0, -1.0, 1.0, -1.0]]) / 2
    for seed in range(10):
        found = canonical_basis(_turned(seed, rows))
        np.testing.assert_allclose(found, np.sqrt([[0.5, 0, 0.5, 0], [0, 0.5, 0, 0.5]]), atol=1e-12)
    assert leading(np.array([[0.5 - 1e-12, -0.5], [0.1, -0.5]])).tolist() == [0, 1]


def test_the_sparsest_basis_is_that_of_a_span() -> None:
    """The diagonal Gell-Mann matrices: three pairs are alike, rotated into each other by permutations."""
    diagonal = np.array([[1.0, -1.0, 0.0], [1.0, 1.0, -2.0]]) / np.sqrt([[2.0], [6.0]])
    first = sparsest(diagonal, np.random.default_rng(1)) @ diagonal
    for seed in range(10):
        rows = _turned(seed, diagonal)
        np.testing.assert_allclose(sparsest(rows, np.random.default_rng(1)) @ rows, first, atol=1e-9)


def test_orthonormal_matrices_do_not_depend_on_the_basis_given() -> None:
    basis = so(4).matrices.real
    mixed = np.tensordot(np.random.default_rng(1).normal(size=(6, 6)), basis, 1)
    np.testing.assert_allclose(orthonormal(mixed), orthonormal(basis), atol=1e-9)

"""The sparsest orthonormal basis of a span."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from symhep.lie.sparsest import quartimax, sparsest


@given(st.integers(0, 1000), st.integers(2, 6))
def test_a_rotation_is_a_rotation_and_never_less_sparse(seed: int, size: int) -> None:
    rows = np.linalg.qr(np.random.default_rng(seed).normal(size=(9, size)))[0].T
    for method in (sparsest, quartimax):
        turn = method(rows, np.random.default_rng(seed))
        assert np.allclose(turn @ turn.T, np.eye(size), atol=1e-12)
    start = quartimax(rows, np.random.default_rng(seed)) @ rows
    final = sparsest(rows, np.random.default_rng(seed)) @ rows
    assert (start**4).sum() >= (rows**4).sum() - 1e-12
    assert np.abs(final).sum() <= np.abs(start).sum() + 1e-9


def test_nothing_to_rotate() -> None:
    assert sparsest(np.zeros((0, 4)), np.random.default_rng(1)).shape == (0, 0)
    assert sparsest(np.ones((1, 4)) / 2, np.random.default_rng(1)).tolist() == [[1.0]]

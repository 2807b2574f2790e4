from __future__ import annotations

import numpy as np

from symhep_moments.fit.bounds.orthonormal import orthonormal


def test_orthonormal_combinations_leave_dependent_functions_out() -> None:
    x = np.random.default_rng(1).normal(size=(500, 3))
    x = np.c_[x, 1e3 * x[:, 0], np.zeros(500)]
    basis = orthonormal(x.T @ x / 500)
    np.testing.assert_allclose((x @ basis).T @ (x @ basis) / 500, np.eye(3), atol=1e-9)

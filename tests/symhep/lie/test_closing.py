"""The nearest closed span: closed, near, and reached quadratically."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats

from symhep.errors import LieError
from symhep.lie import bases
from symhep.lie.closing import nearest_closed
from symhep.lie.structure import structure_constants


@pytest.mark.parametrize("basis", [bases.so(3), bases.lorentz(), bases.su(3), bases.poincare()])
@pytest.mark.parametrize("error", [1e-4, 1e-2])
def test_closed(basis: object, error: float) -> None:
    x = basis.matrices  # type: ignore[attr-defined]
    rng = np.random.default_rng(1)
    noise = rng.normal(size=x.shape) + (1j * rng.normal(size=x.shape) if np.iscomplexobj(x) else 0)
    result = nearest_closed(x + error * noise, error)
    assert result.converged
    assert structure_constants(result.matrices).residual < 1e-11
    assert result.steps <= 6
    assert result.before > error


def test_distance_is_chi_squared() -> None:
    """Closed spans near so(3) in gl(3) are conjugates: 9 - 4 = 5 parameters (gl(3) modulo so(3) + R).

    A span has 3 * (9 - 3) = 18, so distance^2 is chi^2 with 13 degrees of freedom.
    """
    x, error = bases.so(3).matrices, 1e-4
    squares = [
        nearest_closed(x + error * np.random.default_rng(seed).normal(size=x.shape), error).distance ** 2
        for seed in range(60)
    ]
    assert scipy.stats.kstest(squares, scipy.stats.chi2(13).cdf).pvalue > 1e-3


def test_exact_entries_stay() -> None:
    x = bases.so(3).matrices.copy()
    errors = np.full(x.shape, 1e-2)
    errors[0] = 0
    moved = x + errors * np.random.default_rng(2).normal(size=x.shape)
    result = nearest_closed(moved, errors)
    assert result.converged
    np.testing.assert_array_equal(result.matrices[0], x[0])


def test_closed_already() -> None:
    result = nearest_closed(bases.so(4).matrices)
    assert (result.steps, result.distance) == (0, 0)


def test_wrong_errors() -> None:
    with pytest.raises(LieError, match=r"errors have the shape \(2,\), but the matrices have \(3, 3, 3\)"):
        nearest_closed(bases.so(3).matrices, [1.0, 2.0])

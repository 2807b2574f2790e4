"""Structure constants against epsilon_abc and the definition."""

from __future__ import annotations

import numpy as np
import pytest
from sympy import LeviCivita

from symhep.errors import LieError
from symhep.lie import bases
from symhep.lie.structure import structure_constants, trace_form_constants

EPSILON = np.array(
    [[[int(LeviCivita(a, b, c)) for c in range(3)] for b in range(3)] for a in range(3)], dtype=float
)


def test_epsilon() -> None:
    """(J_a)_bc = -epsilon_abc obey [J_a, J_b] = epsilon_abc J_c."""
    result = structure_constants(-EPSILON)
    np.testing.assert_allclose(result.constants, EPSILON, atol=1e-14)
    assert result.residual < 1e-14


def test_pauli_is_a_real_span() -> None:
    """-i sigma / 2: the same constants; i times them are independent over the reals."""
    sigma = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])
    np.testing.assert_allclose(structure_constants(-0.5j * sigma).constants, EPSILON, atol=1e-14)
    assert structure_constants(np.concatenate([-0.5j * sigma, 0.5 * sigma])).constants.shape == (6, 6, 6)


def test_residual() -> None:
    """[e_12, e_21] = e_11 - e_22 is orthogonal to both: nothing of it is explained."""
    result = structure_constants([[[0, 1.0], [0, 0]], [[0, 0], [1.0, 0]]])
    assert result.residual == pytest.approx(1)
    np.testing.assert_allclose(result.residuals, [[0, np.sqrt(2)], [np.sqrt(2), 0]])


def test_commuting() -> None:
    result = structure_constants(bases.translations(3).matrices)
    assert result.residual == 0
    assert not result.constants.any()


@pytest.mark.parametrize("basis", [bases.so(5), bases.lorentz(), bases.su(3), bases.u(2), bases.gl(3)])
def test_trace_form_agrees(basis: object) -> None:
    x = basis.matrices  # type: ignore[attr-defined]
    np.testing.assert_allclose(trace_form_constants(x), structure_constants(x).constants, atol=1e-12)


def test_trace_form_is_better() -> None:
    """Errors of 1e-4 in a conjugated so(4) enter in first order by least squares, in second by the form."""
    rng = np.random.default_rng(0)
    g = np.eye(4) + 0.3 * rng.normal(size=(4, 4))
    x = g @ bases.so(4).matrices @ np.linalg.inv(g)
    v = x.reshape(6, -1)
    noise = 1e-4 * rng.normal(size=v.shape)
    dual = np.linalg.inv(np.einsum("aij,bji->ab", x, x)) @ np.swapaxes(x, 1, 2).reshape(6, -1)
    y = (v + noise - (noise @ dual.T) @ v).reshape(x.shape)  # the span turned, the basis not
    exact = structure_constants(x).constants
    by_form = np.abs(trace_form_constants(y) - exact).max()
    assert by_form < 1e-6
    assert np.abs(structure_constants(y).constants - exact).max() > 20 * by_form


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.zeros((2, 3)), r"shape \(G, d, d\)"),
        (np.full((1, 2, 2), np.inf), "not finite"),
        (np.ones((2, 2, 2)), "the 2 matrices are linearly dependent"),
    ],
)
def test_no_basis(x: np.ndarray, message: str) -> None:
    with pytest.raises(LieError, match=message):
        structure_constants(x)

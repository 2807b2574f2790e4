from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate
from scipy.special import xlogy
from scipy.stats import multivariate_normal, norm

from symhep_symmetrygan.landscape.loss import LOG_4, analytic_loss
from symhep_symmetrygan.landscape.mixture import Mixture

LINE = Mixture.of([[0.5]], [[[1.0]]])
BIMODAL = Mixture.of([[-1.0], [1.0]], [[[0.1]]], [1.0, 3.0])
PLANE = Mixture.of([[0.0, 0.0]], [[[1.0, 0.0], [0.0, 2.0]]])


def _one(density: Mixture, a: object, b: object) -> float:
    matrix, shift = torch.as_tensor(a, dtype=torch.float64), torch.as_tensor(b, dtype=torch.float64)
    return float(analytic_loss(density, matrix, shift))


def _integrand(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """Eq. (14) with (15): - p ln(p / (p + q)) - q ln(q / (p + q))."""
    return xlogy(p + q, p + q) - xlogy(p, p) - xlogy(q, q)


def _by_scipy(density: Mixture, c: float, b: float) -> float:
    def values(x: float) -> float:
        p = norm.pdf(x, density.means[:, 0], np.sqrt(density.covariances[:, 0, 0])) @ density.weights
        q = (
            norm.pdf((x - b) / c, density.means[:, 0], np.sqrt(density.covariances[:, 0, 0]))
            @ density.weights
        )
        return float(_integrand(p, q / abs(c)))

    centres = [*density.means[:, 0], *(c * density.means[:, 0] + b)]
    widths = np.sqrt(density.covariances[0, 0, 0]) * np.array([1.0, abs(c)])
    ends = sorted({m + k * w for m in centres for w in widths for k in (-9, -3, -1, 0, 1, 3, 9)})
    return sum(integrate.quad(values, u, v, epsabs=1e-12, epsrel=1e-10)[0] for u, v in pairwise(ends))


@pytest.mark.parametrize("density", [LINE, BIMODAL])
@pytest.mark.parametrize(
    ("c", "b"), [(0.5, 1.0), (-2.0, 0.3), (3.0, 2.0), (0.01, 0.4), (1.0, 4.0), (1e-4, 0.0)]
)
def test_on_the_line_it_is_scipys_integral(density: Mixture, c: float, b: float) -> None:
    assert _one(density, [[c]], [b]) == pytest.approx(_by_scipy(density, c, b), abs=1e-7)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ([[0.8, 0.6], [-0.6, 0.8]], [0.0, 0.0]),
        ([[2.0, 1.0], [0.0, 0.3]], [0.5, -1.0]),
        ([[0.1, 0.0], [0.9, 0.2]], [0, 0]),
    ],
)
def test_in_the_plane_it_is_a_plain_sum_over_a_fine_grid(a: list[list[float]], b: list[float]) -> None:
    step = 0.02
    axis = np.arange(-14, 14, step)
    x = np.stack(np.meshgrid(axis, axis, indexing="ij"), -1)
    m, shift = np.array(a), np.array(b)
    p = multivariate_normal([0, 0], PLANE.covariances[0]).pdf(x)
    q = multivariate_normal(shift, m @ PLANE.covariances[0] @ m.T).pdf(x)
    assert _one(PLANE, a, b) == pytest.approx(_integrand(p, q).sum() * step**2, abs=1e-7)


@given(turn=st.floats(0, 6.28), flip=st.booleans())
def test_symmetries_have_the_loss_of_guessing(turn: float, flip: bool) -> None:
    """R^(1/2) O R^(-1/2) keeps N(0, R) for every orthogonal O: the whole group of N_{1,2}, not only V_4."""
    c, s = math.cos(turn), math.sin(turn)
    o = np.array([[c, s], [-s, c]]) @ np.diag([1.0, -1.0 if flip else 1.0])
    root = np.diag([1.0, math.sqrt(2)])
    assert _one(PLANE, root @ o @ np.linalg.inv(root), [0, 0]) == pytest.approx(2 * math.log(2), abs=1e-9)
    assert math.log(4) == LOG_4


@given(c=st.floats(-3, 3).filter(lambda v: abs(v) > 0.05), b=st.floats(-3, 3))
def test_a_map_and_its_inverse_have_the_same_loss(c: float, b: float) -> None:
    assert _one(BIMODAL, [[c]], [b]) == pytest.approx(_one(BIMODAL, [[1 / c]], [-b / c]), abs=1e-7)


def test_where_nothing_meets_the_loss_is_zero() -> None:
    """A map to a point, and one that moves all events away."""
    assert _one(LINE, [[0.0]], [0.5]) == 0
    assert _one(PLANE, [[1.0, 1.0], [1.0, 1.0]], [0.0, 0.0]) == 0
    assert _one(LINE, [[1.0]], [40.0]) == 0


def test_moved_away_it_falls_faster_than_the_overlap() -> None:
    """The integrand is at most 2 ln 2 sqrt(p q), whose integral is exp(-b^2 / 8) for unit Gaussians b apart."""
    for b in (1.0, 3.0, 6.0):
        assert 0 < _one(LINE, [[1.0]], [b]) <= 2 * math.log(2) * math.exp(-(b**2) / 8) + 1e-12


def test_the_slope_is_a_difference_of_losses() -> None:
    a = torch.tensor([[0.7, 0.2], [-0.3, 1.1]], dtype=torch.float64, requires_grad=True)
    b = torch.tensor([0.2, -0.1], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda m, t: analytic_loss(PLANE, m, t), (a, b), eps=1e-5, atol=1e-6)


def test_three_dimensions_are_refused() -> None:
    with pytest.raises(ValueError, match="one or two dimensions, not in 3"):
        analytic_loss(Mixture.of([[0.0] * 3], np.eye(3)), torch.eye(3), torch.zeros(3))

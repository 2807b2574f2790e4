"""The principal logarithm, against scipy and by its laws."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import expm, logm
from scipy.stats import ortho_group, special_ortho_group, unitary_group

from symhep.lie.bases import lorentz, so, su
from symhep.lie.groups import logarithm


def _turn(angle: float) -> torch.Tensor:
    c, s = math.cos(angle), math.sin(angle)
    return torch.tensor([[c, -s], [s, c]], dtype=torch.float64)


@pytest.mark.parametrize("d", [1, 2, 4, 8])
def test_scipys(d: int) -> None:
    rng = np.random.default_rng(d)
    matrices = expm(rng.normal(size=(10, d, d)) / np.sqrt(d))
    expected = np.array([logm(m) for m in matrices])
    assert np.isrealobj(expected)
    np.testing.assert_allclose(logarithm(torch.from_numpy(matrices)).numpy(), expected, atol=1e-10)


@pytest.mark.parametrize("n", [2, 3, 4, 6])
def test_random_rotations_come_back(n: int) -> None:
    turns = torch.from_numpy(special_ortho_group(n, seed=n).rvs(50))
    logs = logarithm(turns)
    assert torch.allclose(logs, -logs.mT, atol=1e-11)
    np.testing.assert_allclose(expm(logs.numpy()), turns, atol=1e-11)
    frequencies = np.linalg.eigvals(logs.numpy()).imag
    assert np.abs(frequencies).max() < np.pi


@given(st.lists(st.floats(-1.2, 1.2), min_size=6, max_size=6))
def test_lorentz_transformations(theta: list[float]) -> None:
    """|theta| <= 1.2 sqrt(3) < pi: the eigenvalues stay in the strip, so the logarithm is the one put in."""
    generator = lorentz().combination(theta)
    found = logarithm(torch.from_numpy(expm(generator)))
    np.testing.assert_allclose(found.numpy(), generator, atol=1e-9)


def test_unitary_matrices() -> None:
    group = unitary_group(3, seed=1).rvs(10)
    logs = logarithm(torch.from_numpy(group)).numpy()
    np.testing.assert_allclose(logs, -logs.conj().swapaxes(1, 2), atol=1e-11)
    np.testing.assert_allclose(expm(logs), group, atol=1e-11)
    x = su(2).combination([0.3, -0.2, 0.5])
    np.testing.assert_allclose(logarithm(torch.from_numpy(expm(x))).numpy(), x, atol=1e-14)


@pytest.mark.parametrize("gap", [1e-1, 1e-2, 1e-3, 2e-4])
def test_close_to_half_a_turn(gap: float) -> None:
    """The condition number of log there is about pi / gap, and so is the error in units of rounding."""
    found = logarithm(_turn(math.pi - gap))[1, 0].item()
    assert found == pytest.approx(math.pi - gap, abs=20 * 2.2e-16 * math.pi / gap)


def test_large_and_small_scales_are_split_off() -> None:
    for log_scale in (-20.0, 1e-9, 20.0):
        found = logarithm(math.exp(log_scale) * _turn(1.0))
        np.testing.assert_allclose(found, [[log_scale, -1.0], [1.0, log_scale]], atol=1e-13)


@pytest.mark.parametrize(
    "matrix",
    [
        -torch.eye(2),
        torch.diag(torch.tensor([1.0, -1.0])),
        torch.diag(torch.tensor([-1.0, -2.0, 3.0])),
        torch.zeros(2, 2),
        torch.tensor([[-1.0, 1.0], [0.0, -1.0]]),
        torch.full((2, 2), math.nan),
    ],
    ids=["half turn", "reflection", "negative pair", "singular", "negative Jordan block", "nan"],
)
def test_no_principal_logarithm_is_nan(matrix: torch.Tensor) -> None:
    both = logarithm(torch.stack([matrix.double(), torch.eye(len(matrix)).double()]))
    assert both[0].isnan().all()
    assert not both[1].any()


def test_the_other_component_of_o4_is_reported_from_the_first() -> None:
    elements = ortho_group(4, seed=3).rvs(40)
    real = ~logarithm(torch.from_numpy(elements)).isnan().any(-1).any(-1)
    assert real.numpy().tolist() == (np.linalg.det(elements) > 0).tolist()
    assert 5 < int(real.sum()) < 35


def test_gradients() -> None:
    base = torch.from_numpy(expm(np.random.default_rng(0).normal(size=(2, 3, 3)) / 2)).requires_grad_()
    assert torch.autograd.gradcheck(logarithm, (base,))
    assert torch.autograd.gradgradcheck(logarithm, (base[:1].detach().requires_grad_(),))
    z = torch.from_numpy(expm(su(2).combination([1.0, 0.5, 2.0]))).requires_grad_()
    assert torch.autograd.gradcheck(logarithm, (z,))


def test_gradient_where_eigenvalues_coincide() -> None:
    """At c 1 the derivative of log is 1 / c times the identity map, whatever an eigen-decomposition makes of it."""
    base = (3 * torch.eye(4, dtype=torch.float64)).requires_grad_()
    slope = torch.from_numpy(np.random.default_rng(1).normal(size=(4, 4)))
    (gradient,) = torch.autograd.grad((logarithm(base) * slope).sum(), base)
    torch.testing.assert_close(gradient, slope / 3, rtol=1e-13, atol=1e-13)


def test_a_vanishing_slope() -> None:
    base = _turn(0.5).requires_grad_()
    (gradient,) = torch.autograd.grad((0 * logarithm(base)).sum(), base)
    assert not gradient.any()


def test_single_precision_is_limited_by_its_input_only() -> None:
    generator = so(4).combination([1.0, -0.5, 0.3, 0.8, 0.2, -1.1])
    found = logarithm(torch.from_numpy(expm(generator)).float())
    assert found.dtype == torch.float32
    np.testing.assert_allclose(found, generator, atol=2e-6)


def test_nothing_is_read_back() -> None:
    assert logarithm(torch.zeros(7, 4, 4, device="meta")).shape == (7, 4, 4)

"""The exponential, against mpmath and scipy, and by its laws."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import expm, expm_cond

from symhep.lie.groups import exponential


def _random(seed: int, *shape: int) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).normal(size=shape))


@pytest.mark.parametrize("d", [1, 2, 4, 5, 8])
@pytest.mark.parametrize("norm", [1e-8, 0.3, 1.0, 10.0, 40.0])
def test_exact_to_the_condition_number(d: int, norm: float) -> None:
    """Against 60 digits; scipy's own expm (1.17) is off by up to 600 times this bound for some of these."""
    matrices = _random(d, 5, d, d)
    matrices *= norm / matrices.abs().sum(-2).amax(-1)[:, None, None]
    with mpmath.workdps(60):
        for matrix, found in zip(matrices.numpy(), exponential(matrices).numpy(), strict=True):
            exact = np.array(
                mpmath.expm(mpmath.matrix(matrix.tolist()), method="taylor").tolist(), dtype=float
            )
            error = np.linalg.norm(found - exact) / np.linalg.norm(exact)
            assert error < 5 * 2.3e-16 * max(1, expm_cond(matrix))


def test_complex_and_single_precision() -> None:
    z = torch.complex(_random(1, 5, 3, 3), _random(2, 5, 3, 3))
    np.testing.assert_allclose(exponential(z).numpy(), expm(z.numpy()), rtol=1e-12, atol=1e-12)
    single = exponential(z.to(torch.complex64))
    assert single.dtype == torch.complex64
    np.testing.assert_allclose(single.numpy(), expm(z.numpy()), rtol=1e-4, atol=1e-4)


@given(st.integers(0, 10**6), st.floats(0, 3), st.floats(0, 3))
def test_laws(seed: int, s: float, t: float) -> None:
    a = _random(seed, 4, 4) / 2
    torch.testing.assert_close(
        exponential(s * a) @ exponential(t * a), exponential((s + t) * a), rtol=1e-10, atol=1e-10
    )
    torch.testing.assert_close(exponential(t * a).det(), (t * a.trace()).exp(), rtol=1e-9, atol=0)
    torch.testing.assert_close(exponential(t * a).inverse(), exponential(-t * a), rtol=1e-8, atol=1e-8)


def test_each_matrix_has_its_own_scaling() -> None:
    """Squared as often as a large one beside them, small ones would have 2^6 times the rounding."""
    small, large = _random(3, 50, 4, 4) * 1e-3, 40 * torch.eye(4, dtype=torch.float64)[None]
    together = exponential(torch.cat([small, large]))
    assert np.abs(together[:-1].numpy() - expm(small.numpy())).max() < 10 * np.finfo(float).eps
    torch.testing.assert_close(together[-1], exponential(large[0]), rtol=1e-13, atol=0)


def test_gradients() -> None:
    for norm in (0.1, 3.0):
        matrices = (norm * _random(5, 2, 3, 3)).requires_grad_()
        assert torch.autograd.gradcheck(exponential, (matrices,))
    assert torch.autograd.gradgradcheck(exponential, ((0.3 * _random(6, 2, 2)).requires_grad_(),))


def test_beyond_the_domain_is_nan_for_that_matrix_alone() -> None:
    two = torch.stack([49 * torch.eye(2), 47 * torch.eye(2)]).double()
    result = exponential(two)
    assert result[0].isnan().all()
    np.testing.assert_allclose(result[1].diagonal(), np.exp(47.0), rtol=1e-13)


def test_nothing_is_read_back() -> None:
    """On the meta device there are no values: whoever looks at one raises."""
    assert exponential(torch.zeros(7, 4, 4, device="meta")).shape == (7, 4, 4)

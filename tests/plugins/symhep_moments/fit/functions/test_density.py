from __future__ import annotations

import numpy as np
import pytest
import torch

from symhep.errors import MethodError
from symhep.lie.bases import poincare
from symhep.lie.sums import algebra_sum
from symhep_moments.fit.candidates import given_test
from symhep_moments.fit.fields import LinearFields
from symhep_moments.fit.functions.density import UnderDensity
from symhep_moments.fit.functions.layers import along_fields, log_density, weight
from symhep_moments.fit.functions.polynomials import Polynomials
from symhep_moments.fit.functions.squash import Squashed
from symhep_moments.fit.sums import moments_of

FUNCTIONS = Squashed(Polynomials(2, 2), 1.5)


def _ellipse(x: torch.Tensor) -> torch.Tensor:
    """Of a normal law with standard deviations 10 and 30."""
    return -(x.flatten(1) / torch.tensor([10.0, 30.0], dtype=torch.float64)).square().sum(dim=1) / 2


def test_events_of_the_density_itself_have_all_symmetries_relative_to_it() -> None:
    """Also those that change volumes: gl(2) and translations, 6 generators; the pulls are standard normal."""
    generators = algebra_sum("gl(2)+T", 2).homogeneous()
    x = torch.from_numpy(np.random.default_rng(1).normal(size=(20_000, 1, 2)) * [10.0, 30.0]) / 20.0
    ones = torch.ones(len(x), dtype=torch.float64)
    own = moments_of(x, ones, UnderDensity(FUNCTIONS, _ellipse, generators, 20.0), generators)
    pulls = own.mean / np.sqrt(np.einsum("kaka->ka", own.covariance))
    assert np.abs(pulls).max() < 4.0
    plain = moments_of(x, ones, FUNCTIONS, generators)
    assert np.abs(plain.mean / np.sqrt(np.einsum("kaka->ka", plain.covariance))).max() > 20.0


def test_another_law_with_the_same_invariance_relative_to_the_density() -> None:
    """p = q(x) r(|x / sigma|): a turn of x / sigma leaves p / q as it is, a turn of x does not."""
    rng = np.random.default_rng(2)
    z = rng.normal(size=(20_000, 1, 2)) * rng.choice([0.5, 1.5], size=(20_000, 1, 1))
    x = torch.from_numpy(z * [10.0, 30.0]) / 20.0
    generators = algebra_sum("sl(2)", 2).homogeneous()
    turn = np.zeros((3, 3))
    turn[0, 1], turn[1, 0] = -1 / 3, 3.0
    flat = generators.matrices.reshape(3, -1)
    theta = np.linalg.lstsq(flat.T, turn.ravel(), rcond=None)[0]
    m = moments_of(
        x,
        torch.ones(len(x), dtype=torch.float64),
        UnderDensity(FUNCTIONS, _ellipse, generators, 20.0),
        generators,
    )
    assert given_test(m, theta).log_p > np.log(1e-3)
    assert given_test(m, np.eye(3)[0]).log_p < np.log(1e-6)


def test_sums_over_events_are_sums_of_the_derivatives() -> None:
    generators = poincare()
    q = UnderDensity(Squashed(Polynomials(4, 2), 2.0), lambda x: -x[..., 0].sum(dim=1), generators, 2.0)
    x = torch.randn(50, 2, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    w, v = torch.linspace(-1, 1, 50, dtype=torch.float64), LinearFields(generators)(x)
    torch.testing.assert_close(q.sum_along(x, v, w), torch.einsum("n,nkg->kg", w, q.along(x, v)))
    some = along_fields(q, generators.subset(["P_t"]))
    a = generators.labels.index("P_t")
    torch.testing.assert_close(some.along(x, v[:, a : a + 1]), q.along(x, v)[:, :, a : a + 1])
    torch.testing.assert_close(log_density(q, x), -2 * x[..., 0].sum(dim=1))
    assert weight(q, x).eq(1).all()
    with pytest.raises(ValueError, match="1 fields, but a density for 10 generators"):
        q.along(x, v[:, :1])


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda x: x.sum(), r"shape \(5,\), not shape \(\)"),
        (lambda x: 1.0, r"not float"),
        (lambda x: x[:, 0, 0] / 0, "not finite for some events"),
        (lambda x: torch.zeros(len(x)), "has no derivative"),
        (
            lambda x: x.nothing,
            "the density function raised an error for a torch tensor of shape .* AttributeError",
        ),
        (lambda x: (x[:, 0, 0] * 0).sqrt(), "gradient .* is not finite"),
    ],
)
def test_functions_that_are_no_densities(function: object, message: str) -> None:
    generators = algebra_sum("so(2)", 2).homogeneous()
    x = torch.ones(5, 1, 2, dtype=torch.float64)
    with pytest.raises(MethodError, match=message):
        UnderDensity(FUNCTIONS, function, generators, 1.0).along(x, LinearFields(generators)(x))  # type: ignore[arg-type]

"""Finite transformations: a step that no gradient sees is seen, a symmetry is not doubted."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from symhep_oracle.fit import exact
from symhep_oracle.fit.canonical import canonical
from symhep_oracle.fit.conditions import Conditions
from symhep_oracle.fit.fields import LinearFields, PolynomialFields
from symhep_oracle.fit.finite import STEP, doubt, flow, transform
from symhep_oracle.oracles.interface import Oracle
from symhep_oracle.oracles.layout import Layout
from symhep_oracle.oracles.norms import LORENTZ, QuadraticForm, Squeeze

MOMENTUM = Layout(1, 4)


class Acceptance(Oracle):
    """E^2 - p^2 within |eta| < 1 and nothing outside: invariant under turns about the beam alone."""

    outputs = 1

    def __call__(self, x: Tensor) -> Tensor:
        eta = torch.asinh(x[..., 3] / x[..., 1:3].norm(dim=-1))
        mass = x[..., 0] ** 2 - x[..., 1:].square().sum(dim=-1)
        return (mass * (eta.abs() < 1))[..., None]


def _solved(oracle: Oracle, x: Tensor, degree: int = 1) -> tuple[Conditions, exact.Solution]:
    fields = LinearFields(oracle.layout) if degree == 1 else PolynomialFields(oracle.layout, degree)
    conditions = Conditions(oracle, fields, x, np.ones(len(x)), 1.0)
    solution = exact.solve(oracle, x, np.ones(len(x)), fields, np.random.default_rng(1))
    return conditions, canonical(solution, fields, True, np.random.default_rng(2))


@pytest.fixture
def momenta() -> Tensor:
    rng = np.random.default_rng(3)
    p = rng.normal(size=(2000, 3)) * 30
    return torch.from_numpy(np.c_[np.sqrt(25 + (p**2).sum(axis=1)), p])


def test_flow_is_the_exponential() -> None:
    w = torch.tensor([[0.0, 0.4], [0.4, -0.2]], dtype=torch.float64)
    x = torch.tensor([[1.0, 2.0], [-3.0, 0.5]], dtype=torch.float64)
    found = flow(LinearFields(Layout(1, 2)), w.flatten(), x, STEP)
    assert torch.allclose(found, x @ torch.linalg.matrix_exp(STEP * w).T, atol=1e-9)


def test_a_hard_cut_is_seen_although_its_gradient_is_not(momenta: Tensor) -> None:
    conditions, solution = _solved(Acceptance(MOMENTUM), momenta)
    assert solution.dimension == 6  # what the gradient says: the whole Lorentz group
    finite = transform(conditions, solution, np.random.default_rng(4))
    # Names come in the order J_x, J_y, J_z, K_x, K_y, K_z; turns about the beam keep eta.
    assert (finite.moved > 0).tolist() == [True, True, False, True, True, True]
    doubted = doubt(solution, finite)
    assert doubted.stability == 0
    assert doubted.reason.endswith("but finite transformations change the oracle")


def test_a_symmetry_is_not_doubted(momenta: Tensor) -> None:
    conditions, solution = _solved(QuadraticForm(MOMENTUM, LORENTZ), momenta)
    finite = transform(conditions, solution, np.random.default_rng(4))
    assert finite.change.max() < 1e-6
    assert doubt(solution, finite) is solution


def test_polynomial_fields_flow_too() -> None:
    x = torch.from_numpy(np.random.default_rng(5).normal(size=(400, 2)))
    conditions, solution = _solved(Squeeze(Layout(1, 2)), x, degree=2)
    finite = transform(conditions, solution, np.random.default_rng(4))
    assert solution.dimension == 3  # x1 d1 - x2 d2 times 1, x1, x2
    assert finite.moved.max() == 0


def test_no_generator_nothing_to_move(momenta: Tensor) -> None:
    conditions, solution = _solved(QuadraticForm(MOMENTUM, LORENTZ), momenta)
    none = solution.rotated(np.zeros((0, 6)))
    assert transform(conditions, none, np.random.default_rng(4)).to_record().moved == ()

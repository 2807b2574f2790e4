from __future__ import annotations

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from symhep.errors import CardError
from symhep.lie.bases import poincare
from symhep.readers.toy.decays import TwoBody
from symhep_moments.fit.candidates import given_test
from symhep_moments.fit.fields import LinearFields
from symhep_moments.fit.functions.edges import Edge, Edged
from symhep_moments.fit.functions.member_edges import edged
from symhep_moments.fit.functions.polynomials import Polynomials
from symhep_moments.fit.functions.squash import Squashed
from symhep_moments.fit.sums import moments_of

MOMENTUM = ("E", "px", "py", "pz")
FUNCTIONS = Squashed(Polynomials(4, 2, MOMENTUM), 2.0)


def _central(seed: int, n: int) -> torch.Tensor:
    """Isotropic decays with |eta| < 1."""
    x = TwoBody(width=0.03).draw(np.random.default_rng(seed), n) / 30.0
    eta = np.arcsinh(x[:, 0, 3] / np.hypot(x[:, 0, 1], x[:, 0, 2]))
    return torch.from_numpy(x[np.abs(eta) < 1])


def _edged(*edges: Edge) -> Edged:
    return Edged(FUNCTIONS, edges, 30.0, MOMENTUM, 2)


def _log_p(x: torch.Tensor, functions: object, label: str) -> float:
    generators = poincare().subset([label])
    moments = moments_of(x, torch.ones(len(x), dtype=torch.float64), functions, generators)  # type: ignore[arg-type]
    return given_test(moments, [1.0]).log_p


def test_a_cut_is_no_breaking_where_its_edge_is_declared() -> None:
    x, edge = _central(1, 8000), _edged(Edge(variable="abs_eta", below=1.0, width=0.5))
    assert _log_p(x, FUNCTIONS, "J_x") < np.log(1e-20)
    assert _log_p(x, edge, "J_x") > np.log(1e-3)
    assert _log_p(x, edge, "K_z") < np.log(1e-20)


def test_p_values_with_edges_are_calibrated() -> None:
    """60 toys of some 1,150 events each: p < 0.2 in 12 +- 3.1 of them."""
    edge = _edged(Edge(variable="abs_eta", below=1.0, width=0.5))
    small = sum(_log_p(_central(100 + toy, 1500), edge, "J_x") < np.log(0.2) for toy in range(60))
    assert 3 <= small <= 22


def test_the_derivative_is_that_along_the_flow() -> None:
    edges = _edged(
        Edge(variable="pt", above=30.0, width=20.0), Edge(variable="eta", below=0.8, width=1.0, particle=1)
    )
    x = torch.from_numpy(TwoBody().draw(np.random.default_rng(2), 200) / 30.0)
    fields = LinearFields(poincare())
    v, step = fields(x), 1e-6
    moved = edges.along(x, v)
    for a in range(10):
        change = (edges.values(x + step * v[:, a]) - edges.values(x - step * v[:, a])) / (2 * step)
        torch.testing.assert_close(moved[:, :, a], change, atol=1e-6, rtol=1e-6)
    w = torch.linspace(-1, 2, 200, dtype=torch.float64)
    torch.testing.assert_close(edges.sum_along(x, v, w), torch.einsum("n,nkg->kg", w, moved))


def test_share_of_the_information() -> None:
    """Uniform depth over one width: b = u^2 (3 - 2 u) with E[b] = 1/2, E[b^2] = 13/35."""
    x = torch.zeros(100_000, 1, 4, dtype=torch.float64)
    x[:, 0, 0] = torch.linspace(1.0, 2.0, 100_000, dtype=torch.float64)
    edge = Edged(FUNCTIONS, [Edge(variable="E", above=1.0, width=1.0)], 1.0, MOMENTUM, 1)
    assert edge.share(x, torch.ones(100_000, dtype=torch.float64)) == pytest.approx(
        0.25 / (13 / 35), rel=1e-4
    )


def test_a_particle_along_the_beam_has_no_pseudorapidity_and_does_no_harm() -> None:
    x = torch.tensor([[[1.0, 0.0, 0.0, 1.0]]], dtype=torch.float64)
    edge = Edged(FUNCTIONS, [Edge(variable="abs_eta", below=2.5)], 1.0, MOMENTUM, 1)
    assert torch.equal(
        edge.along(x, LinearFields(poincare())(x)), torch.zeros(1, 14, 10, dtype=torch.float64)
    )


def test_edges_that_mean_nothing_are_refused() -> None:
    with pytest.raises(
        CardError, match="an edge names the variable 'ptt', which the vectors do not have; did you mean 'pt'"
    ):
        _edged(Edge(variable="ptt", above=1.0))
    with pytest.raises(CardError, match="an edge names particle 3, but an event has 2"):
        _edged(Edge(variable="pt", above=1.0, particle=3))
    with pytest.raises(ValidationError, match="either 'above' or 'below'"):
        Edge(variable="pt")
    with pytest.raises(ValidationError, match="an edge at 0 needs a width"):
        Edge(variable="pz", above=0.0)
    with pytest.raises(ValidationError, match="particles are counted from 1"):
        Edge(variable="pt", above=1.0, particle=0)
    assert edged(FUNCTIONS, [], 1.0, MOMENTUM, 2) is FUNCTIONS

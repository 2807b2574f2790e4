"""Losses and their gradients against the slides' formulas, written plainly for automatic differentiation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from symhep.torchkit.streams import ReplicaStreams, replica_seeds
from symhep_oracle.gradient.families import MatrixFamily
from symhep_oracle.gradient.forms import quadratic_form
from symhep_oracle.gradient.invariance import (
    AnyInvariance,
    Invariance,
    QuadraticInvariance,
    RootInvariance,
)
from symhep_oracle.gradient.options import Difference, GradientOptions, LossWeights
from symhep_oracle.gradient.training import Ensemble
from symhep_oracle.oracles.layout import Layout

EPSILON = 0.02  # large, so that its terms count
METRIC = torch.diag(torch.tensor([1.0, -1.0, -1.0, -1.0], dtype=torch.float64))
HEAVY = LossWeights(invariance=1.3, normalisation=0.7, orthogonality=0.9, closure=1.1, sparsity=0.2)


def points(features: int, count: int = 40) -> Tensor:
    return torch.as_tensor(np.random.default_rng(1).normal(size=(count, features)))


def shares(count: int = 40) -> Tensor:
    drawn = torch.as_tensor(np.random.default_rng(2).uniform(size=count))
    return drawn / drawn.sum()


def plain_loss(
    matrices: list[Tensor],
    constants: Tensor | None,
    act: Callable[[Tensor, Tensor], Tensor],
    phi: Callable[[Tensor], Tensor],
    x: Tensor,
    p: Tensor,
    difference: Difference,
    h: LossWeights,
    power: int,
) -> Tensor:
    """Equations (4)-(7) and closure of one set of generators: loops over generators and pairs."""
    total = torch.zeros((), dtype=torch.float64)
    pair = 0
    for a, w in enumerate(matrices):
        ahead, behind = phi(x + EPSILON * act(w, x)), phi(x - EPSILON * act(w, x))
        change = (ahead - phi(x)) / EPSILON if difference == "forward" else (ahead - behind) / (2 * EPSILON)
        total = total + h.invariance * (p[:, None] * change**2).sum()
        total = total + h.normalisation * (torch.trace(w @ w.conj().T).real - 2) ** 2
        entries = torch.view_as_real(w).flatten() if w.is_complex() else w.flatten()
        products = torch.outer(entries, entries) ** 2
        total = total + h.sparsity * (products.sum() - products.diagonal().sum())
        for other in matrices[a + 1 :]:
            total = total + h.orthogonality * torch.trace(w @ other.conj().T).real ** 2
            if constants is not None:
                gap = w @ other - other @ w - sum(constants[pair][c] * v for c, v in enumerate(matrices))
                total = total + h.closure * (gap.abs() ** 2).sum() ** power
            pair += 1
    return total


def complex_act(w: Tensor, x: Tensor) -> Tensor:
    d = len(w)
    moved = torch.complex(x[:, :d], x[:, d:]) @ w.T
    return torch.cat([moved.real, moved.imag], dim=1)


CASES = [
    pytest.param("length", False, "general", id="length"),
    pytest.param("interval", False, "general", id="interval"),
    pytest.param("taxicab", False, "general", id="taxicab"),
    pytest.param("length", True, "general", id="complex length"),
    pytest.param("length", True, "unitary", id="anti-Hermitian"),
    pytest.param("length", True, "special", id="traceless"),
    pytest.param("interval", False, "unitary", id="antisymmetric"),
]


def setting(
    oracle: str, layout: Layout, difference: Difference
) -> tuple[Callable[[Tensor], Tensor], Invariance]:
    x, p = points(layout.features), shares()
    if oracle == "interval":
        return lambda x: ((x @ METRIC) * x).sum(-1, keepdim=True), QuadraticInvariance(
            METRIC, x, p, EPSILON, difference
        )
    if oracle == "length":
        one = torch.eye(layout.features, dtype=torch.float64)
        return lambda x: x.norm(dim=-1, keepdim=True), RootInvariance(one, x, p, EPSILON, difference)

    def taxicab(x: Tensor) -> Tensor:
        return x.abs().sum(-1, keepdim=True)

    return taxicab, AnyInvariance(taxicab, layout, x, p, EPSILON, difference)


@pytest.mark.parametrize("power", [1, 2])
@pytest.mark.parametrize("difference", ["forward", "central"])
@pytest.mark.parametrize(("oracle", "complex_", "kind"), CASES)
def test_loss_and_gradient_are_those_of_the_slides(
    oracle: str, complex_: bool, kind: str, difference: Difference, power: int
) -> None:
    layout = Layout(1, 2 if complex_ else 4, complex=complex_)
    phi, invariance = setting(oracle, layout, difference)
    options = GradientOptions(weights=HEAVY, difference=difference, closure_power=power)
    family = MatrixFamily(layout, kind)
    counts = [3, 2]
    with torch.no_grad():
        ensemble = Ensemble(torch.tensor(counts), 3, family, invariance, options)
        ensemble.initialise(ReplicaStreams(replica_seeds(np.random.SeedSequence(3), 2)))
        assert ensemble.constants is not None
        drawn = torch.as_tensor(np.random.default_rng(4).normal(size=ensemble.constants.shape))
        alive = (
            ensemble.algebra.active[:, None, :]
            & (ensemble.algebra.second < torch.tensor(counts)[:, None])[..., None]
        )
        ensemble.constants.copy_(drawn * alive)
        ensemble.slopes()
        parts = ensemble.parts()
    basis = torch.as_tensor(family.matrices(np.eye(family.unknowns)))
    for r, count in enumerate(counts):
        theta = ensemble.theta[r].clone().requires_grad_()
        constants = ensemble.constants[r].clone().requires_grad_()
        live = [k for k, b in enumerate(ensemble.algebra.second.tolist()) if b < count]
        matrices = [torch.tensordot(t.to(basis.dtype), basis, dims=1) for t in theta[:count]]
        act = complex_act if complex_ else (lambda w, x: x @ w.T)
        loss = plain_loss(
            matrices, constants[live], act, phi, points(layout.features), shares(), difference, HEAVY, power
        )
        loss.backward()
        assert parts[r].sum().item() == pytest.approx(loss.item(), rel=1e-10)
        assert theta.grad is not None
        assert constants.grad is not None
        # Differences of phi over eps lose 1/eps of the sixteen digits.
        torch.testing.assert_close(ensemble.parameters.gradient("theta")[r], theta.grad, rtol=1e-9, atol=1e-9)
        torch.testing.assert_close(
            ensemble.parameters.gradient("constants")[r], constants.grad, rtol=1e-9, atol=1e-9
        )


def test_the_general_path_agrees_with_the_written_out_ones() -> None:
    layout = Layout(1, 4)
    w = torch.as_tensor(np.random.default_rng(5).normal(size=(6, 4, 4)))
    for oracle in ("length", "interval"):
        for difference in ("forward", "central"):
            phi, closed = setting(oracle, layout, difference)
            general = AnyInvariance(phi, layout, points(4), shares(), EPSILON, difference)
            slopes = torch.zeros_like(w), torch.zeros_like(w)
            losses = closed.evaluate(w, slopes[0]), general.evaluate(w, slopes[1])
            torch.testing.assert_close(*losses, rtol=1e-10, atol=1e-12)
            torch.testing.assert_close(*slopes, rtol=1e-9, atol=1e-9)
            torch.testing.assert_close(general.evaluate(w), losses[0], rtol=1e-10, atol=1e-12)


def test_vectors_of_an_event_move_alike() -> None:
    """phi = x . y of two vectors: with one matrix on both, (4) is that of the sum over n of (x' . y' - x . y)^2."""
    layout, x, p = Layout(2, 3), points(6), shares()

    def product(x: Tensor) -> Tensor:
        return (x[..., :3] * x[..., 3:]).sum(-1, keepdim=True)

    w = torch.as_tensor(np.random.default_rng(6).normal(size=(1, 3, 3)))
    move = torch.eye(3, dtype=torch.float64) + EPSILON * w[0]
    moved = ((x[:, :3] @ move.T) * (x[:, 3:] @ move.T)).sum(1)
    expected = (p * ((moved - product(x)[:, 0]) / EPSILON) ** 2).sum()
    loss = AnyInvariance(product, layout, x, p, EPSILON).evaluate(w)
    assert loss.item() == pytest.approx(expected.item(), rel=1e-10)


@pytest.mark.parametrize("dimension", [2, 3])
def test_bases_are_orthonormal_and_of_the_right_kind(dimension: int) -> None:
    sizes = {("general", False): dimension**2, ("unitary", False): dimension * (dimension - 1) // 2,
             ("general", True): 2 * dimension**2, ("unitary", True): dimension**2,
             ("special", True): dimension**2 - 1}  # fmt: skip
    for (kind, complex_), size in sizes.items():
        family = MatrixFamily(Layout(1, dimension, complex=complex_), kind)
        found = family.matrices(np.eye(family.unknowns))
        assert found.shape == (size, dimension, dimension)
        gram = np.einsum("ajk,bjk->ab", found, found.conj()).real
        np.testing.assert_allclose(gram, np.eye(size), atol=1e-14)
        if kind != "general":
            np.testing.assert_allclose(found, -found.conj().transpose(0, 2, 1), atol=1e-15)
        if kind == "special":
            np.testing.assert_allclose(np.trace(found, axis1=1, axis2=2), 0, atol=1e-15)


def test_forms_are_recognised_and_others_are_not() -> None:
    x = points(4)
    form, root = quadratic_form(lambda x: ((x @ METRIC) * x).sum(-1, keepdim=True), x) or (None, None)
    torch.testing.assert_close(form, METRIC)
    assert root is False
    form, root = quadratic_form(lambda x: 3 * x.norm(dim=-1, keepdim=True), x) or (None, None)
    torch.testing.assert_close(form, 9 * torch.eye(4, dtype=torch.float64))
    assert root is True
    assert quadratic_form(lambda x: (x**3).sum(-1, keepdim=True), x) is None
    assert quadratic_form(lambda x: x[..., :2] ** 2, x) is None  # two outputs
    # A term of one part in a million is no rounding.
    assert quadratic_form(lambda x: (x**2).sum(-1, keepdim=True) + 1e-6 * x[..., :1] ** 4, x) is None

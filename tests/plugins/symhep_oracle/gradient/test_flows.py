"""Non-linear generators: gradients against automatic differentiation, fields along the contours."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from symhep.torchkit.streams import replica_seeds
from symhep_oracle.gradient.flows import _Loss, alignment, learn_flows
from symhep_oracle.gradient.options import FlowOptions, LossWeights


def squeeze(x: Tensor) -> Tensor:
    return x.prod(dim=-1, keepdim=True)


def test_the_slope_is_that_of_the_loss() -> None:
    rng = np.random.default_rng(1)
    x = torch.as_tensor(rng.normal(size=(30, 2)))
    p = torch.as_tensor(rng.uniform(size=30))
    p = p / p.sum()
    h = LossWeights(invariance=1.2, normalisation=0.6, orthogonality=0.8)
    options = FlowOptions(generators=3, epsilon=0.05, weights=h)
    v = torch.as_tensor(rng.normal(size=(2, 3, 30, 2)))
    terms, slope = _Loss(squeeze, x, p, options)(v)
    v.requires_grad_()
    target = (p[:, None] * x**2).sum()  # 2 E |x|^2 / D with D = 2
    for r in range(2):
        change = (squeeze(x + 0.05 * v[r]) - squeeze(x)) / 0.05
        invariance = 1.2 * (p * change[..., 0] ** 2).sum()
        normalisation = 0.6 * (p * ((v[r] ** 2).sum(-1) - target) ** 2).sum()
        orthogonality = sum(
            0.8 * (p * (v[r, a] * v[r, b]).sum(-1)).sum() ** 2 for a in range(3) for b in range(a + 1, 3)
        )
        expected = torch.stack([invariance, normalisation, orthogonality])
        torch.testing.assert_close(terms[r], expected.detach())
        (gradient,) = torch.autograd.grad(expected.sum(), v)
        torch.testing.assert_close(slope[r], gradient[r])


def test_the_squeeze_flow_follows_the_contours() -> None:
    rng = np.random.default_rng(2)
    x, other = rng.normal(size=(200, 2)), rng.normal(size=(500, 2))
    flows = learn_flows(
        squeeze,
        x,
        np.ones(200),
        FlowOptions(seeds=2, epochs=1500),
        replica_seeds(np.random.SeedSequence(1), 2),
    )
    fields = flows.evaluate(other)
    assert fields.shape == (2, 1, 500, 2)
    # The gradient of x1 x2 is (x2, x1); a random direction would have a share of one half.
    assert alignment(fields[flows.best, 0], other[:, ::-1]) > 0.9
    # Normalisation starts with networks that hardly move anything.
    assert flows.parts[-1, flows.best].sum() < flows.parts[0, flows.best].sum() / 10


def test_alignment_of_known_fields() -> None:
    gradient = np.array([[1.0, 0.0], [0.0, 2.0]])
    across = np.array([[3.0, 0.0], [0.0, 1.0]])
    assert alignment(across, gradient) == pytest.approx(0.0)
    mixed = np.array([[0.0, 3.0], [0.0, 1.0]])  # 9 of 10 along
    assert alignment(mixed, gradient) == pytest.approx(0.9)

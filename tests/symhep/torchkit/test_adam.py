"""Adam against torch's own."""

from __future__ import annotations

import torch

from symhep.torchkit.adam import Adam


def test_steps_agree_with_torch() -> None:
    start = torch.randn(50, generator=torch.Generator().manual_seed(1))
    slopes = torch.randn(7, 50, generator=torch.Generator().manual_seed(2))
    theirs = start.clone().requires_grad_()
    reference = torch.optim.Adam([theirs], lr=0.03, betas=(0.8, 0.95), eps=1e-6)
    ours, gradient = start.clone(), torch.zeros(50)
    adam = Adam(ours, gradient, learning_rate=0.03, betas=(0.8, 0.95), epsilon=1e-6)
    for slope in slopes:
        theirs.grad = slope.clone()
        reference.step()
        gradient.copy_(slope)
        adam.step()
    torch.testing.assert_close(ours, theirs.detach(), rtol=1e-5, atol=1e-6)


def test_replicas_that_are_not_finite_leave_the_others_alone() -> None:
    values, gradient = torch.zeros(2), torch.tensor([float("nan"), 1.0])
    Adam(values, gradient, learning_rate=0.1).step()
    assert torch.isnan(values[0])
    assert abs(values[1].item() + 0.1) < 1e-6


def test_decoupled_weight_decay_is_that_of_adamw() -> None:
    start = torch.randn(50, generator=torch.Generator().manual_seed(1))
    slopes = torch.randn(7, 50, generator=torch.Generator().manual_seed(2))
    theirs = start.clone().requires_grad_()
    reference = torch.optim.AdamW([theirs], lr=0.03, weight_decay=0.7)
    ours, gradient = start.clone(), torch.zeros(50)
    adam = Adam(ours, gradient, learning_rate=0.03, weight_decay=0.7)
    for slope in slopes:
        theirs.grad = slope.clone()
        reference.step()
        gradient.copy_(slope)
        adam.step()
    torch.testing.assert_close(ours, theirs.detach(), rtol=1e-5, atol=1e-6)

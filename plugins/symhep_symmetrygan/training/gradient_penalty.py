"""The penalty on slopes of the discriminator at the events, differentiated by hand."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

__all__ = ["add_penalty"]


def add_penalty(
    gamma: float, weights: Sequence[Tensor], biases: Sequence[Tensor], slopes: Sequence[Tensor], x: Tensor
) -> None:
    """Add d/dW of gamma/2 mean_x |grad_x logit(x)|^2 to ``slopes``, for events (R, D, B).

    R1 of Mescheder, Geiger and Nowozin, arXiv:1801.04406, eq. (9). Between its kinks a ReLU network has the gradient
    W_1^T D_1 W_2^T ... D_L W_(L+1)^T with fixed diagonal masks D, so the derivative by each matrix is one product,
    and that by the biases is zero.
    """
    masks, h = [], x
    for weight, bias in zip(weights[:-1], biases[:-1], strict=True):
        h = torch.baddbmm(bias, weight, h).relu_()
        masks.append((h > 0).to(x.dtype))
    down = [masks[-1] * weights[-1].mT]  # what leaves each matrix on the way to the input
    for i in range(len(weights) - 2, 0, -1):
        down.append(masks[i - 1] * torch.bmm(weights[i].mT, down[-1]))
    back = torch.bmm(weights[0].mT, down[-1]) * (gamma / x.shape[2])
    for i, leaving in enumerate(reversed(down)):
        slopes[i].baddbmm_(leaving, back.mT)
        back = masks[i] * torch.bmm(weights[i], back)
    slopes[-1].add_(back.sum(2)[:, None])

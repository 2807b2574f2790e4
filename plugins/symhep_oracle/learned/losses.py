"""Slopes of the training losses, per event, at the networks' outputs."""

from __future__ import annotations

import torch
from torch import Tensor

from symhep_oracle.learned.answers import Answers

__all__ = ["loss", "slope"]


def slope(outputs: Tensor, truth: Tensor, names: int) -> Tensor:
    """d loss / d output of each event: (R, N, k), (R, N) -> (R, N, k).

    Cross-entropy for classes (k = 1: of the logit; its slope is probability minus truth), half the
    squared error for a value (``names`` = 0).
    """
    if names == 0:
        return outputs - truth[..., None]
    if names == 2:
        return torch.sigmoid(outputs) - truth[..., None]
    return torch.softmax(outputs, dim=-1) - torch.nn.functional.one_hot(truth.long(), names)


def loss(outputs: Tensor, answers: Answers) -> float:
    """Mean loss of outputs (N, k) over the events, by their weights."""
    truth = torch.as_tensor(answers.values, dtype=outputs.dtype)
    weights = torch.as_tensor(answers.weights, dtype=outputs.dtype)
    if not answers.names:
        each = 0.5 * (outputs[:, 0] - truth).square()
    elif len(answers.names) == 2:
        each = torch.nn.functional.softplus(outputs[:, 0]) - truth * outputs[:, 0]
    else:
        each = torch.nn.functional.cross_entropy(outputs, truth.long(), reduction="none")
    return float((each * weights).sum() / weights.sum())

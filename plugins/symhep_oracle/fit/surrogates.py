"""Functions without symmetry, to tell what a gap in the spectrum is worth."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep_oracle.fit.conditions import Conditions

__all__ = ["SURROGATES", "permuted", "smooth"]

FloatArray = npt.NDArray[np.float64]

#: Functions of each kind.
SURROGATES = 200
#: Events that a permuted one is made of, and at least for a smooth one; conditions per unknown of a smooth one.
EVENTS = 20_000
FEWEST = 500
PER_UNKNOWN = 10
#: Ridges that a smooth function is a sum of.
RIDGES = 12


def permuted(conditions: Conditions, rng: np.random.Generator) -> list[FloatArray]:
    """Gram matrices (K, K) of the conditions with the gradients of the events at the points of other events.

    Gradients and points keep their distributions, and lose what relates them.
    """
    n = min(len(conditions.x), EVENTS)
    x = conditions.acted[:n] / conditions.scale
    slopes = conditions.oracle.gradient(conditions.x[:n]) / conditions.output_scale[:, None]
    slopes = slopes * torch.from_numpy(np.sqrt(conditions.weights[:n]))[:, None, None]
    return [_gram(conditions, x[torch.from_numpy(rng.permutation(n))], slopes) for _ in range(SURROGATES)]


def smooth(conditions: Conditions, rng: np.random.Generator) -> list[FloatArray]:
    """Gram matrices (K, K) of the conditions of random smooth functions on the events.

    phi_j(x) = sum_r c_jr tanh(a_r . x + b_r), with normal c, a and b, a . x of variance 1 on average over the events.
    In few dimensions such a function varies little along some field more often than by chance of single events.
    """
    outputs, k = conditions.oracle.outputs, conditions.fields.unknowns
    n = min(len(conditions.x), max(FEWEST, PER_UNKNOWN * k // outputs))
    rows = torch.linspace(0, len(conditions.x) - 1, n).long()
    x = conditions.acted[rows] / conditions.scale
    root = torch.from_numpy(np.sqrt(conditions.weights[rows.numpy()]))[:, None, None]
    found = []
    for _ in range(SURROGATES):
        a = torch.from_numpy(rng.normal(size=(x.shape[1], RIDGES)))
        along = x @ a
        a /= along.square().mean().sqrt()
        b, c = torch.from_numpy(rng.normal(size=RIDGES)), torch.from_numpy(rng.normal(size=(outputs, RIDGES)))
        # d tanh(u) / du = 1 / cosh(u)^2
        bends = 1 - torch.tanh(x @ a + b).square()
        slopes = torch.einsum("nr,jr,dr->njd", bends, c, a)
        slopes /= slopes.square().sum(dim=2).mean(dim=0).sqrt()[:, None]
        found.append(_gram(conditions, x, slopes * root))
    return found


def _gram(conditions: Conditions, x: Tensor, slopes: Tensor) -> FloatArray:
    rows = conditions.fields.rows(x, slopes)
    return np.asarray((rows.T @ rows).numpy())

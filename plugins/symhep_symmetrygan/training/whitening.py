"""Coordinates in which events have unit covariance."""

from __future__ import annotations

import torch
from torch import Tensor

from symhep_symmetrygan.sample import Sample

__all__ = ["whitening"]

#: Directions that are narrower than this share of the widest are rounding.
NARROWEST = 1e-6


def whitening(sample: Sample, narrowest: float = NARROWEST) -> Tensor:
    """C^(-1/2), symmetric, of the weighted covariance C of the events, spectators included: (D + S, D + S).

    Directions narrower than ``narrowest`` of the widest are not stretched further. Among all matrices that whiten it is
    the one that no choice of principal axes changes.

    >>> x = torch.tensor([[2.0, 0.0], [-2.0, 0.0], [0.0, 1.0], [0.0, -1.0]], dtype=torch.float64)
    >>> (1 / whitening(Sample(x, torch.ones(4))) ** 2).diagonal().round(decimals=12).tolist()
    [2.0, 0.5]
    """
    weights = (sample.weights / sample.weights.sum())[:, None]
    rows = sample.rows
    centred = rows - (weights * rows).sum(0)
    variances, axes = torch.linalg.eigh(centred.mT @ (weights * centred))
    widths = variances.clamp_min(narrowest**2 * (float(variances[-1]) or 1.0)).sqrt()
    white: Tensor = axes @ (axes / widths).mT
    return white

"""Affine maps of the line."""

from __future__ import annotations

import torch
from torch import Tensor

from symhep.lie.groups.family import Family, Streams

__all__ = ["AffineLine"]


class AffineLine(Family):
    """Maps of the line: g(x) = b + c x, or with a fixed intercept g(x) = intercept + c x.

    Start uniform in [-5, 5].

    Parameters
    ----------
    intercept
        b, held fixed; None: a parameter.

    References
    ----------
    K. Desai, B. Nachman and J. Thaler, SymmetryGAN, Phys. Rev. D 105 (2022) 096031, eq. (20) and fig. 4.

    Examples
    --------
    >>> AffineLine().transform(torch.tensor([[1.0, -1.0]]), torch.tensor([[0.25]])).tolist()
    [[[0.75]]]
    >>> AffineLine(intercept=1.0).labels
    ('c',)
    """

    vector = 1

    def __init__(self, intercept: float | None = None) -> None:
        self.intercept = intercept
        self.name = "b + c x" if intercept is None else f"{intercept:g} + c x"
        self.labels = ("b", "c") if intercept is None else ("c",)

    def matrices(self, parameters: Tensor) -> Tensor:
        """(c), (..., 1, 1)."""
        return parameters[..., -1:, None]

    def translations(self, parameters: Tensor) -> Tensor:
        """(b), (..., 1)."""
        if self.intercept is None:
            return parameters[..., :1]
        return parameters.new_full((), self.intercept).expand(*parameters.shape[:-1], 1)

    def pull(self, parameters: Tensor, by_matrix: Tensor, by_translation: Tensor | None = None) -> Tensor:
        """b and c are the parameters themselves."""
        if self.intercept is not None:
            return by_matrix[..., 0]
        by_b = torch.zeros_like(by_matrix[..., 0]) if by_translation is None else by_translation
        return torch.cat([by_b, by_matrix[..., 0]], -1)

    def initial(self, streams: Streams) -> Tensor:
        """Uniform in [-5, 5]."""
        return 10 * streams.uniform(len(self)) - 5

"""The connected group that given generators generate, in exponential coordinates."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import pad

from symhep.lie.generators import Generators
from symhep.lie.groups.constant import Constant
from symhep.lie.groups.exponential import exponential
from symhep.lie.groups.family import SPREAD, Family, Streams
from symhep.lie.groups.frechet import adjoint_derivative

__all__ = ["Exponential"]


class Exponential(Family):
    """g(x) = exp(sum_a theta_a T_a) x + b for real generators: SO(n), Lorentz, Poincare, or any named subgroup.

    Generators that only translate make b = sum_a theta_a t_a and stay outside of the exponential. The others are
    exponentiated together, as homogeneous matrices if they translate besides (a screw J_z + P_z does).

    Start: theta of an antisymmetric generator uniform over one period of its fastest rotation, of any other normal of
    width 1/2. Parameters have the labels of the generators.

    Parameters
    ----------
    generators
        Labelled, as of `symhep.lie.bases`; ``generators.combination`` and ``parse`` make others.

    Raises
    ------
    ValueError
        For complex generators: `symhep.lie.bases.realify` them first.

    Examples
    --------
    >>> from symhep.lie.bases import poincare
    >>> moved = Exponential(poincare()).transform(torch.eye(10)[-1:], torch.zeros(1, 4))  # P_z
    >>> moved.tolist()
    [[[0.0, 0.0, 0.0, 1.0]]]
    """

    def __init__(self, generators: Generators) -> None:
        matrices = generators.matrices
        if np.iscomplexobj(matrices):
            raise ValueError(f"{generators.name} is complex; use realify for real events")
        if not len(matrices):
            raise ValueError(f"{generators.name} contains no generator; name at least one")
        d = generators.vector
        self.name, self.labels, self.vector = f"exp {generators.name}", generators.labels, d
        linear = np.asarray(matrices[:, :d, :d], dtype=np.float64)
        shifts = np.asarray(matrices[:, :d, d] if generators.affine else np.zeros((len(matrices), d)))
        pure = ~np.asarray(linear.any(axis=(1, 2)))
        self._homogeneous = bool(shifts[~pure].any())
        exponents = matrices if self._homogeneous else linear
        self._exponents = Constant(np.where(pure[:, None, None], 0.0, exponents))
        self._shifts = Constant(np.where(pure[:, None], shifts, 0.0))
        self._periods, self._compact = _periods(linear)

    def _exponential(self, parameters: Tensor) -> Tensor:
        return exponential(torch.tensordot(parameters, self._exponents.like(parameters), 1))

    def _pure(self, parameters: Tensor) -> Tensor:
        return parameters @ self._shifts.like(parameters)

    def matrices(self, parameters: Tensor) -> Tensor:
        """(..., d, d)."""
        return self._exponential(parameters)[..., : self.vector, : self.vector]

    def translations(self, parameters: Tensor) -> Tensor:
        """(..., d)."""
        pure = self._pure(parameters)
        return pure + self._exponential(parameters)[..., : self.vector, -1] if self._homogeneous else pure

    def transform(self, parameters: Tensor, x: Tensor) -> Tensor:
        """g(x), with one exponential for the linear part and the translation: (..., N, d)."""
        d, group = self.vector, self._exponential(parameters)
        shift = self._pure(parameters)
        if self._homogeneous:
            shift = shift + group[..., :d, d]
        return x @ group[..., :d, :d].mT + shift[..., None, :]

    def pull(self, parameters: Tensor, by_matrix: Tensor, by_translation: Tensor | None = None) -> Tensor:
        """<T_a, L> with the `adjoint_derivative` L of the exponential, and the slope along pure translations."""
        slope = by_matrix
        if self._homogeneous:
            column = torch.zeros_like(by_matrix[..., 0]) if by_translation is None else by_translation
            slope = pad(torch.cat([by_matrix, column[..., None]], -1), (0, 0, 0, 1))
        exponents = self._exponents.like(parameters)
        exponent = torch.tensordot(parameters, exponents, 1)
        pulled = torch.tensordot(
            adjoint_derivative(exponential, exponent, slope), exponents, ([-2, -1], [1, 2])
        )
        if by_translation is None:
            return pulled
        return pulled + by_translation @ self._shifts.like(parameters).mT

    def initial(self, streams: Streams) -> Tensor:
        """Uniform over a turn where there is one, else normal of width 1/2."""
        turns = streams.uniform(len(self)) - 0.5
        free = SPREAD * streams.normal(len(self))
        compact = torch.as_tensor(self._compact, device=free.device)
        return torch.where(compact, turns * torch.as_tensor(self._periods).to(turns), free)


def _periods(linear: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """2 pi / (largest frequency) of each matrix, and whether it is antisymmetric (to rounding) and not zero."""
    largest = np.abs(linear).max(axis=(1, 2))
    asymmetry = np.abs(linear + linear.swapaxes(1, 2)).max(axis=(1, 2))
    compact = (largest > 0) & (asymmetry <= np.finfo(np.float64).eps * linear.shape[1] * largest)
    frequency = np.linalg.norm(linear, ord=2, axis=(1, 2))
    return 2 * np.pi / np.where(compact, frequency, 1.0), compact

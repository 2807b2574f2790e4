"""Families of vector fields, linear in their unknowns: x' = x + eps sum_k c_k v_k(x)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from itertools import combinations_with_replacement

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep_oracle.oracles.layout import Layout

__all__ = ["Fields", "LinearFields", "PolynomialFields", "make_fields"]

Array = npt.NDArray[np.float64 | np.complex128]


class Fields(ABC):
    """K vector fields on the D numbers of an event.

    Attributes
    ----------
    layout
        Vectors of the event; every vector moves alike.
    unknowns
        K.
    """

    layout: Layout
    unknowns: int

    @abstractmethod
    def rows(self, x: Tensor, gradient: Tensor) -> Tensor:
        """grad phi_j(x_n) . v_k(x_n): (N, D), (N, k, D) -> (N k, K). Invariance says rows @ c = 0."""

    @abstractmethod
    def evaluate(self, coefficients: Tensor, x: Tensor) -> Tensor:
        """sum_k c_k v_k(x): (G, K), (N, D) -> (G, N, D)."""


class LinearFields(Fields):
    """v(x) = W x, or W x + b: every entry of W (and b) is an unknown.

    K = d^2 for real vectors; 2 d^2 for complex ones, W = A + iB with all of A before all of B. With
    ``affine``, d (2 d) more for b. The Euclidean norm of the unknowns is the Frobenius norm of (W, b).

    >>> x = torch.tensor([[3.0, 4.0]], dtype=torch.float64)
    >>> fields = LinearFields(Layout(1, 2))
    >>> rotation = torch.tensor([[0.0, -1.0, 1.0, 0.0]], dtype=torch.float64)
    >>> fields.evaluate(rotation, x).tolist()
    [[[-4.0, 3.0]]]
    >>> (fields.rows(x, 2 * x[:, None]) @ rotation.T).tolist()  # |x|^2 does not change
    [[0.0]]
    """

    def __init__(self, layout: Layout, affine: bool = False) -> None:
        self.layout, self.affine = layout, affine
        self.unknowns = layout.width * layout.dimension + (layout.width if affine else 0)

    def rows(self, x: Tensor, gradient: Tensor) -> Tensor:
        """(N k, K); the vectors of an event are summed over."""
        points, slopes = self.layout.split(x), self.layout.split(gradient)
        if self.layout.complex:
            (a, b), (ga, gb) = points.chunk(2, dim=-1), slopes.chunk(2, dim=-1)
            parts = [_outer(ga, a) + _outer(gb, b), _outer(gb, a) - _outer(ga, b)]
        else:
            parts = [_outer(slopes, points)]
        if self.affine:
            parts.append(slopes.sum(dim=2).flatten(0, 1))
        return torch.cat(parts, dim=1) if len(parts) > 1 else parts[0]

    def evaluate(self, coefficients: Tensor, x: Tensor) -> Tensor:
        """(G, N, D)."""
        d, layout = self.layout.dimension, self.layout
        points = layout.split(x)
        square = coefficients[:, : layout.width * d].reshape(len(coefficients), 1 + layout.complex, d, d)
        if layout.complex:
            a, b = points.chunk(2, dim=-1)
            real, imaginary = square[:, 0], square[:, 1]
            moved = torch.cat(
                [_act(real, a) - _act(imaginary, b), _act(real, b) + _act(imaginary, a)], dim=-1
            )
        else:
            moved = _act(square[:, 0], points)
        if self.affine:
            moved = moved + coefficients[:, None, None, layout.width * d :]
        return moved.flatten(2)

    def matrices(self, coefficients: npt.NDArray[np.float64]) -> Array:
        """(G, K) -> W as (G, d, d); affine ones as homogeneous (G, d+1, d+1) with b in the last column.

        >>> LinearFields(Layout(1, 1, complex=True)).matrices(np.array([[0.0, 1.0]])).tolist()
        [[[1j]]]
        """
        d, layout = self.layout.dimension, self.layout
        count, parts = len(coefficients), 2 if layout.complex else 1
        square = coefficients[:, : layout.width * d].reshape(count, parts, d, d)
        shift = coefficients[:, layout.width * d :].reshape(count, parts if self.affine else 0, d)
        matrices = square[:, 0] + 1j * square[:, 1] if layout.complex else square[:, 0]
        if not self.affine:
            return matrices
        column = shift[:, 0] + 1j * shift[:, 1] if layout.complex else shift[:, 0]
        whole = np.zeros((len(matrices), d + 1, d + 1), dtype=matrices.dtype)
        whole[:, :d, :d], whole[:, :d, d] = matrices, column
        return whole

    def coefficients(self, matrices: Array) -> npt.NDArray[np.float64]:
        """Undo `matrices`: (G, d, d), or (G, d+1, d+1) for affine fields, -> (G, K)."""
        d, count = self.layout.dimension, len(matrices)
        parts = [matrices[:, :d, :d].reshape(count, -1)]
        if self.affine:
            parts.append(matrices[:, :d, d] if matrices.shape[1] > d else np.zeros((count, d)))
        split = [f(p) for p in parts for f in ((np.real, np.imag) if self.layout.complex else (np.real,))]
        return np.concatenate(split, axis=1).astype(np.float64)


class PolynomialFields(Fields):
    """v_i(x) = sum over monomials m of degree 0..``degree`` of c_im m(x), for the components i of a vector.

    The monomials are those of one vector's real components; ``monomials`` lists them as tuples of
    component numbers. Unknown number i M + m belongs to component i and monomial m.

    >>> PolynomialFields(Layout(1, 2), 2).monomials
    [(), (0,), (1,), (0, 0), (0, 1), (1, 1)]
    """

    def __init__(self, layout: Layout, degree: int) -> None:
        self.layout, self.degree = layout, degree
        self.monomials: list[tuple[int, ...]] = [
            m for n in range(degree + 1) for m in combinations_with_replacement(range(layout.width), n)
        ]
        self.unknowns = layout.width * len(self.monomials)

    def rows(self, x: Tensor, gradient: Tensor) -> Tensor:
        """(N k, K); the vectors of an event are summed over."""
        return _outer(self.layout.split(gradient), self._values(x))

    def evaluate(self, coefficients: Tensor, x: Tensor) -> Tensor:
        """(G, N, D)."""
        square = coefficients.reshape(-1, self.layout.width, len(self.monomials))
        return _act(square, self._values(x)).flatten(2)

    def _values(self, x: Tensor) -> Tensor:
        """(N, D) -> (N, P, M)."""
        points = self.layout.split(x)
        known: dict[tuple[int, ...], Tensor] = {(): torch.ones_like(points[..., 0])}
        for m in self.monomials[1:]:
            known[m] = known[m[:-1]] * points[..., m[-1]]
        return torch.stack([known[m] for m in self.monomials], dim=-1)


def make_fields(layout: Layout, degree: int = 1, affine: bool = False) -> Fields:
    """Polynomial fields, or linear ones for ``degree`` 1, with translations if ``affine``.

    >>> make_fields(Layout(1, 2), affine=True).unknowns
    6
    """
    return PolynomialFields(layout, degree) if degree > 1 else LinearFields(layout, affine)


def _outer(slopes: Tensor, points: Tensor) -> Tensor:
    """(N, k, P, a), (N, P, b) -> (N k, a b), summed over P."""
    if slopes.shape[2] == 1:
        product = slopes[:, :, 0, :, None] * points[:, :, None, :]
    else:
        product = slopes.transpose(2, 3) @ points[:, None]
    return product.flatten(0, 1).flatten(1)


def _act(matrices: Tensor, points: Tensor) -> Tensor:
    """(G, a, b), (N, P, b) -> (G, N, P, a)."""
    return torch.einsum("gab,npb->gnpa", matrices, points)

"""Invariant polynomials: the forms whose symmetry is an exceptional group, and the determinant."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.errors import MethodError
from symhep_oracle.oracles.interface import Oracle
from symhep_oracle.oracles.layout import Layout

__all__ = ["Determinant", "Joined", "Polynomial"]


class Polynomial(Oracle):
    """sum_t c_t x_{i(t,1)} ... x_{i(t,m)}: a homogeneous polynomial of degree m with few terms.

    Parameters
    ----------
    indices
        (T, m) component numbers.
    values
        (T,) coefficients.

    >>> volume = Polynomial(Layout(1, 3), np.array([[0, 1, 2]]), np.array([2.0]))
    >>> x = torch.tensor([[1.0, 2.0, 3.0]], dtype=torch.float64)
    >>> volume(x).item(), volume.gradient(x).tolist()
    (12.0, [[[12.0, 6.0, 4.0]]])
    """

    outputs = 1

    def __init__(
        self, layout: Layout, indices: npt.NDArray[np.int64], values: npt.NDArray[np.float64]
    ) -> None:
        super().__init__(layout)
        self.indices = torch.as_tensor(indices)
        self.values = torch.as_tensor(values, dtype=torch.float64)
        # A product of few columns with a matrix of few entries is faster than adding term by term.
        terms, degree = self.indices.shape
        self._targets = torch.zeros(degree, terms, layout.features, dtype=torch.float64)
        for j in range(degree):
            self._targets[j, torch.arange(terms), self.indices[:, j]] = self.values

    @classmethod
    def of_form(cls, layout: Layout, form: npt.NDArray[np.float64]) -> Polynomial:
        """The value of a tensor (d, .., d) with m indices on m vectors, or on one vector m times.

        Raises `MethodError` if the vectors do not fit.
        """
        degree, d = form.ndim, form.shape[0]
        if layout.dimension != d or layout.vectors not in (1, degree) or layout.complex:
            raise MethodError(
                f"this form needs {degree} vectors (or one) of {d} real components, not {layout.vectors} of "
                f"{layout.dimension}; check acts_on, vectors and the features"
            )
        indices = np.argwhere(form).astype(np.int64)
        values = form[tuple(indices.T)].astype(np.float64)
        step = d if layout.vectors == degree else 0
        indices = indices + step * np.arange(degree)
        if step == 0:  # the same product arises from every order of the indices
            indices, inverse = np.unique(np.sort(indices, axis=1), axis=0, return_inverse=True)
            values = np.bincount(inverse.ravel(), weights=values).astype(np.float64)
        return cls(layout, indices, values)

    def __call__(self, x: Tensor) -> Tensor:
        return (x[..., self.indices].prod(dim=-1) @ self.values.to(x.dtype)).unsqueeze(-1)

    def gradient(self, x: Tensor) -> Tensor:
        """Each factor left out in turn."""
        columns = [x[:, i] for i in self.indices.T]  # m times (N, T)
        slopes = torch.zeros_like(x)
        for left_out, target in enumerate(self._targets):
            others = [c for j, c in enumerate(columns) if j != left_out]
            product = others[0].clone() if others else torch.ones_like(columns[0])
            for other in others[1:]:
                product *= other
            slopes.addmm_(product, target)
        return slopes[:, None]


class Determinant(Oracle):
    """det(z_1 .. z_d) of d vectors of d components: one output, or real and imaginary part.

    >>> Determinant(Layout(2, 2))(torch.tensor([[1.0, 2.0, 3.0, 4.0]])).item()
    -2.0
    """

    def __init__(self, layout: Layout) -> None:
        super().__init__(layout)
        if layout.vectors != layout.dimension:
            raise MethodError(
                f"the determinant needs as many vectors as components, not {layout.vectors} of "
                f"{layout.dimension}; set vectors and check the features"
            )
        self.outputs = 2 if layout.complex else 1

    def _square(self, x: Tensor) -> Tensor:
        v = self.layout.split(x)
        return torch.complex(*v.chunk(2, dim=-1)) if self.layout.complex else v

    def __call__(self, x: Tensor) -> Tensor:
        value: Tensor = torch.linalg.det(self._square(x))
        return torch.view_as_real(value) if self.layout.complex else value.unsqueeze(-1)

    def gradient(self, x: Tensor) -> Tensor:
        """d det = det tr(Z^-1 dZ): the matrix of cofactors."""
        z = self._square(x)
        cofactors: Tensor = torch.linalg.det(z)[:, None, None] * torch.linalg.inv(z).transpose(1, 2)
        if not self.layout.complex:
            return cofactors.flatten(1)[:, None]
        real = torch.cat([cofactors.real, -cofactors.imag], dim=-1)
        imaginary = torch.cat([cofactors.imag, cofactors.real], dim=-1)
        return torch.stack([real.flatten(1), imaginary.flatten(1)], dim=1)


class Joined(Oracle):
    """The outputs of several oracles of the same points, side by side: all must be kept."""

    def __init__(self, *parts: Oracle) -> None:
        super().__init__(parts[0].layout)
        self.parts = parts
        self.outputs = sum(p.outputs for p in parts)
        self.precision = max(p.precision for p in parts)
        self.anywhere = all(p.anywhere for p in parts)
        self.approximate = any(p.approximate for p in parts)

    def __call__(self, x: Tensor) -> Tensor:
        return torch.cat([p(x) for p in self.parts], dim=-1)

    def gradient(self, x: Tensor) -> Tensor:
        """Those of the parts."""
        return torch.cat([p.gradient(x) for p in self.parts], dim=1)

"""Norms and quadratic forms: oracles that everybody knows, with their gradients written out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor

from symhep.errors import MethodError
from symhep_oracle.oracles.interface import Oracle
from symhep_oracle.oracles.layout import Layout

__all__ = ["LORENTZ", "Norm", "Piecewise", "QuadraticForm", "Squeeze"]

#: The metric (+,-,-,-) of (E, px, py, pz).
LORENTZ = ((1, 0, 0, 0), (0, -1, 0, 0), (0, 0, -1, 0), (0, 0, 0, -1))


class QuadraticForm(Oracle):
    """x^T M x, M real (d x d); for complex vectors z^dagger M z with symmetric M.

    ``of`` the single vectors ('particles', P outputs), the products x_p^T M x_q of all pairs p < q
    ('pairs', P (P - 1) / 2 outputs), or the sum of the vectors ('total', one output).

    >>> p = torch.tensor([[5.0, 0, 0, 3, 5, 0, 0, -3]], dtype=torch.float64)
    >>> layout = Layout(2, 4)
    >>> [QuadraticForm(layout, LORENTZ, of)(p).tolist() for of in ("particles", "pairs", "total")]
    [[[16.0, 16.0]], [[34.0]], [[100.0]]]
    """

    def __init__(
        self,
        layout: Layout,
        matrix: Sequence[Sequence[float]],
        of: Literal["particles", "pairs", "total"] = "particles",
    ) -> None:
        super().__init__(layout)
        form = torch.tensor(matrix, dtype=torch.float64)
        if form.shape != (layout.dimension, layout.dimension):
            raise MethodError(
                f"the form is {len(form)} x {len(form)}, but the vectors have {layout.dimension} components; "
                "check acts_on, vectors and the features"
            )
        self.form = torch.kron(torch.eye(2, dtype=torch.float64), form) if layout.complex else form
        if of == "pairs" and layout.vectors < 2:
            raise MethodError("pairs need at least two vectors; set 'vectors', or use 'of: particles'")
        self.of = of
        self.pairs = torch.combinations(torch.arange(layout.vectors), 2)
        self.outputs = {"particles": layout.vectors, "pairs": len(self.pairs), "total": 1}[of]

    def __call__(self, x: Tensor) -> Tensor:
        v = self.layout.split(x)
        if self.of == "pairs":
            return ((v[..., self.pairs[:, 0], :] @ self.form) * v[..., self.pairs[:, 1], :]).sum(-1)
        v = v.sum(dim=-2, keepdim=True) if self.of == "total" else v
        return ((v @ self.form) * v).sum(-1)

    def gradient(self, x: Tensor) -> Tensor:
        """(M + M^T) x for the form of one vector, M x_q and M^T x_p for that of two."""
        v = self.layout.split(x)
        slopes = torch.zeros(len(x), self.outputs, *v.shape[1:], dtype=x.dtype)
        if self.of == "pairs":
            index = torch.arange(self.outputs)
            slopes[:, index, self.pairs[:, 0]] = v[:, self.pairs[:, 1]] @ self.form.T
            slopes[:, index, self.pairs[:, 1]] = v[:, self.pairs[:, 0]] @ self.form
        elif self.of == "total":
            slopes += (v.sum(dim=1, keepdim=True) @ (self.form + self.form.T))[:, None]
        else:
            index = torch.arange(self.outputs)
            slopes[:, index, index] = v @ (self.form + self.form.T)
        return slopes.flatten(2)


class Norm(Oracle):
    """|x|_p of every vector, p = 1 or 2. For complex vectors p = 2 is (z^dagger z)^(1/2).

    >>> Norm(Layout(1, 2), 1)(torch.tensor([[3.0, -4.0]])).item()
    7.0
    """

    def __init__(self, layout: Layout, order: int) -> None:
        super().__init__(layout)
        self.order, self.outputs = order, layout.vectors

    def __call__(self, x: Tensor) -> Tensor:
        value: Tensor = torch.linalg.vector_norm(self.layout.split(x), ord=self.order, dim=-1)
        return value

    def gradient(self, x: Tensor) -> Tensor:
        """sign(x), or x / |x|: (N, P, D)."""
        v = self.layout.split(x)
        slope = v.sign() if self.order == 1 else v / torch.linalg.vector_norm(v, dim=-1, keepdim=True)
        if self.layout.masked:  # 0 / 0 where there is none
            slope = torch.nan_to_num(slope)
        return _own_vector(slope)


class Squeeze(Oracle):
    """x1 x2 of vectors in the plane, kept by squeeze mappings (slide 14).

    >>> Squeeze(Layout(1, 2))(torch.tensor([[3.0, -4.0]])).item()
    -12.0
    """

    def __init__(self, layout: Layout) -> None:
        super().__init__(layout)
        _plane(layout, "squeeze")
        self.outputs = layout.vectors

    def __call__(self, x: Tensor) -> Tensor:
        return self.layout.split(x).prod(dim=-1)

    def gradient(self, x: Tensor) -> Tensor:
        """(x2, x1)."""
        return _own_vector(self.layout.split(x).flip(-1))


class Piecewise(Oracle):
    """|x|_2 where x2 >= 0 and |x|_1 below: continuous, with level lines of half a circle and half a diamond.

    Forestano et al. (arXiv:2301.05638) try piecewise labels without saying in the slides which; this
    one has a linear symmetry in each half of the plane taken alone and none in the whole.

    >>> Piecewise(Layout(1, 2))(torch.tensor([[3.0, 4.0], [3.0, -4.0]])).tolist()
    [[5.0], [7.0]]
    """

    def __init__(self, layout: Layout) -> None:
        super().__init__(layout)
        _plane(layout, "piecewise")
        self.outputs = layout.vectors
        self._norms = Norm(layout, 2), Norm(layout, 1)

    def __call__(self, x: Tensor) -> Tensor:
        above, below = (norm(x) for norm in self._norms)
        return torch.where(self.layout.split(x)[..., 1] >= 0, above, below)

    def gradient(self, x: Tensor) -> Tensor:
        """That of the norm that holds at the point."""
        above, below = (norm.gradient(x) for norm in self._norms)
        return torch.where(self.layout.split(x)[..., 1, None] >= 0, above, below)


def _own_vector(slopes: Tensor) -> Tensor:
    """(N, P, w) slopes of output p in vector p -> (N, P, P w)."""
    n, p, w = slopes.shape
    whole = torch.zeros(n, p, p, w, dtype=slopes.dtype)
    whole[:, torch.arange(p), torch.arange(p)] = slopes
    return whole.flatten(2)


def _plane(layout: Layout, name: str) -> None:
    if layout.dimension != 2 or layout.complex:
        raise MethodError(
            f"the oracle '{name}' needs real vectors of 2 components, not {layout.dimension}; use two "
            f"features, or set 'vectors'"
        )

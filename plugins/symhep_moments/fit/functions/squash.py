"""Test functions of vectors drawn into the unit ball: bounded moments, whatever the tails of the data."""

from __future__ import annotations

from math import sqrt

import torch
from torch import Tensor

from symhep_moments.fit.fields import columnwise
from symhep_moments.fit.functions.interface import TestFunctions

__all__ = ["Squashed", "lengths", "natural_size"]


class Squashed(TestFunctions):
    """f_k(y) of y_p = x_p / sqrt(s^2 + |x_p|^2), vector by vector.

    The flow of v moves y_p by u_p = (v_p - y_p (y_p . v_p)) / sqrt(s^2 + |x_p|^2): for v = W x + b this is bounded, and
    so is every moment of smooth functions of y. The map is one to one and commutes with rotations.

    Parameters
    ----------
    inner
        Functions of y.
    size
        s, in the units of x: vectors shorter than this are hardly squashed.
    dimension
        d; what x (n, P, D), or v, holds beyond is handed on as it is. None: all.

    >>> from symhep_moments.fit.functions.polynomials import Polynomials
    >>> x = torch.tensor([[[3.0, 4.0]]], dtype=torch.float64)
    >>> functions = Squashed(Polynomials(2, 1), size=12.0)
    >>> (13 * functions.values(x)).tolist()
    [[3.0, 4.0]]
    """

    def __init__(self, inner: TestFunctions, size: float, dimension: int | None = None) -> None:
        self.inner, self.size, self.dimension = inner, size, dimension
        self.labels, self.blocks = inner.labels, inner.blocks

    def values(self, x: Tensor) -> Tensor:
        x = columnwise(x)
        if self.dimension is None:
            return self.inner.values(self._squash(x)[0])
        y = self._squash(x[..., : self.dimension])[0]
        return self.inner.values(_joined(y, x[..., self.dimension :]))

    def along(self, x: Tensor, v: Tensor) -> Tensor:
        return self.inner.along(*self._push(x, v))

    def sum_along(self, x: Tensor, v: Tensor, w: Tensor) -> Tensor:
        return self.inner.sum_along(*self._push(x, v), w)

    def _squash(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """y (n, P, d) and 1 / sqrt(s^2 + |x|^2) (n, P, 1)."""
        shrink = lengths(x, self.size)[..., None].reciprocal()
        return x * shrink, shrink

    def _push(self, x: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """y and the velocity u (n, G, P, d) of y."""
        x = columnwise(x)
        if self.dimension is None:
            return self._moved(x, v)
        d = self.dimension
        y, u = self._moved(x[..., :d], v[..., :d])
        return _joined(y, x[..., d:]), u if v.shape[-1] == d else _joined(u, v[..., d:])

    def _moved(self, x: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        y, shrink = self._squash(x)
        moved, across = v * shrink[:, None], y[:, None]
        radial = moved[..., 0] * across[..., 0]
        for i in range(1, y.shape[-1]):
            radial.addcmul_(moved[..., i], across[..., i])
        return y, moved.addcmul_(radial[..., None], across, value=-1.0)


def _joined(first: Tensor, rest: Tensor) -> Tensor:
    """Columns (n, ..., d) and (n, ..., e) -> (n, ..., d + e), still column by column in memory."""
    return torch.cat([first.transpose(0, -1), rest.transpose(0, -1)]).transpose(0, -1)


def lengths(x: Tensor, size: float) -> Tensor:
    """sqrt(s^2 + |x|^2): (..., d) -> (...); hypot does not overflow.

    (One component after the other runs along the memory where the numbers of a component lie side by side.)

    >>> round(lengths(torch.tensor([2e200, 3e200], dtype=torch.float64), 6e200).item() / 1e200, 12)
    7.0
    """
    found = x.new_tensor(size)
    for component in x.unbind(dim=-1):
        found = torch.hypot(component, found)
    return found


def natural_size(dimension: int) -> float:
    """s = sqrt(mean |x_p|^2) of events scaled to root mean square components of one: sqrt(d)."""
    return sqrt(dimension)

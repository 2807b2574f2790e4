"""Symmetry relative to a density that the user knows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from symhep.errors import MethodError
from symhep.lie.generators import Generators
from symhep.plugin.isolation import isolated
from symhep_moments.fit.fields import growths
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.fit.functions.layers import Layer
from symhep_moments.places import Places

__all__ = ["UnderDensity"]


class UnderDensity(Layer):
    """grad f_k . v + f_k h with h = div v + v . grad log q, in place of grad f_k . v.

    p / q is invariant under the flow of v if and only if E_p[grad f . v + f h] = 0 for all smooth f:
    the integral of p h f + p v . grad f is that of - q f v . grad (p / q), by parts. With q = 1 it is the invariance of
    the density of the events as a function, which for div v = 0 is that of their law.

    Parameters
    ----------
    inner
        f_k.
    log_density
        log q up to a constant, (n, P, d) in the units of the data -> (n,), made of torch operations.
    generators
        Of the fields v_a that `along` will be asked for.
    scale
        What the data were divided by.
    places
        What the events hold, if more than vectors of which all is known.

    >>> from symhep.lie.bases import poincare
    >>> from symhep_moments.fit.fields import LinearFields
    >>> from symhep_moments.fit.functions.layers import Constant
    >>> lift = poincare().subset(["P_z"])
    >>> q = UnderDensity(Constant(), lambda x: -x[..., 3].square().sum(dim=1) / 2, lift, 1.0)
    >>> x = torch.tensor([[[5.0, 0.0, 0.0, 3.0]]], dtype=torch.float64)
    >>> q.along(x, LinearFields(lift)(x)).tolist()
    [[[-3.0]]]
    """

    def __init__(
        self, inner: TestFunctions, log_density: Callable[[Tensor], Any], generators: Generators, scale: float,
        places: Places | None = None,
    ) -> None:  # fmt: skip
        super().__init__(inner)
        self._function, self._generators, self._scale, self._places = log_density, generators, scale, places

    def around(self, inner: TestFunctions) -> UnderDensity:
        return UnderDensity(inner, self._function, self._generators, self._scale, self._places)

    def along_fields(self, generators: Generators) -> UnderDensity:
        return UnderDensity(self.inner, self._function, generators, self._scale, self._places)

    def log_density(self, x: Tensor) -> Tensor:
        """log q at scaled events: (n, P, d) -> (n,). Raises `MethodError` for anything but n finite numbers."""
        with isolated(
            f"the density function raised an error for a torch tensor of shape {tuple(x.shape)}", MethodError
        ):
            found = self._function(
                x[..., : None if self._places is None else self._places.dimension] * self._scale
            )
        if not isinstance(found, Tensor) or found.shape != x.shape[:1]:
            given = f"shape {tuple(found.shape)}" if isinstance(found, Tensor) else type(found).__name__
            raise MethodError(
                "the density function must return the logarithm of the density of each event, a torch "
                f"tensor of shape ({len(x)},), not {given}"
            )
        if not torch.isfinite(found).all():
            raise MethodError(
                "the logarithm of the density is not finite for some events; select only events that it "
                "describes"
            )
        return found.to(torch.float64)

    def values(self, x: Tensor) -> Tensor:
        return self.inner.values(x)

    def along(self, x: Tensor, v: Tensor) -> Tensor:
        h = self.change(x, v)
        return self.inner.along(x, v) + self.inner.values(x)[:, :, None] * h[:, None, :]

    def sum_along(self, x: Tensor, v: Tensor, w: Tensor) -> Tensor:
        return self.inner.sum_along(x, v, w) + self.inner.values(x).T @ (w[:, None] * self.change(x, v))

    def change(self, x: Tensor, v: Tensor) -> Tensor:
        """h: (n, P, d), (n, G, P, d) -> (n, G). Raises `MethodError` if log q has no derivative."""
        if v.shape[1] != len(self._generators):
            raise ValueError(f"{v.shape[1]} fields, but a density for {len(self._generators)} generators")
        with torch.enable_grad():
            points = x.detach().clone().requires_grad_(True)
            log_q = self.log_density(points)
            if not log_q.requires_grad:
                raise MethodError(
                    "the density has no derivative: it must consist of torch operations on its argument"
                )
            slope = torch.autograd.grad(log_q.sum(), points, allow_unused=True)[0]
        if slope is None or not torch.isfinite(slope).all():
            raise MethodError("the gradient of the logarithm of the density is not finite for some events")
        spread = growths(self._generators, x, self._places)
        return torch.einsum("npi,ngpi->ng", slope[..., : v.shape[-1]], v) + spread

"""Test functions that vanish where a fiducial cut ends the data, so that the cut itself breaks no symmetry."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from symhep.errors import CardError, nearest
from symhep_moments.fit.functions.edge import Edge
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.fit.functions.layers import Layer

__all__ = ["Edge", "Edged", "edged"]

MOMENTUM = ("E", "px", "py", "pz")
TINY = 1e-300


def _pt(x: Tensor) -> Tensor:
    return (x[..., 1] ** 2 + x[..., 2] ** 2).clamp(min=TINY).sqrt()


def _eta(x: Tensor) -> Tensor:
    return torch.asinh(x[..., 3] / _pt(x))


_VARIABLES: dict[str, Callable[[Tensor], Tensor]] = {
    "pt": _pt,
    "eta": _eta,
    "abs_eta": lambda x: _eta(x).abs(),
    "energy": lambda x: x[..., 0],
    "p": lambda x: (x[..., 1:] ** 2).sum(dim=-1).clamp(min=TINY).sqrt(),
    "abs_pz": lambda x: x[..., 3].abs(),
}  # fmt: skip


class Edged(Layer):
    """f_k b, with b = product over edges and particles of `Edge.inside`.

    If the density without cuts, p0, is invariant under the flow of v, that with cuts, p0 inside F and 0 outside, is
    not. But f b vanishes on the boundary of F, so that E[grad (f b) . v] = 0 still holds by the divergence theorem.
    The price: events near the edge count little, see `share`. In a narrow edge b is steep: few events have large, skew
    moments, whose mean is not normal yet. For isotropic decays with |eta| < 1, n = 2000, p < 0.05 in 4.7 % of 300
    samples with a width of 0.5, in 10 % of 600 with 0.25.

    Parameters
    ----------
    inner
        f_k.
    edges
        The cuts, in the units of the data.
    scale
        What the data were divided by.
    names
        Of the components of a vector.

    Raises `CardError` for a variable or a particle that does not exist.

    >>> from symhep_moments.fit.functions.layers import Constant
    >>> b = Edged(Constant(), [Edge(variable="pt", above=20.0, width=10.0)], 10.0, ("E", "px", "py", "pz"), 1)
    >>> b.values(torch.tensor([[[3.0, 2.5, 0.0, 1.0]]], dtype=torch.float64)).tolist()
    [[0.5]]
    """

    def __init__(
        self,
        inner: TestFunctions,
        edges: Sequence[Edge],
        scale: float,
        names: tuple[str, ...],
        particles: int,
    ) -> None:
        super().__init__(inner)
        self.edges, self.scale, self.names, self.particles = tuple(edges), scale, names, particles
        known = [*(_VARIABLES if names == MOMENTUM else ()), *names]
        for edge in self.edges:
            if edge.variable not in known:
                raise CardError(
                    f"an edge in '{edge.variable}', which the vectors do not have",
                    hint=nearest(edge.variable, known),
                )
            if isinstance(edge.particle, int) and edge.particle > particles:
                raise CardError(f"an edge of particle {edge.particle}, but an event has {particles}")

    def around(self, inner: TestFunctions) -> Edged:
        return Edged(inner, self.edges, self.scale, self.names, self.particles)

    def weight(self, x: Tensor) -> Tensor:
        """b: (..., P, d) -> (...)."""
        found = x.new_ones(x.shape[:-2])
        for edge in self.edges:
            whose = x if edge.particle == "all" else x[..., edge.particle - 1 : edge.particle, :]
            found = found * edge.inside(self._variable(edge.variable, whose * self.scale)).prod(dim=-1)
        return found

    def share(self, x: Tensor, w: Tensor) -> float:
        """E[b]^2 / E[b^2]: with the edges the events tell as much as this share of them would without, of a breaking
        that is the same everywhere; with |w| as weights.
        """
        b, size = self.weight(x), w.abs()
        squares = float((size * b**2).sum() * size.sum())
        return float((size * b).sum()) ** 2 / squares if squares > 0 else 0.0

    def values(self, x: Tensor) -> Tensor:
        return self.inner.values(x) * self.weight(x)[:, None]

    def along(self, x: Tensor, v: Tensor) -> Tensor:
        b, change = self._change(x, v)
        return (
            self.inner.along(x, v) * b[:, None, None] + self.inner.values(x)[:, :, None] * change[:, None, :]
        )

    def sum_along(self, x: Tensor, v: Tensor, w: Tensor) -> Tensor:
        b, change = self._change(x, v)
        return self.inner.sum_along(x, v, w * b) + self.inner.values(x).T @ (w[:, None] * change)

    def _variable(self, name: str, x: Tensor) -> Tensor:
        return x[..., self.names.index(name)] if name in self.names else _VARIABLES[name](x)

    def _change(self, x: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """b (n,) and its derivative along the fields (n, G)."""
        with torch.enable_grad():
            points = x.detach().requires_grad_(True)
            b = self.weight(points)
            (slope,) = torch.autograd.grad(b.sum(), points)
        b = b.detach()
        # Outside b is flat; there a variable such as eta along the beam may have no derivative.
        slope = torch.where((b > 0)[:, None, None], slope, 0.0)
        return b, torch.einsum("npi,ngpi->ng", slope, v)


def edged(
    functions: TestFunctions, edges: Sequence[Edge], scale: float, names: tuple[str, ...], particles: int
) -> TestFunctions:
    """``functions`` with these edges; themselves if there are none."""
    return Edged(functions, edges, scale, names, particles) if edges else functions

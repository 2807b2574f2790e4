"""Thresholds of the members of a set: near them a member counts less and less, and at them nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from symhep.errors import CardError, nearest
from symhep_moments.fit.functions.edge import Edge
from symhep_moments.fit.functions.edges import Edged, known_variables, variable, whose
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.fit.functions.layers import innermost
from symhep_moments.fit.functions.user import UserFunctions
from symhep_moments.places import Places

__all__ = ["MemberEdged", "edged", "entered"]


@dataclass(frozen=True, eq=False)
class MemberEdged(TestFunctions):
    """f_k of members with the weights c_p = b(x_p), a product over their edges of `Edge.inside`.

    Let the events be what a threshold leaves of others with more members, whose law is invariant. A sum over members
    sum_p b(x_p) h(y_p), and a sum over pairs with b of both, have the same value for an event and for what the
    threshold leaves of it, for b is zero beyond. They are smooth functions of the event with all members: those that
    cross the threshold come and go without a step. So E[grad f . v] = 0 holds for the events that are seen.

    >>> from symhep_moments.fit.functions.members import Coefficients, MemberSums, Ridges
    >>> jets = Places(("px", "py"), torch.ones(1, 2).bool().numpy(), ("j",), ("jets",), frozenset({"jets"}), True)
    >>> sums = MemberSums(Ridges.components(2), Coefficients(torch.ones(1, 2).double()), ["px", "py"], "sums")
    >>> seen = MemberEdged(sums, (Edge(variable="pt", above=20.0, width=10.0),), 10.0, jets)
    >>> seen.values(torch.tensor([[[2.5, 0.0, 1.0]]], dtype=torch.float64)).tolist()  # halfway up
    [[1.25, 0.0]]
    """

    inner: TestFunctions
    edges: tuple[Edge, ...]
    scale: float
    places: Places

    def __post_init__(self) -> None:
        object.__setattr__(self, "labels", self.inner.labels)
        object.__setattr__(self, "blocks", self.inner.blocks)

    def values(self, x: Tensor) -> Tensor:
        return self.inner.values(self.entered(x))

    def along(self, x: Tensor, v: Tensor) -> Tensor:
        return self.inner.along(*self.pushed(x, v))

    def sum_along(self, x: Tensor, v: Tensor, w: Tensor) -> Tensor:
        return self.inner.sum_along(*self.pushed(x, v), w)

    def entered(self, x: Tensor) -> Tensor:
        """The events with the weights of their members."""
        d = self.places.dimension
        weights = x[..., d] * self._inside(x[..., :d])
        return torch.cat([x[..., :d], weights[..., None], x[..., d + 1 :]], dim=-1)

    def pushed(self, x: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """The same, and fields (n, G, P, d + 1) that say how the weights change, too."""
        d = self.places.dimension
        with torch.enable_grad():
            points = x[..., :d].detach().requires_grad_(True)
            (slope,) = torch.autograd.grad(self._inside(points).sum(), points)
        seen = self.entered(x)
        # Beyond the edge b is flat; there a variable such as eta along the beam may have no derivative.
        slope = torch.where((seen[..., d] > 0)[..., None], slope, 0.0)
        change = torch.einsum("npi,ngpi->ngp", slope, v)
        return seen, torch.cat([v, change[..., None]], dim=-1)

    def changed(self, x: Tensor, v: Tensor) -> Tensor:
        """(G,) does the weight of any member change along the field?"""
        moved = self.pushed(x, v)[1][..., -1].abs().amax(dim=(0, 2))
        return moved > 1e-9 * float(v.abs().max())

    def _inside(self, x: Tensor) -> Tensor:
        """b of each member, 1 at the places that have no edge: (n, P, d) -> (n, P)."""
        rows = []
        factors: dict[int, Tensor] = {}
        for edge in self.edges:
            own = whose(edge, x.shape[-2], (), self.places)[1]
            if own:
                b = edge.inside(variable(edge.variable, x[..., own, :] * self.scale, self.places.names))
                for place, column in zip(own, b.unbind(dim=-1), strict=True):
                    factors[place] = factors[place] * column if place in factors else column
        for place in range(x.shape[-2]):
            rows.append(factors[place] if place in factors else torch.ones_like(x[..., place, 0]))
        return torch.stack(rows, dim=-1)


def edged(
    functions: TestFunctions,
    edges: Sequence[Edge],
    scale: float,
    names: tuple[str, ...],
    particles: int,
    vectors: Sequence[str] = (),
    places: Places | None = None,
) -> TestFunctions:
    """``functions`` with these edges, of single vectors and of members of sets; themselves if there are none.

    Raises `CardError` for a variable that a vector does not have, and for functions of the user of sets with edges.
    """
    if not edges:
        return functions
    found, outer, inner = functions, [], []
    for edge in edges:
        fixed, members = whose(edge, particles, vectors, places)
        if places is not None:
            _require_known(edge, fixed + members, places)
        outer += [edge] if fixed else []
        inner += [edge] if members else []
    if inner:
        assert places is not None
        if any(isinstance(part, UserFunctions) for part in (functions, *getattr(functions, "parts", ()))):
            raise CardError(
                f"edges of the members of a set ({inner[0].text}) cannot be combined with user-defined "
                "test functions",
                hint="remove one of them",
            )
        found = MemberEdged(found, tuple(inner), scale, places)
    return Edged(found, outer, scale, names, particles, vectors, places) if outer or not inner else found


def entered(functions: TestFunctions, x: Tensor) -> Tensor:
    """Events with the weights that the edges of ``functions`` give to their members."""
    inside = innermost(functions)
    return inside.entered(x) if isinstance(inside, MemberEdged) else x


def _require_known(edge: Edge, own: list[int], places: Places) -> None:
    for place in own:
        has = [c for c, there in zip(places.names, places.present[place], strict=True) if there]
        if edge.variable not in known_variables(has):
            name = places.objects[place]
            raise CardError(
                f"an edge names the variable '{edge.variable}', which '{name}' does not have",
                hint=f"name the particles that have it, or {nearest(edge.variable, known_variables(has))}",
            )

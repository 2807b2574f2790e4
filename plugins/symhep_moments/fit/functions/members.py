"""Test functions of events with any number of members: sums over members and over pairs of them.

A member p of an event has the squashed components y_p, a weight c_p (1; 0 of an empty place; between near a fiducial
edge, see `symhep_moments.fit.functions.member_edges`), tags and spectators e_p, which nothing moves. Functions h of a
single member are zero at y = 0, so that an empty place adds nothing:

    sum_p c_p a_p h(y_p),    sum_{p != q} (c_p a_p h(y_p)) (c_q a'_q h'(y_q)) = (sum h)(sum h') - sum h h',

symmetric under exchange, at a cost that grows with the number of members, not of pairs. The coefficients a_p depend on
the object that p is a member of, and on e_p. Events are (n, P, D) as `symhep_moments.places.Places` says, fields
(n, G, P, d), or (n, G, P, d + 1) where the weights move, too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.fit.functions.polynomials import Polynomials

__all__ = ["Coefficients", "MemberPolynomials", "MemberSums", "PairSums", "Ridges", "contracted"]


@dataclass(frozen=True, eq=False)
class Ridges:
    """J functions of a member, cos(omega_j . y + beta_j) - cos(beta_j) with beta_j = b_j + kappa_j . e, or omega_j . y.

    Attributes
    ----------
    directions
        (J, d) omega.
    phases
        (J,) b; None: linear functions.
    shifts
        (J, L + S) kappa.
    """

    directions: Tensor
    phases: Tensor | None = None
    shifts: Tensor | None = None

    @classmethod
    def components(cls, dimension: int, device: str = "cpu") -> Ridges:
        """y_1 ... y_d."""
        return cls(torch.eye(dimension, dtype=torch.float64, device=device))

    @classmethod
    def draw(
        cls,
        rng: np.random.Generator,
        count: int,
        dimension: int,
        extras: int,
        width: float,
        device: str = "cpu",
    ) -> Ridges:
        """Waves: omega normal with standard deviation 1 / ``width``, kappa standard normal, b uniform."""
        directions = rng.normal(size=(count, dimension)) / width
        phases = rng.uniform(0, 2 * np.pi, size=count)
        shifts = rng.normal(size=(count, extras))
        return cls(*(torch.from_numpy(part).to(device) for part in (directions, phases, shifts)))

    @property
    def dimension(self) -> int:
        """d."""
        return self.directions.shape[1]

    def __len__(self) -> int:
        return len(self.directions)

    def values(self, x: Tensor) -> Tensor:
        """h: (n, P, D) -> (n, P, J)."""
        angle = x[..., : self.dimension] @ self.directions.T
        if self.phases is None:
            return angle
        rest = self._rest(x)
        return angle.add_(rest).cos_().sub_(torch.cos(rest))

    def both(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """h (n, P, J), and its derivative along omega . y, of which the gradient is that times omega."""
        angle = x[..., : self.dimension] @ self.directions.T
        if self.phases is None:
            return angle, torch.ones_like(angle)
        rest = self._rest(x)
        angle = angle.add_(rest)
        return torch.cos(angle).sub_(torch.cos(rest)), torch.sin(angle).neg_()

    def _rest(self, x: Tensor) -> Tensor:
        """beta, (J,) or (n, P, J)."""
        assert self.phases is not None
        if self.shifts is None or self.shifts.shape[1] == 0:
            return self.phases
        return torch.addmm(
            self.phases, x[..., self.dimension + 1 :].reshape(-1, self.shifts.shape[1]), self.shifts.T
        ).view(*x.shape[:-1], -1)


@dataclass(frozen=True, eq=False)
class Coefficients:
    """a_p of J functions: by place (P, J), and ``slopes`` (L + S, J) times tags and spectators."""

    places: Tensor
    slopes: Tensor | None = None

    def __call__(self, x: Tensor) -> Tensor:
        """(n, P, D) -> (n, P, J) or (P, J)."""
        if self.slopes is None:
            return self.places
        return self.places + x[..., x.shape[-1] - len(self.slopes) :] @ self.slopes


def contracted(gradients: Tensor, directions: Tensor, v: Tensor) -> Tensor:
    """sum_p gradients_pj omega_j . v_ap: (n, P, J), (J, d), (n, G, P, d) -> (n, J, G)."""
    n, g, p, d = v.shape
    moved = gradients.transpose(1, 2) @ v.transpose(1, 2).reshape(n, p, g * d)
    return torch.einsum("njgi,ji->njg", moved.view(n, -1, g, d), directions)


def summed(gradients: Tensor, directions: Tensor, v: Tensor) -> Tensor:
    """The same, summed over the events: (J, G), in one product."""
    n, g, p, d = v.shape
    moved = gradients.reshape(n * p, -1).T @ v.transpose(1, 2).reshape(n * p, g * d)
    return torch.einsum("jgi,ji->jg", moved.view(-1, g, d), directions)


class MemberSums(TestFunctions):
    """sum_p c_p a_pk h_k(y_p), in a block of its own.

    >>> sums = MemberSums(Ridges.components(1), Coefficients(torch.tensor([[1.0], [1.0]]).double()), ["sum"], "sums")
    >>> sums.values(torch.tensor([[[2.0, 1.0], [3.0, 0.0]]], dtype=torch.float64)).tolist()  # the second is not there
    [[2.0]]
    """

    def __init__(self, ridges: Ridges, coefficients: Coefficients, labels: list[str], block: str) -> None:
        self._ridges, self._coefficients = ridges, coefficients
        self.labels, self.blocks = tuple(labels), {block: slice(0, len(labels))}

    def values(self, x: Tensor) -> Tensor:
        h, a = self._ridges.values(x), self._coefficients(x)
        weights = x[..., self._ridges.dimension]
        if a.ndim == 2:
            return torch.einsum("npj,np->nj", h * a, weights)
        return torch.einsum("npj,npj,np->nj", h, a, weights)

    def along(self, x: Tensor, v: Tensor) -> Tensor:
        d = self._ridges.dimension
        gradients, bare = self._parts(x)
        found = contracted(gradients, self._ridges.directions, v[..., :d])
        return found if v.shape[-1] == d else found + bare.transpose(1, 2) @ v[..., d].transpose(1, 2)

    def sum_along(self, x: Tensor, v: Tensor, w: Tensor) -> Tensor:
        d = self._ridges.dimension
        gradients, bare = (part * w[:, None, None] for part in self._parts(x))
        found = summed(gradients, self._ridges.directions, v[..., :d])
        return found if v.shape[-1] == d else found + torch.einsum("npj,ngp->jg", bare, v[..., d])

    def _parts(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """c a h' and a h, (n, P, K)."""
        h, slope = self._ridges.both(x)
        a = self._coefficients(x)
        return slope * a * x[..., self._ridges.dimension, None], h * a


class PairSums(TestFunctions):
    """Z_i Z_j - sum_p z_pi z_pj with z_pj = c_p a_pj h_j(y_p) and Z = sum_p z_p, for pairs (i, j) of the J functions.

    Parameters
    ----------
    ridges, coefficients
        J functions of a member.
    first, second
        (K,) i and j.
    labels
        K names.

    >>> pairs = PairSums(Ridges.components(1), Coefficients(torch.ones(3, 1).double()), [0], [0], ["y y"])
    >>> pairs.values(torch.tensor([[[2.0, 1.0], [3.0, 1.0], [9.0, 0.0]]], dtype=torch.float64)).tolist()
    [[12.0]]
    """

    def __init__(
        self,
        ridges: Ridges,
        coefficients: Coefficients,
        first: list[int],
        second: list[int],
        labels: list[str],
    ) -> None:
        self._ridges, self._coefficients = ridges, coefficients
        self._first, self._second = first, second
        # The first half of the functions with the second.
        self._halves = [*first, *second] == list(range(len(ridges)))
        self.labels, self.blocks = tuple(labels), {"pairs": slice(0, len(labels))}

    def values(self, x: Tensor) -> Tensor:
        h = self._ridges.values(x)
        z = h * self._coefficients(x) * x[..., self._ridges.dimension, None]
        total = z.sum(dim=1)
        i, j = self._first, self._second
        if self._halves:
            one, two = z.chunk(2, dim=2)
            return total[:, i] * total[:, j] - torch.einsum("npk,npk->nk", one, two)
        return total[:, i] * total[:, j] - torch.einsum("npi,npj->nij", z, z)[:, i, j]

    def along(self, x: Tensor, v: Tensor) -> Tensor:
        d, ways = self._ridges.dimension, self._ridges.directions
        found: Tensor | None = None
        for side, gradients, bare in self._parts(x):
            part = contracted(gradients, ways[side], v[..., :d])
            if v.shape[-1] > d:
                part = part + bare.transpose(1, 2) @ v[..., d].transpose(1, 2)
            found = part if found is None else found + part
        assert found is not None
        return found

    def sum_along(self, x: Tensor, v: Tensor, w: Tensor) -> Tensor:
        d, ways = self._ridges.dimension, self._ridges.directions
        found: Tensor | None = None
        for side, gradients, bare in self._parts(x):
            part = summed(gradients * w[:, None, None], ways[side], v[..., :d])
            if v.shape[-1] > d:
                part = part + torch.einsum("npj,ngp->jg", bare * w[:, None, None], v[..., d])
            found = part if found is None else found + part
        assert found is not None
        return found

    def _parts(self, x: Tensor) -> list[tuple[list[int], Tensor, Tensor]]:
        """For the first and the second factor: its function, and c a h' and a h times what the other members hold."""
        h, slope = self._ridges.both(x)
        a, c = self._coefficients(x), x[..., self._ridges.dimension, None]
        z, steep = h * a * c, slope * a * c
        rest, bare = z.sum(dim=1, keepdim=True) - z, h * a
        sides = ((self._first, self._second), (self._second, self._first))
        return [(i, steep[..., i] * rest[..., j], bare[..., i] * rest[..., j]) for i, j in sides]


class MemberPolynomials(Polynomials):
    """sum_p c_p y_p,i1 ... y_p,ik: `Polynomials` of the members that are there."""

    def along(self, x: Tensor, v: Tensor) -> Tensor:
        d = self.dimension
        found = super().along(x, v[..., :d])
        if v.shape[-1] == d:
            return found
        return found + self._bare(x).transpose(1, 2) @ v[..., d].transpose(1, 2)

    def sum_along(self, x: Tensor, v: Tensor, w: Tensor) -> Tensor:
        d = self.dimension
        found = super().sum_along(x, v[..., :d], w)
        if v.shape[-1] == d:
            return found
        return found + torch.einsum("npk,ngp->kg", self._bare(x) * w[:, None, None], v[..., d])

    def _powers(self, x: Tensor, degree: int) -> Tensor:
        return super()._powers(x[..., : self.dimension], degree) * x[..., self.dimension, None]

    def _bare(self, x: Tensor) -> Tensor:
        """The monomials of each member without its weight, (n, P, K)."""
        return super()._powers(x[..., : self.dimension], self.degree)[..., 1:]

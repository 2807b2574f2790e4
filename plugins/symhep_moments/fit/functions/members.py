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
        """h: (n, P, D) -> (J, P, n)."""
        angle = self._angle(x)
        if self.phases is None:
            return angle
        rest = self._rest(x)
        return angle.add_(rest).cos_().sub_(torch.cos(rest))

    def both(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """h (J, P, n), and its derivative along omega . y, of which the gradient is that times omega."""
        angle = self._angle(x)
        if self.phases is None:
            return angle, torch.ones_like(angle)
        rest = self._rest(x)
        angle = angle.add_(rest)
        return torch.cos(angle).sub_(torch.cos(rest)), torch.sin(angle).neg_()

    def _angle(self, x: Tensor) -> Tensor:
        """omega . y, (J, P, n)."""
        y = x[..., : self.dimension].permute(2, 1, 0)
        return (self.directions @ y.flatten(1)).view(len(self), *y.shape[1:])

    def _rest(self, x: Tensor) -> Tensor:
        """beta, (J, 1, 1) or (J, P, n)."""
        assert self.phases is not None
        if self.shifts is None or self.shifts.shape[1] == 0:
            return self.phases[:, None, None]
        told = x[..., self.dimension + 1 :].permute(2, 1, 0)
        return torch.addmm(self.phases[:, None], self.shifts, told.flatten(1)).view(
            len(self), *told.shape[1:]
        )


@dataclass(frozen=True, eq=False)
class Coefficients:
    """a_p of J functions: by place (P, J), and ``slopes`` (L + S, J) times tags and spectators."""

    places: Tensor
    slopes: Tensor | None = None

    def __call__(self, x: Tensor) -> Tensor:
        """(n, P, D) -> (J, P, n) or (J, P, 1)."""
        own = self.places.T[..., None]
        if self.slopes is None:
            return own
        told = x[..., x.shape[-1] - len(self.slopes) :].permute(2, 1, 0)
        return own + (self.slopes.T @ told.flatten(1)).view(-1, *told.shape[1:])


def contracted(gradients: Tensor, directions: Tensor, v: Tensor) -> Tensor:
    """sum_p gradients_pj omega_j . v_ap: (J, P, n), (J, d), (n, G, P, d) -> (n, J, G)."""
    moved = v.permute(1, 3, 2, 0)  # (G, d, P, n)
    found = v.new_empty(len(moved), *gradients.shape[::2])
    for rates, own in zip(found, moved, strict=True):
        along = (directions @ own.flatten(1)).view(gradients.shape)
        torch.sum(along.mul_(gradients), dim=1, out=rates)
    return found.permute(2, 1, 0)


def contracted_weights(bare: Tensor, change: Tensor) -> Tensor:
    """sum_p bare_pj change_ap: (J, P, n), (n, G, P) -> (n, J, G)."""
    return torch.stack([(bare * own.T).sum(dim=1) for own in change.unbind(dim=1)]).permute(2, 1, 0)


def summed(gradients: Tensor, directions: Tensor, v: Tensor) -> Tensor:
    """`contracted`, summed over the events: (J, G), in one product."""
    moved = v.permute(1, 3, 2, 0)  # (G, d, P, n)
    sums = (gradients.flatten(1) @ moved.flatten(2).flatten(0, 1).T).view(-1, *moved.shape[:2])
    return torch.einsum("jgi,ji->jg", sums, directions)


def summed_weights(bare: Tensor, change: Tensor) -> Tensor:
    """`contracted_weights`, summed over the events: (J, G)."""
    return bare.flatten(1) @ change.permute(1, 2, 0).flatten(1).T


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
        weights = x[..., self._ridges.dimension].T
        return (self._ridges.values(x) * self._coefficients(x)).mul_(weights).sum(dim=1).T

    def along(self, x: Tensor, v: Tensor) -> Tensor:
        d = self._ridges.dimension
        gradients, bare = self._parts(x)
        found = contracted(gradients, self._ridges.directions, v[..., :d])
        return found if v.shape[-1] == d else found + contracted_weights(bare, v[..., d])

    def sum_along(self, x: Tensor, v: Tensor, w: Tensor) -> Tensor:
        d = self._ridges.dimension
        gradients, bare = (part * w for part in self._parts(x))
        found = summed(gradients, self._ridges.directions, v[..., :d])
        return found if v.shape[-1] == d else found + summed_weights(bare, v[..., d])

    def _parts(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """c a h' and a h, (K, P, n)."""
        h, slope = self._ridges.both(x)
        a = self._coefficients(x)
        return (slope * a).mul_(x[..., self._ridges.dimension].T), h * a


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
        z = (self._ridges.values(x) * self._coefficients(x)).mul_(x[..., self._ridges.dimension].T)
        total = z.sum(dim=1)
        i, j = self._first, self._second
        one, two = z.chunk(2) if self._halves else (z[i], z[j])
        return (total[i] * total[j]).sub_((one * two).sum(dim=1)).T

    def along(self, x: Tensor, v: Tensor) -> Tensor:
        d, ways = self._ridges.dimension, self._ridges.directions
        found: Tensor | None = None
        for side, gradients, bare in self._parts(x):
            part = contracted(gradients, ways[side], v[..., :d])
            if v.shape[-1] > d:
                part = part + contracted_weights(bare, v[..., d])
            found = part if found is None else found + part
        assert found is not None
        return found

    def sum_along(self, x: Tensor, v: Tensor, w: Tensor) -> Tensor:
        d, ways = self._ridges.dimension, self._ridges.directions
        found: Tensor | None = None
        for side, gradients, bare in self._parts(x):
            part = summed(gradients * w, ways[side], v[..., :d])
            if v.shape[-1] > d:
                part = part + summed_weights(bare * w, v[..., d])
            found = part if found is None else found + part
        assert found is not None
        return found

    def _parts(self, x: Tensor) -> list[tuple[list[int], Tensor, Tensor]]:
        """For the first and the second factor: its function, and c a h' and a h times what the other members hold."""
        h, slope = self._ridges.both(x)
        a, c = self._coefficients(x), x[..., self._ridges.dimension].T
        z, steep = h * a * c, slope * a * c
        rest, bare = z.sum(dim=1, keepdim=True) - z, h * a
        sides = ((self._first, self._second), (self._second, self._first))
        return [(i, steep[i] * rest[j], bare[i] * rest[j]) for i, j in sides]


class MemberPolynomials(Polynomials):
    """sum_p c_p y_p,i1 ... y_p,ik: `Polynomials` of the members that are there."""

    def sum_along(self, x: Tensor, v: Tensor, w: Tensor) -> Tensor:
        found, change = super().sum_along(x, v, w), self._first_slope(v)
        if change is None:
            return found
        bare = self._powers(x, w.expand(x.shape[1], -1), self.degree)
        return found + torch.stack([bare[m] for m in self._monomials]).flatten(1) @ change.flatten(1).T

    def _first(self, x: Tensor) -> Tensor:
        return x[..., self.dimension].T

    def _first_slope(self, v: Tensor) -> Tensor | None:
        return v[..., self.dimension].permute(1, 2, 0) if v.shape[-1] > self.dimension else None

"""Harmonics of azimuths and of directions: the functions of which the bounds measure means, by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch

from symhep_moments.fit.bounds.directions import spherical
from symhep_moments.fit.bounds.seen import Seen
from symhep_moments.fit.closed_orbits import ClosedOrbit

__all__ = ["NamedFunction", "NamedFunctions", "about"]

FloatArray = npt.NDArray[np.float64]


class NamedFunction(NamedTuple):
    """A function of events: its ``values`` (N, d), and the ``number`` (N,) of members that they are summed over, or
    None. It belongs to the rotation ``label``, or is a direction harmonic of this ``degree``."""

    name: str
    values: FloatArray
    number: FloatArray | None
    label: str | None = None
    degree: int | None = None


@dataclass(frozen=True, eq=False)
class NamedFunctions:
    """Always the same functions in the same order.

    Attributes
    ----------
    orbits
        Of the rotations by their labels.
    space
        Columns of the three components that have directions; None: no direction harmonics.
    orders
        m and l go from 1 to this.
    """

    orbits: Mapping[str, ClosedOrbit]
    space: list[int] | None
    orders: int

    def __call__(self, seen: Seen) -> Iterator[NamedFunction]:
        """Of the events that are ``seen``."""
        for label, orbit in self.orbits.items():
            yield from self._azimuths(seen, label, orbit)
        if self.space is not None:
            yield from self._directions(seen, self.space)

    def _azimuths(self, seen: Seen, label: str, orbit: ClosedOrbit) -> Iterator[NamedFunction]:
        """For each vector the harmonics m = 1 .. ``orders`` of its angle about what stays under the rotation.

        phi is the angle of the vector in the plane that the generator turns (in each of them, if there are several),
        about the point that stays; vectors at that point count as 0. Of a set the mean is that over its members.
        E[exp(i m phi)] = 0 if the density is invariant, whatever else it is. With dN / dphi ~ 1 + 2 sum_m v_m cos m(phi
        - Psi_m), as flow of heavy ions is written (Voloshin and Zhang 1996, Z. Phys. C 70, 665), v_m is its absolute
        value, epsilon / 2 of 1 + epsilon cos m(phi - Psi_m), and never above one.
        """
        waves = orbit.waves(seen.points[..., : len(orbit.matrix) - 1], self.orders)
        for group, where, number in seen.groups:
            summed = seen.summed(waves, where).cpu().numpy()  # (N, L, orders)
            for plane in range(summed.shape[1]):
                which = f" (plane {plane + 1})" if summed.shape[1] > 1 else ""
                for m in range(self.orders):
                    z = summed[:, plane, m]
                    name = f"v_{m + 1} of {group}{which} {about(label)}"
                    yield NamedFunction(name, np.stack([z.real, z.imag]).T, number, label)

    def _directions(self, seen: Seen, space: list[int]) -> Iterator[NamedFunction]:
        """E[y_l] of each vector's direction, l = 1 .. ``orders``: zero if the density is invariant under rotations of
        space. v_l = |E[y_l]| is the root of the mean of P_l(cos angle) over pairs of events, never above one."""
        p = seen.points[..., space]
        length = torch.linalg.vector_norm(p, dim=-1, keepdim=True)
        n = p / length.clamp(min=torch.finfo(torch.float64).tiny)
        for degree in range(1, self.orders + 1):
            y = spherical(n, degree) * (length > 0)
            for group, where, number in seen.groups:
                values = seen.summed(y, where).cpu().numpy()
                yield NamedFunction(f"v_{degree} of the direction of {group}", values, number, degree=degree)


def about(label: str) -> str:
    """A rotation by its axis.

    >>> about("J_z"), about("J_12")
    ('about z', 'along J_12')
    """
    return f"about {label[2:]}" if label in ("J_x", "J_y", "J_z") else f"along {label}"

"""Harmonics of the angle about the axis of a rotation: v_m = |E[exp(i m phi)]|."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from symhep.hypotheses.bounds.region import Quantity
from symhep.hypotheses.bounds.sample_mean import sample_mean
from symhep_moments.fit.bounds.joint import Joint
from symhep_moments.fit.bounds.seen import Seen
from symhep_moments.fit.closed_orbits import ClosedOrbit

__all__ = ["about", "azimuths"]

FloatArray = npt.NDArray[np.float64]


def azimuths(
    seen: Seen, orbits: Mapping[str, ClosedOrbit], orders: int
) -> tuple[dict[str, list[str]], list[Quantity], Joint]:
    """For each generator with closed orbits the harmonics m = 1 .. ``orders`` of each vector about it.

    phi is the angle of the vector in the plane that the generator turns (in each of them, if there are several), about
    the point that stays; vectors at that point count as 0. Of a set the mean is that over its members.
    E[exp(i m phi)] = 0 if the density is invariant, whatever else it is. With dN / dphi ~ 1 + 2 sum_m v_m cos m(phi -
    Psi_m), as flow of heavy ions is written (Voloshin and Zhang 1996, Z. Phys. C 70, 665), v_m is its absolute value,
    epsilon / 2 of 1 + epsilon cos m(phi - Psi_m), and never above one.

    Names by generator, the quantities, and their joint covariance.
    """
    names: dict[str, list[str]] = {}
    quantities: list[Quantity] = []
    joint = Joint(seen)
    for label, orbit in orbits.items():
        waves = orbit.waves(seen.points[..., : len(orbit.matrix) - 1], orders)
        own = names.setdefault(label, [])
        for group, where, number in seen.groups:
            summed = seen.summed(waves, where).cpu().numpy()  # (N, L, orders)
            for plane in range(summed.shape[1]):
                if not summed[:, plane].any():
                    continue  # the vector does not know of this plane
                which = f" (plane {plane + 1})" if summed.shape[1] > 1 else ""
                for m in range(orders):
                    z = summed[:, plane, m]
                    name = f"v_{m + 1} of {group}{which} {about(label)}"
                    values = np.stack([z.real, z.imag], axis=1)
                    found = sample_mean(name, values, seen.weights, seen.unit, number)
                    own.append(name)
                    quantities.append(found)
                    joint.add(found, values, number)
    return names, quantities, joint


def about(label: str) -> str:
    """A rotation by its axis.

    >>> about("J_z"), about("J_12")
    ('about z', 'along J_12')
    """
    return f"about {label[2:]}" if label in ("J_x", "J_y", "J_z") else f"along {label}"

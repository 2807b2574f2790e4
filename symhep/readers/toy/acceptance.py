"""Densities made from a density: events accepted by azimuth, events turned."""

from __future__ import annotations

import numpy as np
from pydantic.dataclasses import dataclass

from symhep.readers.toy.bounds import Angle, Axis, Fraction, Order
from symhep.readers.toy.density import OPTIONS, Density, FloatArray

__all__ = ["Accepted", "Tilted"]


@dataclass(frozen=True, config=OPTIONS)
class Accepted:
    """``density`` times 1 + epsilon cos(m phi), phi the azimuth of the first particle.

    Events are drawn and accepted with the probability (1 + epsilon cos(m phi)) / (1 + |epsilon|) until
    there are enough. Where phi was uniform, the mean of cos(m phi) becomes epsilon / 2.

    >>> from symhep.readers.toy.dijets import Dijets
    >>> Accepted(Dijets(), modulation=0.1, order=2).symmetry
    'so(2) about z, P, exchange; times 1 + 0.1 cos(2 phi)'
    """

    density: Density
    modulation: Fraction
    order: Order = 2

    @property
    def particles(self) -> int:
        """P."""
        return self.density.particles

    @property
    def intrinsic(self) -> int:
        """Dimension of the space that the events fill."""
        return self.density.intrinsic

    @property
    def symmetry(self) -> str:
        """That of the density, and what breaks it."""
        return f"{self.density.symmetry}; times 1 + {self.modulation:g} cos({self.order} phi)"

    def draw(self, rng: np.random.Generator, n: int) -> FloatArray:
        """n events, (n, P, 4) four-momenta (E, px, py, pz) in GeV."""
        found = np.empty((n, self.particles, 4))
        done, bound = 0, 1 + abs(self.modulation)
        while done < n:
            # Some more than are needed on average, so that a second round is rare.
            tried = int((n - done) * bound + 4 * np.sqrt(n)) + 1
            events = self.density.draw(rng, tried)
            azimuth = np.arctan2(events[:, 0, 2], events[:, 0, 1])
            wanted = 1 + self.modulation * np.cos(self.order * azimuth)
            kept = np.flatnonzero(bound * rng.random(tried) < wanted)[: n - done]
            # 'clip' spares numpy a copy on the way to ``out``.
            np.take(events, kept, axis=0, out=found[done : done + len(kept)], mode="clip")
            done += len(kept)
        return found


@dataclass(frozen=True, config=OPTIONS)
class Tilted:
    """``density`` with every event turned by ``tilt`` (radians, right-handed) about an axis of the laboratory.

    A beam along z points to (0, -sin(tilt), cos(tilt)) after a turn about x, and to
    (sin(tilt), 0, cos(tilt)) after one about y.
    """

    density: Density
    tilt: Angle
    axis: Axis = "x"

    @property
    def particles(self) -> int:
        """P."""
        return self.density.particles

    @property
    def intrinsic(self) -> int:
        """Dimension of the space that the events fill."""
        return self.density.intrinsic

    @property
    def symmetry(self) -> str:
        """That of the density, and how it is turned."""
        return f"{self.density.symmetry}; turned by {self.tilt:g} about {self.axis}"

    def draw(self, rng: np.random.Generator, n: int) -> FloatArray:
        """n events, (n, P, 4) four-momenta (E, px, py, pz) in GeV."""
        events = self.density.draw(rng, n)
        number = "xyz".index(self.axis)
        # The plane that turns: (y, z) about x, (z, x) about y, (x, y) about z.
        a, b = 1 + (number + 1) % 3, 1 + (number + 2) % 3
        first, second = events[..., a].copy(), events[..., b]
        cos, sin = np.cos(self.tilt), np.sin(self.tilt)
        events[..., a] = cos * first - sin * second
        events[..., b] = sin * first + cos * second
        return events

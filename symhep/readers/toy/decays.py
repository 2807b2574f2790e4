"""Decays of a resonance into two, three or four massless particles.

A term that breaks a mirror is added without rejecting an event: where the density p is the same for
an event and its mirror image, and s changes its sign, each event is replaced by its image with the
probability (1 - s) / 2, which leaves p (1 + s) / 2 + p (1 + s) / 2 = p (1 + s).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np
from pydantic.dataclasses import dataclass

from symhep.readers.toy.bounds import Asymmetry, Fraction, NotNegative, Positive, Width
from symhep.readers.toy.density import OPTIONS, FloatArray
from symhep.readers.toy.kinematics import boosted, resonance_velocity
from symhep.readers.toy.phase_space import phase_space

__all__ = ["Decay", "FourBody", "ThreeBody", "TwoBody", "beam_handedness", "polar_sine"]


@dataclass(frozen=True, config=OPTIONS)
class Decay(ABC):
    """A resonance that decays into ``particles`` massless particles.

    Attributes
    ----------
    mass
        In GeV.
    width
        Standard deviation of the mass, relative to it; the mass is normal.
    rapidity
        Standard deviation of the resonance's rapidity along z, which is normal.
    pt
        Mean of the resonance's transverse momentum in GeV: isotropic, d2N / d2pt ~ exp(-2 pt / mean).
    """

    particles: ClassVar[int]

    mass: Positive = 91.2
    width: Width = 0.0
    rapidity: NotNegative = 0.0
    pt: NotNegative = 0.0

    @property
    def intrinsic(self) -> int:
        """3 P - 4 angles and energies at fixed mass, and what moves or smears the resonance."""
        smeared = (self.width > 0) + (self.rapidity > 0) + 2 * (self.pt > 0)
        return min(3 * self.particles - 4 + smeared, 3 * self.particles)

    @property
    def symmetry(self) -> str:
        """Rotations, and what of parity and exchanges there is."""
        beam = self._directed or self.rapidity > 0 or self.pt > 0
        return f"{'so(2) about z' if beam else 'so(3)'}, {self._discrete}"

    @property
    @abstractmethod
    def _directed(self) -> bool:
        """Does the decay know the z axis?"""

    @property
    @abstractmethod
    def _discrete(self) -> str:
        """Parity and exchanges."""

    @abstractmethod
    def _at_rest(self, rng: np.random.Generator, n: int) -> FloatArray:
        """(4, P, n) momenta of the decay of a mass of 1 at rest."""

    def draw(self, rng: np.random.Generator, n: int) -> FloatArray:
        """n events, (n, P, 4) four-momenta (E, px, py, pz) in GeV."""
        momenta = self._at_rest(rng, n)
        mass = self.mass * (1 + self.width * rng.standard_normal(n)) if self.width else self.mass
        momenta *= mass
        if self.rapidity or self.pt:
            momenta = boosted(momenta, resonance_velocity(rng, mass, n, self.rapidity, self.pt))
        return np.ascontiguousarray(momenta.transpose(2, 1, 0))


@dataclass(frozen=True, config=OPTIONS)
class TwoBody(Decay):
    """mu- mu+ of a resonance; isotropic, or with a forward-backward asymmetry as in e- e+ -> mu- mu+.

    ``a_fb`` = A makes the density 1 + cos^2(theta) + (8 / 3) A cos(theta), theta the angle of the mu-
    to z where the resonance is at rest: A is the asymmetry of forward and backward events. None is isotropic.
    The density is positive up to |A| = 3 / 4.

    >>> TwoBody(mass=80).draw(np.random.default_rng(0), 3).shape
    (3, 2, 4)
    """

    particles: ClassVar[int] = 2

    a_fb: Asymmetry | None = None

    @property
    def _directed(self) -> bool:
        return self.a_fb is not None

    @property
    def _discrete(self) -> str:
        return "P with exchange" if self.a_fb else "P, exchange"

    def _at_rest(self, rng: np.random.Generator, n: int) -> FloatArray:
        if self.a_fb is None:
            return phase_space(rng, n, 2)
        # c = cos(theta) of density 3 (1 + c^2) / 8: its distribution function u gives c^3 + 3 c = 8 u - 4.
        c = 2 * np.sinh(np.arcsinh(4 * rng.random(n) - 2) / 3)
        azimuth = rng.uniform(-np.pi, np.pi, n)
        odd = (8 / 3) * self.a_fb * c / (1 + c**2)
        c *= _sign(rng, odd)
        radius = np.sqrt(np.maximum(1 - c**2, 0))
        momenta = np.empty((4, 2, n))
        momenta[0] = 0.5
        momenta[1, 0], momenta[2, 0], momenta[3, 0] = radius * np.cos(azimuth), radius * np.sin(azimuth), c
        momenta[1:, 0] *= 0.5
        momenta[1:, 1] = -momenta[1:, 0]
        return momenta


@dataclass(frozen=True, config=OPTIONS)
class _Handed(Decay):
    """``handedness`` = epsilon makes the density 1 + epsilon s times flat phase space, s a pseudoscalar."""

    handedness: Fraction = 0.0

    @abstractmethod
    def _pseudoscalar(self, momenta: FloatArray) -> FloatArray:
        """(n,) values in [-1, 1] that change their sign under p -> -p."""

    def _at_rest(self, rng: np.random.Generator, n: int) -> FloatArray:
        momenta = phase_space(rng, n, self.particles)
        if self.handedness:
            momenta[1:] *= _sign(rng, self.handedness * self._pseudoscalar(momenta))
        return momenta


@dataclass(frozen=True, config=OPTIONS)
class ThreeBody(_Handed):
    """Three massless particles, evenly over the Dalitz plot; ``handedness`` by `beam_handedness`.

    The three momenta lie in a plane, so that without a direction in space nothing is odd under parity.

    >>> ThreeBody(handedness=0.5).symmetry
    'so(2) about z, P with the exchange of the last two'
    """

    particles: ClassVar[int] = 3

    @property
    def _directed(self) -> bool:
        return self.handedness != 0

    @property
    def _discrete(self) -> str:
        return "P with the exchange of the last two" if self.handedness else "P, all permutations"

    def _pseudoscalar(self, momenta: FloatArray) -> FloatArray:
        return beam_handedness(momenta)


@dataclass(frozen=True, config=OPTIONS)
class FourBody(_Handed):
    """Four massless particles, evenly over phase space; ``handedness`` by `polar_sine`, which keeps so(3).

    >>> FourBody(handedness=0.5).symmetry
    'so(3), P with the exchange of two of the first three'
    """

    particles: ClassVar[int] = 4

    @property
    def _directed(self) -> bool:
        return False

    @property
    def _discrete(self) -> str:
        return "P with the exchange of two of the first three" if self.handedness else "P, all permutations"

    def _pseudoscalar(self, momenta: FloatArray) -> FloatArray:
        return polar_sine(momenta)


def beam_handedness(momenta: FloatArray) -> FloatArray:
    """2 (p1.z / |p1|) (n.z) with n = p1 x p2 / |p1 x p2| and z the beam: in [-1, 1], shape (n,) of (4, P, n).

    Odd under parity and every reflection, even under a reversal of the beam: what three jets from two equal
    beams have of a pseudoscalar (such variables are searched for in arXiv:2205.09876). Isotropic events have
    4 / 15 as the mean of its square.
    """
    p, q = momenta[1:, 0], momenta[1:, 1]
    normal = _cross(p, q)
    # |p x n| = |p| |n|: the two are orthogonal.
    length = np.sqrt(_dot(p, p) * _dot(normal, normal))
    return 2 * p[2] * normal[2] / length


def polar_sine(momenta: FloatArray) -> FloatArray:
    """p1.(p2 x p3) / (|p1| |p2| |p3|): in [-1, 1], shape (n,) of (4, P, n); odd under parity, a scalar of so(3)."""
    p, q, r = momenta[1:, 0], momenta[1:, 1], momenta[1:, 2]
    return _dot(p, _cross(q, r)) / np.sqrt(_dot(p, p) * _dot(q, q) * _dot(r, r))


def _dot(a: FloatArray, b: FloatArray) -> FloatArray:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def _cross(a: FloatArray, b: FloatArray) -> FloatArray:
    return np.stack((a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]))


def _sign(rng: np.random.Generator, s: FloatArray) -> FloatArray:
    """-1 with the probability (1 - s) / 2, else 1."""
    return np.where(2 * rng.random(len(s)) < 1 + s, 1.0, -1.0)

"""Two hard jets, as two protons make them."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic.dataclasses import dataclass

from symhep.readers.toy.bounds import NotNegative, Positive
from symhep.readers.toy.density import OPTIONS, FloatArray
from symhep.readers.toy.kinematics import recoil

__all__ = ["Dijets"]

#: Mean of pt - threshold, in units of the threshold: near it the spectrum falls like pt^-6.
_FALL = 1 / 6
#: Standard deviations of y* = (y1 - y2) / 2 and of the boost (y1 + y2) / 2.
_Y_STAR, _Y_BOOST = 0.56, 0.47
#: Mean of mass / pt.
_MASS = 0.15


@dataclass(frozen=True, config=OPTIONS)
class Dijets:
    """Two massive jets, nearly back to back in azimuth, with rapidities y_boost +- y*.

    - pt: the threshold plus an exponential number of mean threshold / 6; the azimuth is uniform;
    - y* ~ N(0, 0.56) and y_boost ~ N(0, 0.47): a jet has y_boost + y*, the other y_boost - y*;
    - mass / pt of each jet: the sum of two exponential numbers of mean 0.075;
    - a soft recoil takes a transverse momentum k from the two, half from each: isotropic, d2N / d2k ~
      exp(-2 k / mean) with the mean ``imbalance`` times pt.

    The numbers are near those of samples/pp_dijets_13TeV.root, but for the imbalance, 0.19 there.

    Attributes
    ----------
    pt_min
        Threshold of pt, before the recoil, in GeV.
    imbalance
        Mean of the recoil's transverse momentum, relative to pt.
    ordered
        Put the jet of the larger pt first: exchange is then no symmetry, though the two are nearly alike.

    >>> Dijets(ordered=True).symmetry
    'so(2) about z, P'
    """

    particles: ClassVar[int] = 2

    pt_min: Positive = 1200.0
    imbalance: NotNegative = 0.05
    ordered: bool = False

    @property
    def intrinsic(self) -> int:
        """Four-momenta without constraint, unless the jets balance."""
        return 8 if self.imbalance else 6

    @property
    def symmetry(self) -> str:
        """Rotations about the beam, parity, and exchange where the jets are not ordered."""
        return f"so(2) about z, P{'' if self.ordered else ', exchange'}"

    def draw(self, rng: np.random.Generator, n: int) -> FloatArray:
        """n events, (n, 2, 4) four-momenta (E, px, py, pz) in GeV."""
        pt = self.pt_min * (1 + _FALL * rng.standard_exponential(n))
        azimuth = rng.uniform(-np.pi, np.pi, n)
        axis = np.stack((pt * np.cos(azimuth), pt * np.sin(azimuth)))
        transverse = np.stack((axis, -axis), axis=1)
        if self.imbalance:
            transverse -= 0.5 * pt * recoil(rng, n, self.imbalance)[:, np.newaxis]
        px, py = transverse
        half, boost = _Y_STAR * rng.standard_normal(n), _Y_BOOST * rng.standard_normal(n)
        y = np.stack((boost + half, boost - half))
        pt2 = px**2 + py**2
        ratio = (0.5 * _MASS) * (rng.standard_exponential((2, n)) + rng.standard_exponential((2, n)))
        mt = np.sqrt(pt2 * (1 + ratio**2))
        momenta = np.stack((mt * np.cosh(y), px, py, mt * np.sinh(y)))
        if self.ordered:
            momenta = np.where(pt2[0] >= pt2[1], momenta, momenta[:, ::-1])
        return np.ascontiguousarray(momenta.transpose(2, 1, 0))

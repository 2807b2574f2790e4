"""Events of weight +1 and -1 whose signed density is a given one.

Let p be the density wanted, f the fraction of negative events, and q any other density. An event is, with
the probability 1 - 2 f, one of p; with f, one of q of weight +1; with f, one of q of weight -1. The
mean of the weight times any function is then

    (1 - 2 f) E_p[h] + f E_q[h] - f E_q[h] = (1 - 2 f) E_p[h]:

the signed sample has the density p exactly, whatever q is, and its events are independent. q here is p
times 1 + cos(phi), phi the azimuth of the first particle, which has no rotation, no parity and no exchange in it: who
drops the signs or the negative events sees these broken.
"""

from __future__ import annotations

import numpy as np
from pydantic.dataclasses import dataclass

from symhep.readers.toy.acceptance import Accepted
from symhep.readers.toy.bounds import Negative
from symhep.readers.toy.density import OPTIONS, Density, FloatArray

__all__ = ["Signed"]


@dataclass(frozen=True, config=OPTIONS)
class Signed:
    """``density`` as a sample in which the fraction ``negative`` of the events weighs -1, the others +1."""

    density: Density
    negative: Negative

    def draw(self, rng: np.random.Generator, n: int) -> tuple[FloatArray, FloatArray]:
        """n events, (n, P, 4) four-momenta (E, px, py, pz) in GeV, and their (n,) weights."""
        number = rng.random(n)
        copied = number < 2 * self.negative
        copies = int(np.count_nonzero(copied))
        events = np.empty((n, self.density.particles, 4))
        events[~copied] = self.density.draw(rng, n - copies)
        events[copied] = Accepted(self.density, 1.0, 1).draw(rng, copies)
        return events, np.where(number < self.negative, -1.0, 1.0)

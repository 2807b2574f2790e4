"""What a toy with four-momenta is: a density of P particles from which independent events can be drawn."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
from pydantic import ConfigDict

__all__ = ["OPTIONS", "Density", "FloatArray"]

FloatArray = npt.NDArray[np.float64]
#: How the classes of this package check their options: a density is taken as it is, an unknown option is an error.
OPTIONS = ConfigDict(extra="forbid", arbitrary_types_allowed=True)


@runtime_checkable
class Density(Protocol):
    """A density of events with P particles.

    Attributes
    ----------
    particles
        P.
    intrinsic
        Dimension of the space that the events fill, at most 4 P.
    symmetry
        The symmetries of the density, for people.
    """

    @property
    def particles(self) -> int: ...

    @property
    def intrinsic(self) -> int: ...

    @property
    def symmetry(self) -> str: ...

    def draw(self, rng: np.random.Generator, n: int) -> FloatArray:
        """n independent events: (n, P, 4) four-momenta (E, px, py, pz) in GeV. Fastest for some 8192 at a time."""
        ...

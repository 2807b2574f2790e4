"""What a solver gives back: the generators that leave the oracle as it is, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from symhep_oracle.record import SolverRecord

__all__ = ["Solution"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Solution:
    """G generators among K unknowns.

    Attributes
    ----------
    coefficients
        (G, K) orthonormal rows.
    influences
        (B, G, K) what each of B independent pieces of the evidence (blocks of events, members of
        an ensemble, seeds) moves the generators by: the variance of any linear function of the
        generators is the sum over pieces of its squared influence. All zero where nothing is random.
    spectrum
        (K,) singular values of the invariance conditions relative to the largest, increasing: the
        root mean square of grad phi . v over the events, for unit vectors. The first G belong to
        the generators.
    noise
        (K,) standard error of the spectrum.
    dimension, stability
        G, and how sure it is (0 to 1); 1 means that rounding alone decides.
    reason
        In words, how G was decided.
    residuals
        (G,) rms of grad phi . v over the events, relative to the largest singular value.
    gap
        The smallest singular value that does not belong to a null vector.
    outside
        (J, K) the directions that are no generators, each over its relative singular value: a condition that is
        wrong by d tilts a generator into direction j by up to d / s_j. Empty where the solver does not know.
    solver
        Further numbers of the solver, for the record.
    arrays
        Further arrays of the solver, for its figures.
    """

    coefficients: FloatArray
    influences: FloatArray
    spectrum: FloatArray
    noise: FloatArray
    dimension: int
    stability: float
    reason: str
    residuals: FloatArray
    gap: float = 1.0
    outside: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))
    solver: SolverRecord | None = None
    arrays: dict[str, npt.NDArray[Any]] = field(default_factory=dict)

    def tolerance(self, precision: float) -> float:
        """Relative change of an oracle along the generators that their own error explains.

        Rounding ``precision`` of an oracle tilts a null space by as much over the gap that holds it; a solver that
        is not exact leaves the residuals.
        """
        rounding = precision * self.coefficients.shape[1] / self.gap
        return float(max(rounding, 3 * self.residuals.max(initial=0.0)))

    def rounding_floor(self, precision: float) -> float:
        """Relative singular value that rounding ``precision`` of the oracle alone can make."""
        return float(precision * self.coefficients.shape[1])

    def rounding(self, precision: float) -> FloatArray:
        """(G, K) what rounding ``precision`` of the oracle can make of each coefficient, at most.

        Errors from the spread of the events do not hold it: the rounding of whole numbers is the same in every
        event, or none at all, and what the solver leaves behind is common to all events.
        """
        size = np.maximum(self.residuals, self.rounding_floor(precision))
        return np.asarray(size[:, None] * self._lever)

    def leftover(self) -> FloatArray:
        """(G, K) standard deviations of the coefficients, if the conditions are wrong by what is left of them.

        For an estimate of a function that has the symmetry: along a true generator its gradient is wrong by some
        amount, of which the residual is the part that no field can take away. With a part of the same size that
        fields can take away, spread evenly over the J directions outside, the tilt into direction j is
        residual / (s_j J^1/2).
        """
        return np.asarray(self.residuals[:, None] * self._lever / np.sqrt(max(len(self.outside), 1)))

    @property
    def _lever(self) -> FloatArray:
        """(K,) root of the sum of squares of `outside`."""
        if not self.outside.size:
            return np.zeros(self.coefficients.shape[1])
        return np.asarray(np.sqrt((self.outside**2).sum(axis=0)))

    @property
    def errors(self) -> FloatArray:
        """(G, K) standard errors of the coefficients."""
        return np.asarray(np.sqrt((self.influences**2).sum(axis=0)))

    def rotated(self, rotation: FloatArray) -> Solution:
        """Other orthonormal generators of the same span, or of a part: new g = sum_h rotation[g, h] old h.

        The changes of the oracle along different singular vectors are uncorrelated, so the squares of the
        residuals add up.
        """
        return replace(
            self,
            coefficients=rotation @ self.coefficients,
            influences=np.einsum("gh,bhk->bgk", rotation, self.influences),
            residuals=np.sqrt(rotation**2 @ self.residuals**2),
            dimension=len(rotation),
        )

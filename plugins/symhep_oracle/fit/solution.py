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
    solver: SolverRecord | None = None
    arrays: dict[str, npt.NDArray[Any]] = field(default_factory=dict)

    def tolerance(self, precision: float) -> float:
        """Relative change of an oracle along the generators that their own error explains.

        Rounding ``precision`` of an oracle tilts a null space by as much over the gap that holds it; a solver that
        is not exact leaves the residuals.
        """
        rounding = precision * self.coefficients.shape[1] / self.gap
        return float(max(rounding, 3 * self.residuals.max(initial=0.0)))

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

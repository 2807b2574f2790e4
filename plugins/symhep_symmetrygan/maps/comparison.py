"""A map beside its formula: that of any run, and one that was learned beside separate trainings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from symhep_symmetrygan.maps.formulas import Formula
from symhep_symmetrygan.maps.periods import apart
from symhep_symmetrygan.maps.residual import ResidualMap
from symhep_symmetrygan.sample import Sample

__all__ = ["Compared", "compare", "compare_learned", "factors"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Compared:
    """Points, where the map sends them, and where the formula does: (N, M) each, in the formula's coordinates.

    Attributes
    ----------
    formula
        With names and periods of the coordinates.
    initial, final, expected
        Before, after, and by the formula.
    distance
        (N,) of ``final`` from ``expected``.
    """

    formula: Formula
    initial: FloatArray
    final: FloatArray
    expected: FloatArray

    @property
    def distance(self) -> FloatArray:
        """|final - expected|, the short way round, (N,)."""
        away = apart(self.final, self.expected, np.array(self.formula.periods))
        return np.asarray(np.linalg.norm(away, axis=1))


def compare(
    initial: FloatArray, final: FloatArray, formula: Formula, sample: Sample, units: FloatArray | None = None
) -> Compared:
    """Parameters (N, K) before and after, on scaled coordinates, beside the formula; N are those that are finite.

    ``units`` (K,): what brings the parameters to the units of the data, in which they are compared where the formula
    is one of the parameters themselves.

    >>> import torch
    >>> from symhep_symmetrygan.maps.formulas import FORMULAS
    >>> sample = Sample(torch.tensor([[0.0], [1.0]]), torch.ones(2))
    >>> start, end = np.array([[3.0, 0.2], [3.0, -2.0]]), np.array([[0.0, 1.0], [1.0, -1.0]])
    >>> compare(start, end, FORMULAS["side"], sample).distance.tolist()
    [0.0, 0.0]
    """
    sound = np.isfinite(final).all(1)
    weights = (sample.weights / sample.weights.sum())[:, None]
    mean = (weights * sample.x).sum(0).double().cpu().numpy()
    before = formula.coordinates(initial[sound])
    after, expected = formula.coordinates(final[sound]), formula.expected(before, mean)
    by = factors(formula, units)
    return Compared(formula, before * by, after * by, expected * by)


def factors(formula: Formula, units: FloatArray | None) -> FloatArray:
    """What brings the formula's coordinates to the units of the data, (M,); 1 where they are no parameters."""
    plain = units is None or formula.names != formula.labels
    return np.ones(len(formula.names)) if plain else np.asarray(units, dtype=np.float64)


def compare_learned(
    omega: ResidualMap,
    initial: FloatArray,
    trained: FloatArray,
    formula: Formula,
    sample: Sample,
    units: FloatArray | None = None,
) -> tuple[Compared, FloatArray]:
    """Omega at fresh points (N, K) beside the formula, and its distances from separate trainings.

    ``trained`` (N', K) are the ends of trainings that started from the first N' points; the distances (N',) are taken
    in the formula's coordinates, NaN for a training that diverged.
    """
    compared = compare(initial, omega(initial), formula, sample, units)
    ends = formula.coordinates(trained) * factors(formula, units)
    off = apart(compared.final[: len(ends)], ends, np.array(formula.periods))
    return compared, np.linalg.norm(off, axis=1)

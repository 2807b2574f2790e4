"""The joint covariance of many named moments, for what is expected of the largest of them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from symhep.hypotheses.bounds.expected import expected_largest
from symhep.hypotheses.bounds.region import Quantity, Region
from symhep.hypotheses.bounds.sample_mean import unit_sums
from symhep_moments.fit.bounds.seen import Seen

__all__ = ["EVENTS", "Joint"]

FloatArray = npt.NDArray[np.float64]

#: Events that correlations are taken from, evenly spaced. Variances are those of all events.
EVENTS = 20_000
#: More components than this have theirs from fewer events.
MANY, FEWER = 500, 2000


class Joint:
    """Residuals of the quantities on the events ``seen``, or without these the influences given by `put`."""

    def __init__(self, seen: Seen | None = None) -> None:
        self._columns: dict[str, FloatArray] = {}
        if seen is None:
            return
        self._weights, self._unit = seen.weights, seen.unit

    def add(self, quantity: Quantity, values: FloatArray, number: FloatArray | None = None) -> None:
        """A quantity with the ``values`` (N, d) that it is the mean of, and the number of members."""
        w = self._weights[:, None]
        per = w if number is None else w * number[:, None]
        self._columns[quantity.name] = unit_sums(w * values - per * quantity.mean, self._unit)

    def put(self, quantity: Quantity, influences: FloatArray) -> None:
        """A quantity with the influences (U, d) of the independent units on it, which many quantities share."""
        rows = np.linspace(0, len(influences) - 1, min(len(influences), EVENTS)).astype(np.int64)
        self._columns[quantity.name] = influences[rows]

    def expected(
        self, region: Region, names: Iterable[str], onto: dict[str, FloatArray] | None = None
    ) -> float:
        """Median of the largest upper end of these quantities, or of their parts ``onto``, if nothing is broken."""
        columns, scales, shifts, parts, edges, at = [], [], [], [], [], 0
        for name in names:
            part = None if onto is None else onto[name]
            residuals, covariance = self._columns[name], region.quantities[name].covariance
            shift = region.quantities[name].shifts
            shift = np.zeros((0, len(covariance))) if shift is None else shift
            if part is not None:
                residuals, covariance, shift = (
                    residuals @ part.T,
                    part @ covariance @ part.T,
                    shift @ part.T,
                )
            columns.append(residuals)
            shifts.append(shift)
            scales.append(np.sqrt(np.maximum(np.diag(covariance), 0.0)))
            parts.append(slice(at, at + residuals.shape[1]))
            edges.append(region.squared(name))
            at += residuals.shape[1]
        if not columns:
            return 0.0
        joined = np.concatenate(columns, axis=1)
        if joined.shape[1] > MANY and len(joined) > FEWER:
            joined = joined[np.linspace(0, len(joined) - 1, FEWER).astype(np.int64)]
        norms = np.linalg.norm(joined, axis=0)
        scale = np.divide(np.concatenate(scales), norms, out=np.zeros_like(norms), where=norms > 0)
        # A nuisance parameter moves all of them together.
        return expected_largest(
            np.concatenate([joined * scale, np.concatenate(shifts, axis=1)]), parts, edges
        )

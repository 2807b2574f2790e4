"""Moments along orbits with the reference under systematic variations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from torch import Tensor

from symhep.hypotheses.bounds.region import Quantity
from symhep.methods.context import Context
from symhep.methods.passes import State
from symhep.stats.variations import nuisance_shifts
from symhep_moments.fit.conditional.gram_sums import GramSums, gram_sums
from symhep_moments.fit.conditional.partialling import Partialled, partialled
from symhep_moments.fit.conditional.reference_shifts import reference_shifts
from symhep_moments.fit.points import Points
from symhep_moments.varied import VariedEvents

__all__ = ["Under", "partialled_each", "partialled_under"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Under:
    """How moments (k,) move under the A alternatives of ``variations`` of the reference.

    Attributes
    ----------
    variations
        The alternatives are theirs, one variation after the other.
    differences
        (A, k) from the nominal moments.
    change
        (A, U) by how much of itself the weight of each independent unit changes, 0 of the data; NaN of an alternative
        with rows of its own.
    """

    variations: tuple[VariedEvents, ...]
    differences: FloatArray
    change: FloatArray

    def take(self, columns: slice | npt.NDArray[np.int64] | list[int]) -> Under:
        """Of some of the moments."""
        return replace(self, differences=self.differences[:, columns])

    def onto(self, matrix: FloatArray) -> Under:
        """Of linear combinations (k, j) of the moments."""
        return replace(self, differences=self.differences @ matrix)

    @property
    def shifts(self) -> FloatArray:
        """(T, k) D of each nuisance parameter."""
        zero = np.zeros(self.differences.shape[1])
        found = [nuisance_shifts(v.rule, zero, d, v.confidence) for v, d in self._each()]
        return np.concatenate([zero[None, :][:0], *found])

    @property
    def others(self) -> FloatArray:
        """(B, k) differences under alternatives without a parameter."""
        none = self.differences[:0]
        return np.concatenate([none, *(d for v, d in self._each() if not v.parametric)])

    def shifted(self, quantity: Quantity) -> Quantity:
        """A quantity that these moments are, with its shifts."""
        shifts, others = self.shifts, self.others
        return replace(
            quantity,
            shifts=shifts if len(shifts) else None,
            others=quantity.mean + others if len(others) else None,
        )

    def spread(self, influences: FloatArray) -> FloatArray:
        """(A, k, k) covariance of the differences, from the influences (U, k) of the units on the nominal moments: that
        of their part in the same events. NaN where the alternative has events of its own."""
        k = influences.shape[1]
        products = (influences[:, :, None] * influences[:, None, :]).reshape(len(influences), k * k)
        return np.asarray((self.change**2 @ products).reshape(-1, k, k))

    def _each(self) -> list[tuple[VariedEvents, FloatArray]]:
        ends = np.cumsum([0, *(len(v.names) for v in self.variations)])
        return [(v, self.differences[a:b]) for v, a, b in zip(self.variations, ends, ends[1:], strict=False)]


def partialled_each(
    works: Sequence[GramSums],
    data: Points,
    reference: Points,
    keep: Sequence[int],
    variations: Sequence[VariedEvents] = (),
    context: Context | None = None,
) -> list[Partialled]:
    """`partialled` of several functions with their features, and how they move under ``variations`` of the reference.

    Of samples of which a part alone is in memory several share a reading (`gram_sums`), and shifts are those of all
    events (`reference_shifts`).
    """
    subsampled = data.subsampled or reference.subsampled
    states = gram_sums(works, (data, reference), context) if subsampled else [[] for _ in works]
    if not variations:
        return [
            partialled(data, reference, work.features, work.functions, k, context, own)
            for work, k, own in zip(works, keep, states, strict=True)
        ]
    found = [
        _under(variations, data, reference, work, context, own, not subsampled)
        for work, own in zip(works, states, strict=True)
    ]
    if subsampled:
        shifts = reference_shifts(works, found, data, reference, variations, states, context)
        found = [
            replace(f, under=None if f.under is None else replace(f.under, differences=d))
            for f, d in zip(found, shifts, strict=True)
        ]
    return [
        replace(f, influences=f.influences[:, f.influences.shape[1] - k :])
        for f, k in zip(found, keep, strict=True)
    ]


def partialled_under(
    variations: Sequence[VariedEvents],
    data: Points,
    reference: Points,
    features: Callable[[Tensor], FloatArray],
    functions: Callable[[Tensor], Tensor],
    keep: int = 0,
) -> Partialled:
    """`partialled` with how it moves under ``variations`` of the reference; the data are the same in all.

    An alternative of other weights moves A by sum_u I_u (w'_u / w_u - 1), I the influences of the units of the
    reference and both weights of the same sum: to first order in the change of the weights, and as residuals are
    orthogonal to the features, what the regressions change is of second order. So all of them share one evaluation of
    the functions. Of an alternative with events of its own A is computed anew, with the nominal features.
    """
    return partialled_each([GramSums(features, functions)], data, reference, [keep], variations)[0]


def _under(
    variations: Sequence[VariedEvents],
    data: Points,
    reference: Points,
    work: GramSums,
    context: Context | None,
    states: Sequence[State],
    here: bool,
) -> Partialled:
    """With the influences on all functions; ``here``: differences are those of the events in memory."""
    count = work.functions(data.x[:1]).shape[1]
    found = partialled(data, reference, work.features, work.functions, count, context, states)
    flat = [(e, s) for v in variations for e, s in zip(v.alternatives, v.same_rows, strict=True)]
    differences = np.zeros((len(flat), count))
    change = np.full((len(flat), len(found.influences)), np.nan)
    nominal = reference.weights.cpu().numpy()
    for i, (events, same) in enumerate(flat):
        if same:
            change[i] = _change(nominal, events.weights.cpu().numpy(), reference, len(found.influences))
            differences[i] = change[i] @ found.influences
        elif here:
            other = Points(events.x, events.weights, events.source)
            differences[i] = partialled(data, other, work.features, work.functions).mean - found.mean
    return replace(found, under=Under(tuple(variations), differences, change))


def _change(nominal: FloatArray, varied: FloatArray, reference: Points, units: int) -> FloatArray:
    """(U,) relative change of each unit's weight, sums held equal; those of the data come first and do not change."""
    varied = varied * (nominal.sum() / varied.sum())
    if reference.unit is not None and len(np.unique(reference.unit)) < len(nominal):
        _, unit = np.unique(reference.unit, return_inverse=True)
        nominal = np.bincount(unit, nominal).astype(np.float64)
        varied = np.bincount(unit, varied).astype(np.float64)
    own = np.divide(varied, nominal, out=np.ones_like(varied), where=nominal != 0) - 1
    return np.concatenate([np.zeros(units - len(own)), own])

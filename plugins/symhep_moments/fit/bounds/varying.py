"""The quantities of a region under systematic variations: their shifts, and the errors of the shifts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from symhep.hypotheses.bounds.region import Quantity
from symhep_moments.fit.bounds.mean_sums import NamedSums, edges
from symhep_moments.fit.bounds.seen import Seen
from symhep_moments.fit.systematics import shifts_of, weights_of
from symhep_moments.sample import Events
from symhep_moments.varied import VariedEvents

__all__ = ["Moved", "Varying"]

FloatArray = npt.NDArray[np.float64]


@dataclass(eq=False)
class Moved:
    """Differences (A, d) of the mean of each quantity from the nominal one under A alternatives, and their covariances
    (A, d, d), NaN where unknown."""

    differences: dict[str, FloatArray] = field(default_factory=dict)
    spreads: dict[str, FloatArray] = field(default_factory=dict)


class Varying(Moved):
    """Quantities under all alternatives, by the influence psi of an event on m: f - g m of a mean sum w f / sum w g.

    m' - m = sum w' psi' / sum w' g'. The error of a difference is paired: that of the sum over independent units of
    (w' psi' / sum w' g' - w psi / sum w g), matched by their number.

    Parameters
    ----------
    seen
        The nominal events in memory, of which there may be more.
    variations
        With A alternatives in all.
    """

    def __init__(self, seen: Seen, variations: Sequence[VariedEvents]) -> None:
        super().__init__()
        self.variations, self._seen = variations, seen
        flat = [(e, s) for v in variations for e, s in zip(v.alternatives, v.same_rows, strict=True)]
        self._same = [i for i, (_, same) in enumerate(flat) if same]
        self._count = len(flat)
        self._raw = weights_of(variations, len(seen.events))
        self._weights = self._raw * edges(seen)
        #: Alternatives with rows of their own: number, and how those in memory are seen.
        self.others = [
            (i, Seen(replace(events, generators=seen.events.generators), seen.functions))
            for i, (events, same) in enumerate(flat)
            if not same
        ]

    def add_sums(self, name: str, i: int, sums: NamedSums, apart: Mapping[int, NamedSums]) -> None:
        """A mean, the ``i``-th of the ``sums`` over all events; ``apart``: of alternatives that are not read with the
        nominal events, by their number."""
        found = [
            sums.from_others(i, apart[n]) if n in apart else sums.difference(i, n) for n in range(self._count)
        ]
        self.differences[name] = np.array([one.mean for one in found])
        self.spreads[name] = np.array([one.spread for one in found])

    def add_influences(
        self, name: str, influences: FloatArray, rows: npt.NDArray[np.int64], others: Sequence[FloatArray]
    ) -> None:
        """A quantity by its ``influences`` (n, d) on some ``rows``, weights included, and those of the events of each
        alternative with rows of its own."""
        w = self._seen.events.weights.cpu().numpy()[rows]
        psi = influences / np.where(w != 0, w, 1.0)[:, None]
        total, totals = float(self._seen.weights[rows].sum()), self._weights[:, rows].sum(axis=1)
        d = psi.shape[1]
        self.differences[name] = np.full((self._count, d), np.nan)
        self.spreads[name] = np.full((self._count, d, d), np.nan)
        source = None if self._seen.unit is None else self._seen.unit[rows]
        weights = self._raw[:, rows]
        if len(weights):
            self.differences[name][self._same] = weights @ psi / totals[:, None]
            change = weights / totals[:, None] - w / total
            if source is None:
                products = (psi[:, :, None] * psi[:, None, :]).reshape(len(psi), d * d)
                self.spreads[name][self._same] = (change**2 @ products).reshape(-1, d, d)
            else:
                for i, own in zip(self._same, change, strict=True):
                    sums = _sums(own[:, None] * psi, source)
                    self.spreads[name][i] = sums.T @ sums
        held = psi * (w / total)[:, None]
        for (number, other), found in zip(self.others, others, strict=True):
            self._compare(name, number, held, found / other.weights.sum(), other.events)

    def _compare(self, name: str, number: int, held: FloatArray, found: FloatArray, events: Events) -> None:
        """With terms ``found`` (n', d) of an alternative's events, which sum to the difference."""
        self.differences[name][number] = found.sum(axis=0)
        if len(held) == len(self._seen.events) and len(found) == len(events):
            own = np.concatenate([_units(self._seen.events), _units(events)])
            sums = _sums(np.concatenate([-held, found]), np.unique(own, return_inverse=True)[1])
            self.spreads[name][number] = sums.T @ sums

    def shifted(self, quantity: Quantity) -> Quantity:
        """With the shifts of nuisance parameters, and the means under alternatives without a parameter."""
        if quantity.name not in self.differences:
            return quantity
        means = self._by_variation(quantity.mean + self.differences[quantity.name])
        shifts = shifts_of(self.variations, quantity.mean, means)
        others = [m for m, v in zip(means, self.variations, strict=True) if not v.parametric]
        return replace(
            quantity,
            shifts=shifts if len(shifts) else None,
            others=np.concatenate(others) if others else None,
        )

    def _by_variation(self, values: FloatArray) -> list[FloatArray]:
        ends = np.cumsum([len(v.names) for v in self.variations])[:-1]
        return np.split(values, ends)


def _units(events: Events) -> npt.NDArray[np.int64]:
    return np.arange(len(events)) if events.source is None else events.source


def _sums(rows: FloatArray, unit: npt.NDArray[np.int64]) -> FloatArray:
    count = int(unit.max(initial=-1)) + 1
    return np.stack([np.bincount(unit, column, minlength=count) for column in rows.T], axis=1)

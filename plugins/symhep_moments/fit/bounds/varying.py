"""The quantities of a region under systematic variations: their shifts, and the errors of the shifts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from symhep.hypotheses.bounds.region import Quantity
from symhep_moments.fit.bounds.seen import Seen
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.fit.functions.layers import weight
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

    Alternatives of other weights share the psi of the nominal events: m' - m = sum w' psi / sum w' g. Others have the
    same psi of their own events. The error of a difference is paired: that of the sum over independent units of
    (w' psi' / sum w' g' - w psi / sum w g), matched by their number.

    Parameters
    ----------
    seen
        The nominal events.
    variations
        With A alternatives in all.
    """

    def __init__(self, seen: Seen, variations: Sequence[VariedEvents]) -> None:
        super().__init__()
        self.variations, self._seen = variations, seen
        flat = [(e, s) for v in variations for e, s in zip(v.alternatives, v.same_rows, strict=True)]
        self._same = [i for i, (_, same) in enumerate(flat) if same]
        self._count = len(flat)
        edges = weight(seen.functions, seen.events.x)
        b = np.broadcast_to(
            np.asarray(edges.cpu().numpy() if hasattr(edges, "cpu") else edges), len(seen.events)
        )
        self._raw = weights_of(variations, len(seen.events))
        self._weights = self._raw * b
        #: Alternatives with rows of their own: number, and how they are seen.
        self.others: list[tuple[int, Seen]] = []
        for i, (events, same) in enumerate(flat):
            if not same:
                own = replace(events, generators=seen.events.generators)
                self.others.append((i, Seen(own, seen.functions, _Other(self, i, own, seen.functions))))
        self._held: dict[str, FloatArray] = {}
        self._means: dict[str, FloatArray] = {}

    def add(self, quantity: Quantity, values: FloatArray, number: FloatArray | None = None) -> None:
        """See `symhep_moments.fit.bounds.seen.Watch`."""
        self._means[quantity.name] = quantity.mean
        psi = values - (quantity.mean if number is None else number[:, None] * quantity.mean)
        w = self._seen.weights
        totals = self._weights.sum(axis=1) if number is None else self._weights @ number
        self._put(
            quantity.name, psi, w, float(w.sum() if number is None else w @ number), self._weights, totals
        )

    def add_influences(
        self,
        name: str,
        influences: FloatArray,
        rows: npt.NDArray[np.int64],
        look: Callable[[Seen], FloatArray],
    ) -> None:
        """A quantity by its ``influences`` (n, d) on some ``rows``, weights included; ``look``: of other events."""
        w = self._seen.events.weights.cpu().numpy()[rows]
        psi = influences / np.where(w != 0, w, 1.0)[:, None]
        seen = self._seen.weights[rows]
        raw, within = self._raw[:, rows], self._weights
        totals = within[:, rows].sum(axis=1)
        self._put(name, psi, w, float(seen.sum()), raw, totals, rows)
        for i, other in self.others:
            found = look(other) / other.weights.sum()
            self._compare(name, i, found, other.events)

    def _put(
        self, name: str, psi: FloatArray, w: FloatArray, total: float, weights: FloatArray, totals: FloatArray,
        rows: npt.NDArray[np.int64] | None = None,
    ) -> None:  # fmt: skip
        d = psi.shape[1]
        self.differences[name] = np.full((self._count, d), np.nan)
        self.spreads[name] = np.full((self._count, d, d), np.nan)
        source = self._seen.unit if rows is None or self._seen.unit is None else self._seen.unit[rows]
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
        if self.others:
            self._held[name] = psi * (w / total)[:, None]

    def _compare(self, name: str, number: int, found: FloatArray, events: Events) -> None:
        """With terms ``found`` (n', d) of an alternative's events, which sum to the difference."""
        self.differences[name][number] = found.sum(axis=0)
        held = self._held[name]
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


class _Other:
    """The watch of an alternative with events of its own."""

    def __init__(self, varying: Varying, number: int, events: Events, functions: TestFunctions) -> None:
        self._varying, self._number, self._events = varying, number, events
        self._weights = Seen(events, functions).weights

    def add(self, quantity: Quantity, values: FloatArray, number: FloatArray | None = None) -> None:
        """See `symhep_moments.fit.bounds.seen.Watch`."""
        mean = self._varying._means.get(quantity.name)
        if mean is None:
            return
        psi = values - (mean if number is None else number[:, None] * mean)
        total = float(self._weights.sum() if number is None else self._weights @ number)
        terms = psi * (self._weights / total)[:, None]
        self._varying._compare(quantity.name, self._number, terms, self._events)


def _units(events: Events) -> npt.NDArray[np.int64]:
    return np.arange(len(events)) if events.source is None else events.source


def _sums(rows: FloatArray, unit: npt.NDArray[np.int64]) -> FloatArray:
    count = int(unit.max(initial=-1)) + 1
    return np.stack([np.bincount(unit, column, minlength=count) for column in rows.T], axis=1)

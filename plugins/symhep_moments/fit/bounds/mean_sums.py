"""Means of predefined observables over all events, with their covariances, nominal and under systematic variations."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from math import inf

import numpy as np
import numpy.typing as npt

from symhep.hypotheses.bounds.region import Quantity
from symhep.hypotheses.bounds.sample_mean import unit_sums
from symhep.methods.passes import State
from symhep_moments.events import Events
from symhep_moments.fit.bounds.harmonics import NamedFunction, NamedFunctions
from symhep_moments.fit.bounds.seen import Seen
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.fit.functions.layers import weight
from symhep_moments.stream import EventsPass, parts_of

__all__ = ["Difference", "MeanSums", "NamedSums", "edges"]

FloatArray = npt.NDArray[np.float64]

#: Rows at a time, so that what is worked out of them stays near the processor.
PART = 1 << 13


@dataclass(frozen=True, eq=False)
class MeanSums(EventsPass):
    """Sums over all events of which means m = sum w f / sum w g of ``named`` functions f, and their covariances, are
    made: g is 1, or the number of members that f is summed over. The edges of ``functions`` count.

    State, one after the other for all functions, with z = (f, g) of d + 1 numbers and Z_u the sum of w z over the rows
    of an independent event u: ``first`` (1 + A, ...) sums of Z of the nominal weights and the A alternatives;
    ``second`` sum Z Z^T of the nominal ones; ``own`` (A, ...) sum Z' Z'^T and ``cross`` (A, ...) sum Z' Z^T of the
    alternatives; ``size`` in how many parts f is not zero; ``weights`` sums of W^2 and W^4, W the absolute weight of an
    independent event.
    """

    functions: TestFunctions
    named: NamedFunctions
    name = "bounds"

    def of_events(self, events: Events, number: int) -> State:
        """See `symhep_moments.stream.EventsPass`."""
        if any(not same for v in events.variations for same in v.same_rows):
            return self._of_part(events)  # whose rows are matched with others
        parts = [self._of_part(part) for part in parts_of(events, PART)]
        return {key: np.sum([part[key] for part in parts], axis=0) for key in parts[0]}

    def _of_part(self, events: Events) -> State:
        """The state of events that come with all rows of their independent events."""
        flat = [pair for v in events.variations for pair in zip(v.alternatives, v.same_rows, strict=True)]
        seen = Seen(events, self.functions)
        same = [i for i, (some, mine) in enumerate(flat) if mine and len(some) == len(events)]
        raw = np.array([flat[i][0].weights.cpu().numpy() for i in same]).reshape(len(same), len(events))
        others = {
            i: Seen(replace(some, generators=events.generators), self.functions)
            for i, (some, _) in enumerate(flat)
            if i not in same
        }
        walks = {i: self.named(other) for i, other in others.items()}
        found: dict[str, list[FloatArray]] = {key: [] for key in ("first", "second", "own", "cross")}
        sizes, varied = list[float](), raw * edges(seen) if len(raw) else raw
        for function in self.named(seen):
            z = _with_number(function)
            size = len(z)
            sums = _Sums(z, seen.weights, varied, seen.unit)
            first = np.zeros((len(flat), size))
            own, cross = np.zeros((2, len(flat), size, size))
            first[same], own[same], cross[same] = sums.first, sums.own, sums.cross
            for i, other in others.items():
                first[i], own[i], cross[i] = sums.beside(_with_number(next(walks[i])), other, events)
            found["first"].append(np.concatenate([sums.nominal[None], first]))
            found["second"].append(sums.second.reshape(-1))
            found["own"].append(own.reshape(len(flat), size * size))
            found["cross"].append(cross.reshape(len(flat), size * size))
            sizes.append(float(function.values.any()))
        squares = unit_sums(np.abs(seen.weights)[:, None], seen.unit)[:, 0] ** 2
        joined = {key: np.concatenate(parts, axis=-1) for key, parts in found.items()}
        return joined | {
            "size": np.array(sizes), "weights": np.array([squares.sum(), (squares**2).sum()])
        }  # fmt: skip


def edges(seen: Seen) -> FloatArray:
    """(N,) what the edges leave of each event."""
    found = weight(seen.functions, seen.events.x).cpu().numpy()
    return np.asarray(np.broadcast_to(found, len(seen.events)), dtype=np.float64)


def _with_number(function: NamedFunction) -> FloatArray:
    """(d + 1, N), a row for each number."""
    values, number = function.values, function.number
    z = np.empty((values.shape[1] + 1, len(values)))
    z[:-1], z[-1] = values.T, 1.0 if number is None else number
    return z


class _Sums:
    """Of z (D, N) with weights w (N,) and those of A alternatives (A, N)."""

    def __init__(
        self, z: FloatArray, w: FloatArray, weights: FloatArray, unit: npt.NDArray[np.int64] | None
    ) -> None:
        count, size = len(weights), len(z)
        self.rows = w * z
        units = self.rows if unit is None else unit_sums(self.rows.T, unit).T
        self.nominal, self.second = z @ w, units @ units.T
        self.first = weights @ z.T
        self.own, self.cross = np.zeros((2, count, size, size))
        if unit is None and count:
            outer = (z[:, None] * z).reshape(size * size, -1).T
            self.own, self.cross = (
                (factor @ outer).reshape(count, size, size) for factor in (weights**2, weights * w)
            )
        elif count:
            for i, each in enumerate(weights):
                varied = unit_sums((each * z).T, unit)
                self.own[i], self.cross[i] = varied.T @ varied, (units @ varied).T

    def beside(self, z: FloatArray, other: Seen, events: Events) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Of other rows z (D, N'), matched with these by the numbers of independent events."""
        rows = other.weights * z
        both = np.concatenate([_units(events), _units(other.events)])
        _, place = np.unique(both, return_inverse=True)
        count = int(place.max(initial=-1)) + 1
        mine, theirs = (
            np.stack([np.bincount(where, column, count).astype(np.float64) for column in some], axis=1)
            for some, where in ((self.rows, place[: len(events)]), (rows, place[len(events) :]))
        )
        return theirs.sum(axis=0), theirs.T @ theirs, theirs.T @ mine


def _units(events: Events) -> npt.NDArray[np.int64]:
    return np.arange(len(events)) if events.source is None else events.source


@dataclass(frozen=True, eq=False)
class Difference:
    """m' - m of a quantity under an alternative (d,), and the covariance of the difference (d, d)."""

    mean: FloatArray
    spread: FloatArray


class NamedSums:
    """The state of `MeanSums`, function by function.

    ``widths``: d of each.
    """

    def __init__(self, state: State, widths: list[int]) -> None:
        self.state = state
        ends = np.cumsum([0, *(d + 1 for d in widths)])
        squares = np.cumsum([0, *((d + 1) ** 2 for d in widths)])
        self._first = [slice(a, b) for a, b in pairwise(ends)]
        self._second = [slice(a, b) for a, b in pairwise(squares)]
        w2, w4 = state["weights"].tolist()
        #: Degrees of freedom, as `symhep.hypotheses.bounds.sample_mean.degrees_of_freedom`.
        self.nu = w2**2 / w4 - 1 if w4 > 0 else 0.0

    def moves(self, i: int) -> bool:
        """Is the i-th function other than zero anywhere?"""
        return bool(self.state["size"][i] > 0)

    def quantity(self, i: int, name: str) -> Quantity:
        """Its mean, with the covariance sum_u r_u r_u^T / (sum w g)^2 of r = w (f - m g)."""
        first, lever = self.state["first"][0, self._first[i]], self._lever(i)
        scale = (self.nu + 1) / self.nu if 0 < self.nu < inf else 1.0
        covariance = lever @ self._square(self.state["second"], i) @ lever.T
        return Quantity(name, first[:-1] / first[-1], scale * covariance / first[-1] ** 2, self.nu)

    def difference(self, i: int, number: int) -> Difference:
        """Under the alternative ``number``: the covariance is that of the sum over independent events of (w' psi' / sum
        w' g' - w psi / sum w g), psi = f - g m."""
        first, lever = self.state["first"][:, self._first[i]], self._lever(i)
        nominal, varied = first[0], first[1 + number]
        own, cross = (self._square(self.state[key][number], i) for key in ("own", "cross"))
        change = own / varied[-1] ** 2 + self._square(self.state["second"], i) / nominal[-1] ** 2
        change -= (cross + cross.T) / (varied[-1] * nominal[-1])
        return Difference(varied[:-1] / varied[-1] - nominal[:-1] / nominal[-1], lever @ change @ lever.T)

    def from_others(self, i: int, others: NamedSums) -> Difference:
        """To the mean of other events, independent of these."""
        mine, theirs = (one.state["first"][0, one._first[i]] for one in (self, others))
        lever = self._lever(i)
        spread = sum(
            one._square(one.state["second"], i) / first[-1] ** 2
            for one, first in ((self, mine), (others, theirs))
        )
        return Difference(theirs[:-1] / theirs[-1] - mine[:-1] / mine[-1], lever @ spread @ lever.T)

    def _square(self, flat: FloatArray, i: int) -> FloatArray:
        size = self._first[i].stop - self._first[i].start
        return np.asarray(flat[self._second[i]].reshape(size, size))

    def _lever(self, i: int) -> FloatArray:
        """(d, d + 1) that takes z = (f, g) to f - m g."""
        first = self.state["first"][0, self._first[i]]
        return np.column_stack([np.eye(len(first) - 1), -first[:-1] / first[-1]])

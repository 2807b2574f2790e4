"""Limits and intervals of candidates, of the symmetry found and of classes of subgroups, from one region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from symhep.hypotheses.bounds.region import Quantity, Region, size_of
from symhep.methods.context import Context
from symhep.methods.number import Number
from symhep.methods.passes import State
from symhep_moments.fit.bounds.directions import across_axis
from symhep_moments.fit.bounds.harmonics import NamedFunctions
from symhep_moments.fit.bounds.joint import EVENTS as CORRELATED
from symhep_moments.fit.bounds.joint import Joint
from symhep_moments.fit.bounds.mean_sums import MeanSums, NamedSums
from symhep_moments.fit.bounds.options import BoundOptions
from symhep_moments.fit.bounds.rates import RateSums, rate_unit, rates
from symhep_moments.fit.bounds.seen import Seen
from symhep_moments.fit.bounds.turns import Turns, turns_of
from symhep_moments.fit.bounds.varying import Moved, Varying
from symhep_moments.fit.closed_orbits import ClosedOrbit
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.sample import Events
from symhep_moments.stream import EventsPass, over_all, together
from symhep_moments.varied import VariedEvents

__all__ = ["Bound", "Bounding", "Bounds", "bounded", "bounds_of"]

FloatArray = npt.NDArray[np.float64]

#: Parts of a generator below this are rounding.
SAME = 1e-6
#: Lab axes that a class of rotations is looked at, beside the fitted one.
AXES = np.eye(3)


@dataclass(frozen=True)
class Bound:
    """How broken something is, at least and at most.

    Attributes
    ----------
    kind
        'v_m': the largest harmonic, of one; 'rate'.
    value, low, high
        In ``unit``.
    expected
        Median of the limit if it holds; None for a rate, which has no limit.
    unit
        '' for a harmonic, which is a fraction.
    function
        Which function has the largest upper end.
    """

    kind: Literal["v_m", "rate"]
    value: float
    low: float
    high: float
    expected: float | None
    unit: str
    function: str

    def size(self, quantities: int, systematics: bool = False) -> Number:
        """The interval, of statistics alone or with ``systematics``."""
        return Number(
            value=self.value, low=self.low, high=_known(self.high), unit=self.unit,
            method=f"simultaneous 95 % confidence region of {quantities} observables"
            + (", with systematic variations" if systematics else ""),
        )  # fmt: skip

    def limits(self, delta: float | None) -> dict[str, Any]:
        """Fields of `symhep.hypotheses.bounds.record.Limits`."""
        upper = _known(self.high) if self.kind == "v_m" else None
        return {
            "upper_95": upper,
            "expected_95": None if self.expected is None else _known(self.expected),
            "below_delta": None if delta is None or upper is None else upper < delta,
            "function": self.function,
        }


@dataclass(frozen=True, eq=False)
class Bounds:
    """One region, and what it says of anything that its quantities know.

    Attributes
    ----------
    region
        Of all quantities.
    options
        Orders, delta.
    labels
        G' candidates.
    matrices
        (G', d + 1, d + 1) of them.
    turns
        The rotations that have harmonics.
    harmonics
        Of each of them the names of its quantities.
    units
        Of each other candidate the unit of its rate, and the factor from scaled units.
    uneven
        Those of them whose orbits are closed.
    degrees
        Degree of the direction harmonics by name.
    joints
        Of the harmonics, of the direction harmonics.
    varying
        The quantities under systematic variations; None without any.
    reasons
        Why other candidates have neither limit nor rate.
    """

    region: Region
    options: BoundOptions
    labels: tuple[str, ...]
    matrices: FloatArray
    turns: Turns
    harmonics: Mapping[str, Sequence[str]]
    units: Mapping[str, tuple[str, float]]
    uneven: frozenset[str]
    degrees: Mapping[str, int]
    joints: tuple[Joint, Joint]
    reasons: Mapping[str, str] = field(default_factory=dict)
    varying: Moved | None = None

    def varied(self, label: str) -> tuple[FloatArray, FloatArray] | None:
        """Size of a single generator under each of the A alternatives, and the error of its difference from the nominal
        one, NaN where unknown: (A,) each. None if it has no size.

        The size is that of `candidate`, the largest over its quantities, whose covariances are the nominal ones; the
        error is that along the shifted mean of the largest.
        """
        names = [label] if label in self.units else self.harmonics.get(label, ())
        if self.varying is None or not names:
            return None
        factor = self.units[label][1] if label in self.units else 1.0
        count = len(self.varying.differences[names[0]])
        values, errors = np.zeros((len(names), count)), np.zeros((len(names), count))
        for row, name in enumerate(names):
            q = self.region.quantities[name]
            means = q.mean + self.varying.differences[name]
            values[row] = [size_of(m, q.covariance) if np.isfinite(m).all() else np.nan for m in means]
            unit = means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-300)
            along = np.einsum("ai,aij,aj->a", unit, self.varying.spreads[name], unit)
            errors[row] = np.sqrt(np.maximum(along, 0.0))
        largest = np.argmax(np.nan_to_num(values, nan=-1.0), axis=0)
        every = np.arange(count)
        return factor * values[largest, every], factor * errors[largest, every]

    def candidate(self, label: str) -> Bound | None:
        """Of a single generator; None if it moves no vector."""
        if label in self.units:
            unit, factor = self.units[label]
            value, low, high = self.region.ends(label)
            function = "products of components, squashed"
            return Bound("rate", factor * value, factor * low, factor * high, None, unit, function)
        names = self.harmonics.get(label)
        return self._largest(names, self.joints[0]) if names else None

    def span(self, rows: FloatArray) -> Bound | str:
        """Of the group of generators (r, G'), or why it has no limit: the largest over them.

        One that named rotations span has their harmonics. A rotation of space about another axis has the direction
        harmonics across it.
        """
        basis = np.linalg.qr(rows.T)[0]
        inside = {
            label: vector
            for label, vector in self.turns.coefficients.items()
            if np.linalg.norm(vector - basis @ (basis.T @ vector)) < SAME
        }
        if inside and np.linalg.matrix_rank(np.array(list(inside.values())), tol=SAME) == len(rows):
            names = [name for label in inside for name in self.harmonics.get(label, ())]
            return self._largest(names, self.joints[0]) if names else "it acts trivially on all vectors"
        axis = self._axis(rows)
        if axis is not None:
            return self.about(axis)
        used = (np.abs(rows) > SAME * np.abs(rows).max(initial=0.0)).any(axis=0)
        open_ones = [
            a
            for a, there in zip(self.labels, used, strict=True)
            if there and (a in self.units or a in self.reasons)
        ]
        if open_ones and not self.turns.coefficients:
            return "none of its generators has closed orbits: rates have a confidence interval and no limit"
        return "no predefined observable transforms under the whole group: limits exist for rotations only"

    def group(self, matrices: FloatArray) -> Bound | str:
        """Of the group of these generators (r, d + 1, d + 1), or why it has no limit."""
        flat = self.matrices.reshape(len(self.matrices), -1)
        wanted = matrices.reshape(len(matrices), -1)
        rows = np.linalg.lstsq(flat.T, wanted.T, rcond=None)[0].T
        if np.abs(rows @ flat - wanted).max(initial=0.0) > SAME:
            return "some of its generators are no candidates on the support"
        return self.span(np.asarray(rows, dtype=np.float64))

    def about(self, axis: FloatArray) -> Bound:
        """Of the rotations about an axis of space: the part of each v_l that turns."""
        onto = {name: across_axis(axis, degree) for name, degree in self.degrees.items()}
        return self._largest(list(self.degrees), self.joints[1], onto)

    def sphere(self) -> Bound:
        """Of all rotations of space: v_l."""
        return self._largest(list(self.degrees), self.joints[1])

    def of_class(self, dimension: int, fitted: FloatArray | None) -> Bound | None:
        """Of a compact class of subgroups of the Poincare group, the least over conjugates: rotations about one axis
        (``dimension`` 1), all rotations (3). None if not all rotations are candidates, but J_z is not one either.
        Relative to a reference these are the beam axis, and the harmonics about x, y and z.

        Of the first the axes tried are x, y, z and ``fitted``. Every conjugate that is tried bounds the least.
        """
        if self.turns.axes is None:
            own = ("J_z",) if dimension == 1 else ("J_x", "J_y", "J_z")
            names = [name for label in own for name in self.harmonics.get(label, ())]
            return self._largest(names, self.joints[0]) if set(own) <= set(self.harmonics) and names else None
        if dimension == 3:
            return self.sphere()
        axes = [*AXES, *([] if fitted is None or not fitted.any() else [fitted])]
        return min((self.about(axis) for axis in axes), key=lambda found: found.high)

    def why_none(self, label: str) -> str | None:
        """Why a candidate has no limit; None if it has one."""
        if label in self.reasons:
            return self.reasons[label]
        if label in self.uneven:
            return (
                "the edges or the density vary along its orbits: the size is a rate per radian with a "
                "confidence interval"
            )
        if label in self.units:
            return "its orbits are not closed: the size is a rate with a confidence interval"
        return None if self.harmonics.get(label) else "it rotates no vector"

    def _axis(self, rows: FloatArray) -> FloatArray | None:
        """The axis of a single rotation of space; None if it is none."""
        axes = self.turns.axes
        if axes is None or len(rows) != 1:
            return None
        found = np.linalg.lstsq(axes.T, rows[0], rcond=None)[0]
        left = rows[0] - axes.T @ found
        return None if np.abs(left).max() > SAME * np.abs(rows).max() else np.asarray(found)

    def _largest(
        self, names: Sequence[str], joint: Joint, onto: dict[str, FloatArray] | None = None
    ) -> Bound:
        """Largest value, low and high over quantities: the largest breaking lies there if all lie in their ellipses."""
        ends = {name: self.region.ends(name, None if onto is None else onto[name]) for name in names}
        worst = max(names, key=lambda name: ends[name][2])
        value, low, high = (max(end[i] for end in ends.values()) for i in range(3))
        expected = joint.expected(self.region, names, onto)
        return Bound("v_m", value, low, min(high, 1.0) if high < inf else high, expected, "", worst)


@dataclass(frozen=True, eq=False)
class Bounding:
    """What the bounds measure: `MeanSums` of it over all events make them.

    Attributes
    ----------
    events
        With the candidates that are tested.
    functions
        Whose edges and density count.
    turns
        The rotations that have harmonics.
    sums
        The pass; None where no function has a name.
    rates
        That of the rates, None where all events are in memory, or all generators are rotations.
    """

    events: Events
    functions: TestFunctions
    options: BoundOptions
    turns: Turns
    sums: MeanSums | None
    rates: RateSums | None

    @classmethod
    def of(cls, events: Events, functions: TestFunctions, options: BoundOptions) -> Bounding:
        """What is asked for."""
        turns = turns_of(events, functions)
        named = NamedFunctions(turns.orbits, turns.space, options.orders)
        any_named = turns.orbits or turns.space is not None
        sums = MeanSums(functions, named) if any_named else None
        open_ones = [label for label in events.generators.labels if label not in turns.orbits]
        few = events.subsampled and len(open_ones) > 0
        return cls(
            events,
            functions,
            options,
            turns,
            sums,
            RateSums.of(events, functions, open_ones) if few else None,
        )

    @property
    def works(self) -> list[EventsPass]:
        """Those that there are."""
        asked: list[EventsPass | None] = [self.sums, self.rates]
        return [work for work in asked if work is not None]


def bounds_of(
    events: Events,
    functions: TestFunctions,
    options: BoundOptions,
    variations: Sequence[VariedEvents] = (),
    context: Context | None = None,
) -> Bounds:
    """The region of all candidates of ``events``, with the edges and the density around ``functions``.

    Its functions do not depend on the seed, nor on what was found: harmonics of angles for generators whose flow comes
    back, and for rotations in the planes of two components that are sums of candidates; spherical harmonics of
    directions where all rotations of space are; for all others powers and products of components.

    ``variations`` of the events widen the region: sum_s D_s D_s^T adds to the covariance of all quantities, and
    intervals are unions over alternatives without a parameter.
    """
    asked = Bounding.of(events, functions, options)
    return bounded(asked, together(asked.works, events, context, variations), variations, context)


def bounded(
    asked: Bounding,
    states: Sequence[State],
    variations: Sequence[VariedEvents] = (),
    context: Context | None = None,
) -> Bounds:
    """`bounds_of` from the ``states`` of its passes."""
    left = iter(states)
    state, of_rates = (None if work is None else next(left) for work in (asked.sums, asked.rates))
    events, turns = asked.events, asked.turns
    seen = Seen(events, asked.functions)
    varying = Varying(seen, variations) if variations else None
    labels = tuple(events.generators.labels)
    matrices = np.asarray(events.generators.matrices, dtype=np.float64)
    harmonics: dict[str, list[str]] = {label: [] for label in turns.orbits}
    degrees, joints = dict[str, int](), (Joint(few := _few(seen)), Joint(few))
    found: list[Quantity] = []
    if asked.sums is not None and state is not None:
        functions = list(asked.sums.named(few))
        widths = [function.values.shape[1] for function in functions]
        sums, apart = NamedSums(state, widths), _apart(asked.sums, events, variations, widths, context)
        for i, function in enumerate(functions):
            if function.label is not None and not sums.moves(i):
                continue  # the vector does not know of this plane
            quantity = sums.quantity(i, function.name)
            found.append(quantity)
            joints[function.label is None].add(quantity, function.values, function.number)
            if function.label is not None:
                harmonics[function.label].append(function.name)
            if function.degree is not None:
                degrees[function.name] = function.degree
            if varying is not None:
                varying.add_sums(function.name, i, sums, apart)
    open_ones = [label for label in labels if label not in turns.orbits]
    found += rates(seen, open_ones, varying, asked.rates, of_rates)
    units = {label: rate_unit(matrices[labels.index(label)], events) for label in open_ones}
    uneven = frozenset(a for a in open_ones if ClosedOrbit.of(matrices[labels.index(a)]) is not None)
    if varying is not None:
        found = [varying.shifted(q) for q in found]
    return Bounds(
        Region(found), asked.options, labels, matrices, turns, harmonics, units, uneven, degrees, joints,
        varying=varying,
    )  # fmt: skip


def _few(seen: Seen) -> Seen:
    """Some of the events in memory, of which correlations are known well enough."""
    events = seen.events
    rows = np.linspace(0, len(events) - 1, min(len(events), CORRELATED)).astype(np.int64)
    return Seen(events.rows(rows), seen.functions)


def _apart(
    sums: MeanSums,
    events: Events,
    variations: Sequence[VariedEvents],
    widths: list[int],
    context: Context | None,
) -> dict[int, NamedSums]:
    """Of alternatives that are not read with the nominal events, by their number."""
    pairs = (pair for v in variations for pair in zip(v.alternatives, v.read_with(events), strict=True))
    return {
        i: NamedSums(over_all(sums, replace(some, generators=events.generators), context), widths)
        for i, (some, here) in enumerate(pairs)
        if not here
    }


def _known(number: float) -> float | None:
    return None if number == inf else number

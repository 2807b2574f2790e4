"""Discrete elements relative to a reference: given the images of an event, does which it is tell its sample?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.hypotheses.discrete.family import ElementTest, discrete_rows
from symhep.hypotheses.discrete.named import NamedFunctions
from symhep.lie.elements.element import Element
from symhep.lie.elements.frame import Frame
from symhep.methods.context import Context, stream_for
from symhep.methods.p_values import PKind
from symhep_moments.fit.closed_orbits import ClosedOrbit
from symhep_moments.fit.conditional.along import keeps_masses, side_by_side
from symhep_moments.fit.conditional.features import Features
from symhep_moments.fit.conditional.gram_sums import GramSums
from symhep_moments.fit.conditional.invariants import OrbitInvariants
from symhep_moments.fit.conditional.moments import LOOKED_AT, PER_FEATURE
from symhep_moments.fit.conditional.partialling import Partialled
from symhep_moments.fit.conditional.strengths import Strength
from symhep_moments.fit.conditional.varied import partialled_each
from symhep_moments.fit.discrete.by_moments import columns_of
from symhep_moments.fit.discrete.products import Products
from symhep_moments.fit.discrete.ratio_asymmetries import (
    Signs,
    asymmetries,
    largest_asymmetries,
    moved_sizes,
)
from symhep_moments.fit.discrete.rows import body_names, numbers_of
from symhep_moments.fit.discrete.surface import surface_test
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.fit.joined_blocks import Part, joined
from symhep_moments.fit.points import Points, points_of
from symhep_moments.places import Places
from symhep_moments.record import DiscreteElement
from symhep_moments.sample import Events
from symhep_moments.varied import VariedEvents

__all__ = ["Odd", "image_features", "relative_discrete_tests"]

FloatArray = npt.NDArray[np.float64]

#: Functions with less than this part of the largest variance are changed by rounding alone.
UNCHANGED = 1e-18
TINY = 1e-300


def relative_discrete_tests(
    events: Events,
    reference: Events,
    elements: Sequence[Element],
    frame: Frame,
    functions: TestFunctions,
    seeds: np.random.SeedSequence,
    level: float = 0.05,
    delta: float | None = None,
    variations: Sequence[VariedEvents] = (),
    moved: dict[str, tuple[FloatArray, FloatArray]] | None = None,
    context: Context | None = None,
) -> tuple[DiscreteElement, ...]:
    """Test ``elements`` of ``frame`` on the ratio p / q of the densities of ``events`` and ``reference``.

    An element g of order q has the orbit u = {x, g x, ..}. p / q is invariant if and only if the probability that an
    event is from the data depends on u alone, so that with h = f - mean of f over the images

        A_f = E[(y - e(u)) (h_f(x) - m_f(u))] = 0,   e(u) = E[y | u],   m_f(u) = E[h_f | u],

    as along closed orbits (`symhep_moments.fit.conditional.moments.conditional_moments`). e and m are regressions on
    features that are averaged over the images, which depend on u alone. An acceptance that both samples share is in m.
    The functions are those of the plain test of moments; the smallest p of their blocks counts.

    Limits are those of p / q = c(u) (1 + a s(x)), s the sign of f(x) - f(g x) (for an order q > 2 q - 1 where f is
    the largest of the images', else -1): a is the plain asymmetry of f in a sample without any acceptance. One function
    at a time, all of all elements in one simultaneous region.

    ``variations`` of the reference enter both: their nuisance parameters add to the covariance, and of alternatives
    without a parameter the largest p-value and the union of the intervals count. ``moved`` is filled with
    `moved_sizes`. All events are read where ``context`` says, if a part of them alone is in memory.
    """
    kind: PKind = "bound" if any(not v.parametric for v in variations) else "asymptotic"
    data, theirs, places = points_of(events), points_of(reference), events.places
    products = Products(frame, places)
    blocks = columns_of(products, functions)
    names = body_names(frame.vectors, events.x.shape[1], places)
    named = NamedFunctions(frame.components, names)

    def test(tested: list[Element]) -> list[ElementTest]:
        logs, sizes = list[float](), list[list[Strength]]()
        count, works = len(named.labels), list[GramSums]()
        for element in tested:
            rng = np.random.default_rng(stream_for(seeds, f"features of {element.name}"))
            features = image_features(data, theirs, element, events, rng)
            values = side_by_side(Odd(element, products, functions), Signs(element, named, places))
            works.append(GramSums(features, values))
        every = partialled_each(works, data, theirs, [count] * len(works), variations, context)
        for element, found in zip(tested, every, strict=True):
            k = len(found.mean) - count
            logs.append(max(_log_p(one, blocks) for one in found.take(slice(0, k)).every))
            sizes.append(asymmetries(found.take(slice(k, k + count)), named.labels, element))
        largest = largest_asymmetries(tested, sizes)
        if moved is not None:
            moved.update(moved_sizes(tested, sizes, largest))
        return [
            ElementTest(log_p, kind, {"moments": (log_p, kind)}, size)
            for log_p, size in zip(logs, largest, strict=True)
        ]

    return discrete_rows(
        elements, events.vectors, test, level, DiscreteElement, surface_test(events, frame), delta
    )


def image_features(
    data: Points, reference: Points, element: Element, events: Events, rng: np.random.Generator
) -> Callable[[Tensor], FloatArray]:
    """`Features` of all that is known of an event, averaged over its images: events (n, P, D) -> (n, J).

    Beside the numbers of an event those that rotations leave alone, about the beam if there is one: samples differ in
    transverse momenta, masses and angles between particles more often than in components.
    """
    numbers = _Numbers.of(events)
    step = max(1, -(-(len(data.x) + len(reference.x)) // LOOKED_AT))
    some = [image for sample in (data, reference) for image in element.orbit(sample.x[::step])]
    seen = np.concatenate([numbers(x) for x in some])
    events_of_both = data.effective + reference.effective
    return _Averaged(
        Features(seen, round(events_of_both / PER_FEATURE), rng, events_of_both), numbers, element
    )


@dataclass(frozen=True)
class _Numbers:
    """Of events (n, P, D) all that is known, and what rotations leave alone: (n, I)."""

    places: Places | None
    invariants: OrbitInvariants | None

    @classmethod
    def of(cls, events: Events) -> _Numbers:
        """Of events of one kind."""
        d, turning = len(events.names), {"px", "py"} <= set(events.names)
        axes = [events.names.index(name) for name in ("px", "py")] if turning else [0, 1]
        matrix = np.zeros((d + 1, d + 1))
        if d > 1:
            matrix[axes[1], axes[0]], matrix[axes[0], axes[1]] = 1.0, -1.0
        orbit = ClosedOrbit.of(matrix) if d > 1 else None
        places = events.places
        return cls(
            places, None if orbit is None else OrbitInvariants(orbit, places, keeps_masses(events, orbit))
        )

    def __call__(self, x: Tensor) -> FloatArray:
        found = [numbers_of(x, self.places).cpu()]
        found += [] if self.invariants is None else [self.invariants(x)]
        return np.asarray(torch.cat(found, dim=1).numpy(), dtype=np.float64)


@dataclass(frozen=True)
class _Averaged:
    """Features, the mean over the images: (n, P, D) -> (n, J)."""

    features: Features
    numbers: _Numbers
    element: Element

    def __call__(self, x: Tensor) -> FloatArray:
        images = self.element.orbit(x)
        return np.asarray(np.mean([self.features(self.numbers(image)) for image in images], axis=0))


@dataclass(frozen=True)
class Odd:
    """What g changes of the products and the test functions: (n, P, D) -> (n, K)."""

    element: Element
    products: Products
    functions: TestFunctions

    def __call__(self, x: Tensor) -> Tensor:
        images = self.element.orbit(x)
        q, n = images.shape[:2]
        flat = images.flatten(0, 1)
        f = torch.cat([self.products(flat), self.functions.values(flat)], dim=1).view(q, n, -1)
        return f[0] - f.mean(dim=0)


def _log_p(found: Partialled, blocks: Mapping[str, npt.NDArray[np.bool_]]) -> float:
    """Of the smallest p-value of the blocks."""
    variances = np.diag(found.covariance)
    scale = np.sqrt(np.where(variances > 0, variances, 1.0))
    changed = found.squares > UNCHANGED * max(float(found.squares.max(initial=0.0)), TINY)
    rows = np.eye(len(scale))
    parts = [Part(name, rows[own & changed], 1.0) for name, own in blocks.items() if (own & changed).any()]
    if not parts:
        return 0.0
    return joined(found.mean / scale, found.covariance / scale[:, None] / scale, found.nu, parts).log_p()

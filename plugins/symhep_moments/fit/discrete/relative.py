"""Discrete elements relative to a reference: given the images of an event, does which it is tell its sample?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.hypotheses.bounds.region import Quantity, Region
from symhep.hypotheses.discrete.asymmetries import NamedAsymmetry, own_largest
from symhep.hypotheses.discrete.family import ElementTest, discrete_rows
from symhep.hypotheses.discrete.named import NamedFunctions
from symhep.lie.elements.element import Element
from symhep.lie.elements.frame import Frame
from symhep.methods.context import stream_for
from symhep.methods.number import Number
from symhep_moments.fit.bounds.joint import Joint
from symhep_moments.fit.closed_orbits import ClosedOrbit
from symhep_moments.fit.conditional.features import Features
from symhep_moments.fit.conditional.invariants import OrbitInvariants
from symhep_moments.fit.conditional.moments import LOOKED_AT, PER_FEATURE
from symhep_moments.fit.conditional.partialling import Partialled, partialled
from symhep_moments.fit.conditional.strengths import coefficients
from symhep_moments.fit.discrete.by_moments import columns_of
from symhep_moments.fit.discrete.elements import surface_test
from symhep_moments.fit.discrete.products import Products
from symhep_moments.fit.discrete.rows import bodies, body_names, numbers_of
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.fit.joined_blocks import Part, joined
from symhep_moments.fit.relative import Points
from symhep_moments.fit.relative_tests import keeps_masses, points_of
from symhep_moments.places import Places
from symhep_moments.record import DiscreteElement
from symhep_moments.sample import Events

__all__ = ["image_features", "relative_discrete_tests"]

FloatArray = npt.NDArray[np.float64]

#: Functions with less than this part of the largest variance are changed by rounding alone.
UNCHANGED = 1e-18
#: Named functions whose signs agree but for this count once.
SAME = 1e-9


@dataclass(frozen=True, eq=False)
class _Found:
    """Of one element: log p, and the asymmetries of named functions with the influences of units on them."""

    log_p: float
    quantities: list[Quantity]
    influences: list[FloatArray]


def relative_discrete_tests(
    events: Events,
    reference: Events,
    elements: Sequence[Element],
    frame: Frame,
    functions: TestFunctions,
    seeds: np.random.SeedSequence,
    level: float = 0.05,
    delta: float | None = None,
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
    """
    data, theirs, places = points_of(events), points_of(reference), events.places
    products = Products(frame, places)
    blocks = columns_of(products, functions)
    names = body_names(frame.vectors, events.x.shape[1], places)
    named = NamedFunctions(frame.components, names)

    def test(tested: list[Element]) -> list[ElementTest]:
        found = list[_Found]()
        for element in tested:
            rng = np.random.default_rng(stream_for(seeds, f"features of {element.name}"))
            features = image_features(data, theirs, element, events, rng)
            values = _odd(element, products, functions, named, places)
            partial = partialled(data, theirs, features, values, len(named.labels))
            found.append(_tested(partial, blocks, named.labels, element.name))
        region = Region([quantity for one in found for quantity in one.quantities])
        return [
            ElementTest(
                one.log_p, "asymptotic", {"moments": (one.log_p, "asymptotic")},
                _largest(one, region, element),
            )
            for element, one in zip(tested, found, strict=True)
        ]  # fmt: skip

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
    numbers = _numbers(events)
    step = max(1, -(-(len(data.x) + len(reference.x)) // LOOKED_AT))
    some = [image for sample in (data, reference) for image in element.orbit(sample.x[::step])]
    seen = np.concatenate([numbers(x) for x in some])
    features = Features(seen, round((data.effective + reference.effective) / PER_FEATURE), rng)

    def averaged(x: Tensor) -> FloatArray:
        return np.mean([features(numbers(image)) for image in element.orbit(x)], axis=0)

    return averaged


def _numbers(events: Events) -> Callable[[Tensor], FloatArray]:
    places, d = events.places, len(events.names)
    turning = {"px", "py"} <= set(events.names)
    axes = [events.names.index(name) for name in ("px", "py")] if turning else [0, 1]
    matrix = np.zeros((d + 1, d + 1))
    if d > 1:
        matrix[axes[1], axes[0]], matrix[axes[0], axes[1]] = 1.0, -1.0
    orbit = ClosedOrbit.of(matrix) if d > 1 else None
    invariants = None if orbit is None else OrbitInvariants(orbit, places, keeps_masses(events, orbit))

    def numbers(x: Tensor) -> FloatArray:
        found = [numbers_of(x, places).cpu()]
        found += [] if invariants is None else [invariants(x)]
        return np.asarray(torch.cat(found, dim=1).numpy(), dtype=np.float64)

    return numbers


def _odd(
    element: Element,
    products: Products,
    functions: TestFunctions,
    named: NamedFunctions,
    places: Places | None,
) -> Callable[[Tensor], Tensor]:
    """What g changes of the functions, and the signs of the named ones: (n, P, D) -> (n, K)."""

    def values(x: Tensor) -> Tensor:
        images = element.orbit(x)
        q, n = images.shape[:2]
        flat = images.flatten(0, 1)
        f = torch.cat([products(flat), functions.values(flat)], dim=1).view(q, n, -1)
        own = torch.stack([named(bodies(image, places)) for image in images], dim=1)
        signs = torch.from_numpy(own_largest(own)[:, 0]).to(f) * (q - 1)
        return torch.cat([f[0] - f.mean(dim=0), signs], dim=1)

    return values


def _tested(
    partial: Partialled, blocks: Mapping[str, npt.NDArray[np.bool_]], labels: Sequence[str], element: str
) -> _Found:
    k = len(partial.mean) - len(labels)
    variances = np.diag(partial.covariance)
    scale = np.sqrt(np.where(variances > 0, variances, 1.0))
    changed = partial.squares > UNCHANGED * max(float(partial.squares[:k].max(initial=0.0)), 1e-300)
    parts = [
        Part(name, np.eye(len(scale))[np.append(chosen, np.zeros(len(labels), bool)) & changed], 1.0)
        for name, chosen in blocks.items()
    ]
    parts = [part for part in parts if len(part.rows)]
    covariance = partial.covariance / scale[:, None] / scale
    log_p = joined(partial.mean / scale, covariance, partial.nu, parts).log_p() if parts else 0.0
    quantities, influences, kept = list[Quantity](), list[FloatArray](), list[int]()
    for i in range(k, len(scale)):
        gram = partial.gram
        if partial.squares[i] <= 0 or any(
            gram[i, j] ** 2 > (1 - SAME) * gram[i, i] * gram[j, j] for j in kept
        ):
            continue
        kept.append(i)
        a, own, moved = coefficients(partial.take(slice(i, i + 1)))
        quantities.append(Quantity(f"{labels[i - k]} under {element}", a, own, partial.nu))
        influences.append(moved)
    return _Found(float(log_p), quantities, influences)


def _largest(found: _Found, region: Region, element: Element) -> NamedAsymmetry | None:
    """The largest asymmetry with its interval, and the limit of all."""
    if not found.quantities:
        return None
    floor, joint, ends = -1 / (element.order - 1), Joint(), dict[str, tuple[float, float, float]]()
    for quantity, influences in zip(found.quantities, found.influences, strict=True):
        joint.put(quantity, influences)
        value, low, high = region[quantity.name].signed or (0.0, floor, 1.0)
        ends[quantity.name] = min(max(value, floor), 1.0), max(low, floor), min(high, 1.0)
    largest = max(ends, key=lambda name: abs(ends[name][0]))
    value, low, high = ends[largest]
    number = Number(
        value=value, low=min(low, value), high=max(high, value), level=region.level,
        method="of the ratio of the densities, simultaneous over all named functions of all elements",
    )  # fmt: skip
    most = max(float(quantity.covariance[0, 0]) for quantity in found.quantities)
    return NamedAsymmetry(
        number, largest.removesuffix(f" under {element.name}"),
        max(max(abs(low), abs(high)) for _, low, high in ends.values()),
        min(joint.expected(region, ends), 1.0), 1 / most if most > 0 else float("inf"),
    )  # fmt: skip

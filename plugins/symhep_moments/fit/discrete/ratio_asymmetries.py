"""Asymmetries in predefined observables of a density over another, or over an efficiency: sizes and limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.hypotheses.bounds.region import Quantity, Region
from symhep.hypotheses.discrete.asymmetries import NamedAsymmetry, own_largest
from symhep.hypotheses.discrete.named import NamedFunctions
from symhep.lie.elements.element import Element
from symhep.methods.context import Context
from symhep.methods.number import Number
from symhep_moments.fit.bounds.joint import Joint
from symhep_moments.fit.conditional.known import KnownSums, known_law, known_sums
from symhep_moments.fit.conditional.partialling import Partialled
from symhep_moments.fit.conditional.strengths import Strength, coefficients
from symhep_moments.fit.discrete.rows import bodies
from symhep_moments.fit.efficiency import Seeing
from symhep_moments.fit.points import points_of
from symhep_moments.places import Places
from symhep_moments.sample import Events

__all__ = ["Signs", "asymmetries", "largest_asymmetries", "moved_sizes", "seen_asymmetries"]

FloatArray = npt.NDArray[np.float64]

#: How sizes are obtained.
RATIO = "of the ratio of the densities, simultaneous over all predefined observables of all elements"
#: Named functions whose signs agree but for this count once.
SAME = 1e-9


@dataclass(frozen=True)
class Signs:
    """s of each predefined observable f: events (n, P, D) -> (n, K): the sign of f(x) - f(g x); for an order q > 2
    q - 1 where f is the largest of the images', else -1. Over the images of an event it sums to zero."""

    element: Element
    named: NamedFunctions
    places: Places | None

    def __call__(self, x: Tensor) -> Tensor:
        images = self.element.orbit(x)
        own = torch.stack([self.named(bodies(image, self.places)) for image in images], dim=1)
        return torch.from_numpy(own_largest(own)[:, 0]).to(x) * (self.element.order - 1)


@dataclass(frozen=True)
class Images:
    """Of events (n, P, D) under an element of order q: (n, q, P, D)."""

    element: Element

    def __call__(self, x: Tensor, first: int) -> Tensor:
        return self.element.orbit(x).transpose(0, 1)


def asymmetries(found: Partialled, labels: Sequence[str], element: Element) -> list[Strength]:
    """a of a ratio c(u) (1 + a s(x)) for each function s of ``found``, one at a time: the asymmetry of f in a sample
    without any acceptance. Functions that g does not change have none; of those of one sign the first."""
    parts, kept, gram = list[Strength](), list[int](), found.gram
    for i, label in enumerate(labels):
        if found.squares[i] <= 0 or any(gram[i, j] ** 2 > (1 - SAME) * gram[i, i] * gram[j, j] for j in kept):
            continue
        kept.append(i)
        a, covariance, influences, under = coefficients(found.take(slice(i, i + 1)))
        quantity = Quantity(f"{label} under {element.name}", a, covariance, found.nu)
        quantity = quantity if under is None else under.shifted(quantity)
        parts.append(Strength(quantity, influences, under))
    return parts


def largest_asymmetries(
    elements: Sequence[Element], found: Sequence[Sequence[Strength]], method: str = RATIO
) -> list[NamedAsymmetry | None]:
    """For each element its largest asymmetry, and the limit on all, from one simultaneous region; ``method``: how,
    in words."""
    region = Region([one.quantity for parts in found for one in parts])
    return [
        _largest(parts, region, element, method) if parts else None
        for element, parts in zip(elements, found, strict=True)
    ]


def moved_sizes(
    elements: Sequence[Element], found: Sequence[Sequence[Strength]], named: Sequence[NamedAsymmetry | None]
) -> dict[str, tuple[FloatArray, FloatArray]]:
    """Of each element the asymmetry of its largest function under each alternative, (A,), with the error of its
    difference from the nominal one, NaN where unknown."""
    moved = {}
    for element, parts, largest in zip(elements, found, named, strict=True):
        for one in parts:
            if largest is None or one.under is None:
                continue
            if one.quantity.name == f"{largest.function} under {element.name}":
                values = one.quantity.mean + one.under.differences
                spread = one.under.spread(one.influences)[:, 0, 0]
                moved[element.name] = values[:, 0], np.sqrt(spread)
    return moved


def seen_asymmetries(
    elements: Sequence[Element],
    events: Events,
    named: NamedFunctions,
    seeing: Seeing,
    context: Context | None = None,
) -> list[NamedAsymmetry | None]:
    """Of the density of ``events`` over the efficiency ``seeing``, for each of the elements."""
    count, data = len(named.labels), points_of(events)
    works = [KnownSums(Images(e), seeing, Signs(e, named, events.places)) for e in elements]
    found = [
        asymmetries(known_law(data, w.images, seeing, w.functions, count, state), named.labels, element)
        for element, w, state in zip(elements, works, known_sums(works, data, context), strict=True)
    ]
    return largest_asymmetries(elements, found)


def _largest(parts: Sequence[Strength], region: Region, element: Element, method: str) -> NamedAsymmetry:
    floor, joint, ends = -1 / (element.order - 1), Joint(), dict[str, tuple[float, float, float]]()
    for one in parts:
        joint.put(one.quantity, one.influences)
        value, low, high = region[one.quantity.name].signed or (0.0, floor, 1.0)
        ends[one.quantity.name] = min(max(value, floor), 1.0), max(low, floor), min(high, 1.0)
    largest = max(ends, key=lambda name: abs(ends[name][0]))
    value, low, high = ends[largest]
    number = Number(
        value=value, low=min(low, value), high=max(high, value), level=region.level,
        method=method,
    )  # fmt: skip
    most = max(float(one.quantity.covariance[0, 0]) for one in parts)
    return NamedAsymmetry(
        number, largest.removesuffix(f" under {element.name}"),
        max(max(abs(low), abs(high)) for _, low, high in ends.values()),
        min(joint.expected(region, ends), 1.0), 1 / most if most > 0 else inf,
    )  # fmt: skip

"""Sums over all events of what discrete elements change of them: one pass for all elements."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.hypotheses.bounds.sample_mean import unit_sums
from symhep.hypotheses.discrete.asymmetries import own_largest
from symhep.hypotheses.discrete.named import NamedFunctions
from symhep.lie.elements.element import Element
from symhep.methods.passes import State
from symhep_moments.fit.discrete.options import DiscreteOptions
from symhep_moments.fit.discrete.products import Products
from symhep_moments.fit.discrete.rows import bodies, by_unit, unit_ends, weighting_of
from symhep_moments.fit.efficiency import Seeing
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.sample import Events
from symhep_moments.stream import EventsPass

__all__ = ["ElementSums"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class ElementSums(EventsPass):
    """Sums over independent events, for E elements g of any orders.

    ``odd`` (E, K) of y = w (f(x) - mean of f over the orbit), in proportion to the efficiency if there is one, of the
    products and the test functions; ``own``, ``squares`` and ``crossed`` (E, L) of w a, (w a)^2 and w (w a), a as in
    `named_asymmetries` of the predefined observables; ``w`` and ``w2`` of w and w^2.
    """

    name: ClassVar[str] = "discrete elements"

    elements: tuple[Element, ...]
    products: Products
    functions: TestFunctions
    named: NamedFunctions
    options: DiscreteOptions
    seeing: Seeing | None = None

    def of_events(self, events: Events, number: int) -> State:
        """See `EventsPass.of_events`."""
        events, units = by_unit(events)
        weighting = weighting_of(events, units, self.options, self.seeing)
        x, w, places = events.x, weighting.weights, events.places
        known = None if weighting.efficiency is not None else self._turned
        contrasts = [torch.from_numpy(weighting.contrast(e, x)).to(x) for e in self.elements]
        count, functions = len(self.products.labels), self.functions
        odd = x.new_zeros(len(self.elements), count + functions.count)
        signs = _Signs(len(self.elements), len(self.named.labels), w, units if weighting.copies else None)
        for ends in pairwise(unit_ends(units)):
            part = slice(*ends)
            here, seen = self.values(x[part]), self.named(bodies(x[part], places))
            for e, element in enumerate(self.elements):
                images, c = element.orbit(x[part])[1:], contrasts[e][part].T
                odd[e] += c[0] @ here
                for j, (image, share) in enumerate(zip(images, c[1:], strict=True)):
                    if known is None:
                        odd[e] += share @ self.values(image)
                    else:
                        odd[e, :count] += (share @ here[:, :count]) @ known[e][j]
                        odd[e, count:] += share @ functions.values(image)
                moved = [self.named(bodies(image, places)) for image in images]
                signs.add(e, part, torch.stack([seen, *moved], dim=1))
        own = unit_sums(w[:, None], signs.units)[:, 0]
        w2 = np.asarray((own**2).sum())
        return {"odd": odd.cpu().numpy(), **signs.state(), "w": np.asarray(own.sum()), "w2": w2}

    def values(self, x: Tensor) -> Tensor:
        """(n, P, D) -> (n, K)."""
        return torch.cat([self.products(x), self.functions.values(x)], dim=1)

    @cached_property
    def _turned(self) -> list[list[Tensor]] | None:
        """`Products.turned` by each element; None where they are not for all."""
        found = [self.products.turned(element) for element in self.elements]
        known = [maps for maps in found if maps is not None]
        return known if len(known) == len(found) else None


class _Signs:
    """Sums of a over independent events; ``units`` of rows that are none."""

    def __init__(self, elements: int, count: int, w: FloatArray, units: IntArray | None) -> None:
        self.w, self.units = w, units
        self.sums = np.zeros((3, elements, count))

    def add(self, element: int, part: slice, images: Tensor) -> None:
        """Values (n, q, L) of the predefined observables at the images of all rows of some events."""
        a, w = own_largest(images)[:, 0], self.w[part]
        if self.units is None:
            self.sums[:, element] += [w @ a, w**2 @ a**2, w**2 @ a]
            return
        summed = unit_sums(w[:, None] * a, self.units[part])
        own = unit_sums(w[:, None], self.units[part])[:, 0]
        self.sums[:, element] += [summed.sum(axis=0), (summed**2).sum(axis=0), own @ summed]

    def state(self) -> State:
        """By name."""
        return dict(zip(("own", "squares", "crossed"), self.sums, strict=True))

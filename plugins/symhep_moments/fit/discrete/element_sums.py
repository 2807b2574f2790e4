"""Sums over all events of what discrete elements change of them: one pass for all elements."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.hypotheses.bounds.sample_mean import unit_sums
from symhep.hypotheses.discrete.asymmetries import own_largest
from symhep.hypotheses.discrete.named import NamedFunctions
from symhep.hypotheses.discrete.orbit_sums import chunks
from symhep.lie.elements.element import Element
from symhep.methods.passes import State
from symhep_moments.fit.discrete.options import DiscreteOptions
from symhep_moments.fit.discrete.products import Products
from symhep_moments.fit.discrete.rows import bodies, by_unit, weighting_of
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
    `named_asymmetries` of the named functions; ``w`` and ``w2`` of w and w^2.
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
        for part in chunks(len(x)):
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
        return {
            "odd": odd.cpu().numpy(), **signs.state(own), "w": np.asarray(own.sum()),
            "w2": np.asarray((own**2).sum()),
        }  # fmt: skip

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
        self.rows = None if units is None else np.zeros((elements, len(w), count))

    def add(self, element: int, part: slice, images: Tensor) -> None:
        """Values (n, q, L) of the named functions at the images of some rows."""
        a, w = own_largest(images)[:, 0], self.w[part]
        self.sums[:, element] += [w @ a, w**2 @ a**2, w**2 @ a]
        if self.rows is not None:
            self.rows[element, part] = a

    def state(self, own: FloatArray) -> State:
        """With the weights ``own`` of independent events."""
        sums, squares, crossed = self.sums
        if self.rows is not None:
            summed = np.stack([unit_sums(self.w[:, None] * a, self.units) for a in self.rows])
            squares, crossed = (summed**2).sum(axis=1), np.asarray(own @ summed)
        return {"own": sums, "squares": squares, "crossed": crossed}

"""Sums over all events of what discrete elements change of them: one pass for all elements."""

from __future__ import annotations

from dataclasses import dataclass
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
        contrasts = [torch.from_numpy(weighting.contrast(e, x)).to(x) for e in self.elements]
        signs = np.zeros((len(self.elements), len(x), len(self.named.labels)))
        odd = x.new_zeros(len(self.elements), len(self.products.labels) + self.functions.count)
        for part in chunks(len(x)):
            here, seen = self.values(x[part]), self.named(bodies(x[part], places))
            for e, element in enumerate(self.elements):
                images, c = element.orbit(x[part])[1:], contrasts[e][part].T
                odd[e] += c[0] @ here
                for image, share in zip(images, c[1:], strict=True):
                    odd[e] += share @ self.values(image)
                moved = [self.named(bodies(image, places)) for image in images]
                signs[e, part] = own_largest(torch.stack([seen, *moved], dim=1))[:, 0]
        return {"odd": odd.cpu().numpy()} | _moments_of_signs(signs, w, units if weighting.copies else None)

    def values(self, x: Tensor) -> Tensor:
        """(n, P, D) -> (n, K)."""
        return torch.cat([self.products(x), self.functions.values(x)], dim=1)


def _moments_of_signs(signs: FloatArray, w: FloatArray, units: IntArray | None) -> State:
    """Of a (E, n, L); ``units`` of rows that are no independent events."""
    own = unit_sums(w[:, None], units)[:, 0]
    found: State = {
        "own": np.asarray(w @ signs),
        "w": np.asarray(own.sum()),
        "w2": np.asarray((own**2).sum()),
    }
    if units is None:
        return found | {"squares": np.asarray(w**2 @ signs**2), "crossed": np.asarray(w**2 @ signs)}
    summed = np.stack([unit_sums(w[:, None] * a, units) for a in signs])
    return found | {"squares": (summed**2).sum(axis=1), "crossed": np.asarray(own @ summed)}

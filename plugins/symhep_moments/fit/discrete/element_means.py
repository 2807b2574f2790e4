"""Means over all events of what discrete elements change, with those under systematic variations: one pass."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.events.copies import independent
from symhep.hypotheses.discrete.named import NamedFunctions
from symhep.hypotheses.discrete.orbit_sums import chunks
from symhep.lie.elements.element import Element
from symhep.methods.context import Context
from symhep.methods.passes import State
from symhep_moments.fit.conditional.along import side_by_side
from symhep_moments.fit.discrete.products import Products
from symhep_moments.fit.discrete.ratio_asymmetries import Signs
from symhep_moments.fit.discrete.relative import Odd
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.places import Places
from symhep_moments.sample import Events
from symhep_moments.stream import EventsPass, over_all
from symhep_moments.varied import VariedEvents

__all__ = ["AllMeans", "ElementMeans", "means_of_all"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ElementMeans(EventsPass):
    """Sums of w v(x), for E elements g of any orders, v (M,) f(x) - (mean of f over the images) of the products and the
    test functions, then the signs of the predefined observables.

    ``sums`` (1 + A, E, M) and ``w`` (1 + A,): of the nominal weights and of those of each alternative; ``w2`` of the
    squares of the nominal weights of independent events.
    """

    name: ClassVar[str] = "discrete elements with variations"

    elements: tuple[Element, ...]
    products: Products
    functions: TestFunctions
    named: NamedFunctions

    def of_events(self, events: Events, number: int) -> State:
        """See `EventsPass.of_events`."""
        varied = [(e, s) for v in events.variations for e, s in zip(v.alternatives, v.same_rows, strict=True)]
        weights = [events.weights, *(e.weights for e, _ in varied)]
        sums = np.zeros((len(weights), len(self.elements), self.count))
        of_same = [0, *(a + 1 for a, (_, same) in enumerate(varied) if same and len(events))]
        sums[of_same] = self._sums(events.x, torch.stack([weights[a] for a in of_same]), events.places)
        for a, (some, same) in enumerate(varied, start=1):
            if not same:
                sums[a] = self._sums(some.x, some.weights[None], events.places)[0]
        own = independent(events.weights.cpu().numpy(), events.source)
        return {
            "sums": sums, "w": np.array([float(w.sum()) for w in weights]), "w2": np.asarray((own**2).sum())
        }  # fmt: skip

    @property
    def count(self) -> int:
        """M."""
        return len(self.products.labels) + self.functions.count + len(self.named.labels)

    def values(self, element: Element, places: Places | None) -> Callable[[Tensor], Tensor]:
        """v of events (n, P, D): (n, M)."""
        return side_by_side(Odd(element, self.products, self.functions), Signs(element, self.named, places))

    def _sums(self, x: Tensor, weights: Tensor, places: Places | None) -> FloatArray:
        """For weights (B, n): (B, E, M)."""
        total = x.new_zeros(len(weights), len(self.elements), self.count)
        for part in chunks(len(x)):
            for e, element in enumerate(self.elements):
                total[:, e] += weights[:, part] @ self.values(element, places)(x[part]).to(weights)
        return np.asarray(total.cpu().numpy())


@dataclass(frozen=True, eq=False)
class AllMeans:
    """Over all events: ``mean`` (E, M), by how much it differs in the A alternatives (A, E, M), and ``variance``, the
    sum of w^2 over independent events over the square of that of w."""

    mean: FloatArray
    differences: FloatArray
    variance: float


def means_of_all(
    work: ElementMeans,
    events: Events,
    variations: Sequence[VariedEvents],
    context: Context | None = None,
    state: State | None = None,
) -> AllMeans:
    """In one pass over the events, whose ``state`` may be known, and one over the events of each alternative that are
    read apart from them."""
    if state is None:
        state = over_all(work, events, context, variations)
    means, w = state["sums"], state["w"]
    flat = [(e, s) for v in variations for e, s in zip(v.alternatives, v.same_rows, strict=True)]
    for a, (other, same) in enumerate(flat, start=1):
        if not same and other.stream is not None:
            own = over_all(work, replace(other, variations=()), context)
            means[a], w[a] = own["sums"][0], own["w"][0]
    means = means / w[:, None, None]
    return AllMeans(means[0], means[1:] - means[0], float(state["w2"]) / float(w[0]) ** 2)

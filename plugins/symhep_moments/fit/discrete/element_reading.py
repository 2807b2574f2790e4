"""What discrete elements need of all events, so that it is summed in a reading that others share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from symhep.hypotheses.discrete.family import elements_to_test
from symhep.hypotheses.discrete.named import NamedFunctions
from symhep.lie.elements.element import Element
from symhep.lie.elements.frame import Frame
from symhep.methods.passes import State
from symhep_moments.fit.discrete.element_means import ElementMeans
from symhep_moments.fit.discrete.element_sums import ElementSums
from symhep_moments.fit.discrete.options import DiscreteOptions
from symhep_moments.fit.discrete.products import Products
from symhep_moments.fit.discrete.rows import body_names, by_unit
from symhep_moments.fit.discrete.surface import surface_test
from symhep_moments.fit.efficiency import Seeing
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.sample import Events

__all__ = ["ElementReading", "element_reading"]


@dataclass(frozen=True, eq=False)
class ElementReading:
    """The pass over all events, why elements take them off their surface, and the state, once they have been read."""

    work: ElementSums | ElementMeans
    leaves: Callable[[Element], str | None]
    state: State | None = None


def element_reading(
    events: Events,
    elements: Sequence[Element],
    frame: Frame,
    functions: TestFunctions,
    options: DiscreteOptions,
    *,
    varied: bool = False,
    seeing: Seeing | None = None,
) -> ElementReading | None:
    """For those of ``elements`` that are tested; None where all events are in memory, or none is tested.

    ``varied``: with systematic variations; the others as of `symhep_moments.fit.discrete.elements.discrete_tests`.
    """
    if not events.subsampled:
        return None
    some = events if varied else by_unit(events)[0]
    leaves = cache(surface_test(some, frame))
    tested = tuple(elements_to_test(elements, some.vectors, leaves))
    if not tested:
        return None
    products = Products(frame, events.places)
    named = NamedFunctions(frame.components, body_names(frame.vectors, events.x.shape[1], events.places))
    if varied:
        return ElementReading(ElementMeans(tested, products, functions, named), leaves)
    return ElementReading(ElementSums(tested, products, functions, named, options, seeing), leaves)

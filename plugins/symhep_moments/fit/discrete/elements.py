"""All discrete elements of a sample: tested by moments, by networks and by nearest neighbours; and their limits."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from symhep.hypotheses.discrete.asymmetries import named_asymmetries
from symhep.hypotheses.discrete.family import ElementTest, by_order, discrete_rows
from symhep.hypotheses.discrete.independence import weights_independent
from symhep.hypotheses.discrete.joined import joined_p
from symhep.hypotheses.discrete.named import NamedFunctions
from symhep.hypotheses.discrete.randomised import draws_for
from symhep.hypotheses.discrete.support import POINTS, Surface
from symhep.lie.elements.element import Element
from symhep.lie.elements.frame import Frame
from symhep.methods.context import stream_for
from symhep_moments.fit.discrete.by_learning import learned_parts
from symhep_moments.fit.discrete.by_moments import moment_parts
from symhep_moments.fit.discrete.options import DiscreteOptions
from symhep_moments.fit.discrete.ratio_asymmetries import seen_asymmetries
from symhep_moments.fit.discrete.rows import bodies, body_names, by_unit, weighting_of
from symhep_moments.fit.efficiency import Seeing
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.record import DiscreteElement
from symhep_moments.sample import Events

__all__ = ["discrete_tests", "surface_test"]


def discrete_tests(
    events: Events,
    elements: Sequence[Element],
    frame: Frame,
    functions: TestFunctions,
    options: DiscreteOptions,
    seeds: np.random.SeedSequence,
    level: float = 0.05,
    seeing: Seeing | None = None,
) -> tuple[DiscreteElement, ...]:
    """Test ``elements`` of ``frame`` on ``events``.

    The moments see all events; networks and neighbours learn from one part and are judged on the other (units at
    random, at most half to learn from). See `joined_p` for how they are joined, `named_asymmetries` for the limits.

    Parameters
    ----------
    functions
        Test functions of the moments, beside `Products`; those of its block 'low' join the low ones.
    seeds
        Stream of the shard.
    seeing
        How probable it is that an event is seen: images are drawn in proportion, and sizes are those of the density
        over it (`seen_asymmetries`).
    """
    events, units = by_unit(events)
    weighting, places = weighting_of(events, units, options, seeing), events.places
    names = body_names(frame.vectors, events.x.shape[1], places)
    named = NamedFunctions(frame.components, names)

    def test(tested: list[Element]) -> list[ElementTest]:
        most = draws_for(len(tested), level, options.randomisations)
        moments = by_order(
            tested, lambda some: moment_parts(some, events, weighting, frame, functions)
        )  # fmt: skip
        learns = options.classifier is not None or options.neighbours
        learned = (
            by_order(tested, lambda s: learned_parts(s, events, units, weighting, frame, options, seeds))
            if learns
            else [None] * len(tested)
        )
        sizes = (
            named_asymmetries(
                tested, events.x, weighting, lambda x: named(bodies(x, places)), named.labels,
                np.random.default_rng(stream_for(seeds, "expected limits")),
            )
            if seeing is None
            else seen_asymmetries(tested, events, named, seeing)
        )  # fmt: skip
        found = []
        for element, moment, own, size in zip(tested, moments, learned, sizes, strict=True):
            rng = np.random.default_rng(stream_for(seeds, f"images of {element.name}"))
            parts = [moment] if own is None else [moment, own.part]
            log_p, single = joined_p(parts, rng, most, weighting.kind)
            more = {
                "gain": None if own is None or seeing is not None else own.gain,
                "weights_independent": weights_independent(
                    element, events.x, weighting, lambda x: named(bodies(x, places)), rng
                ),
            }
            learned_size = None if own is None or seeing is not None else own.asymmetry
            found.append(ElementTest(log_p, weighting.kind, single, size, learned_size, more))
        return found

    leaves = surface_test(events, frame)
    return discrete_rows(elements, events.vectors, test, level, DiscreteElement, leaves, options.delta)


def surface_test(events: Events, frame: Frame) -> Callable[[Element], str | None]:
    """Why an element takes these events off the surface that holds them; None: it does not."""
    places = events.places
    names = body_names(frame.vectors, events.x.shape[1], places)
    whole = bodies(events.x, places).cpu().numpy()
    surface = Surface.of(whole, frame.components, names, _present(events))
    some = events.x[:: -(-len(events) // POINTS)]
    seen = bodies(some, places).cpu().numpy()

    def leaves(element: Element) -> str | None:
        return surface.left_by(seen, bodies(element.act(some), places).cpu().numpy())

    return leaves


def _present(events: Events) -> np.ndarray | None:
    """Which components `bodies` have."""
    places = events.places
    if places is None:
        return None
    own = [*([p] for p in places.fixed), *places.members.values()]
    return np.array([places.present[where[0]] for where in own])

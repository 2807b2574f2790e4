"""All discrete elements of a sample: tested by moments, by networks and by nearest neighbours; and their limits."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from symhep.hypotheses.discrete.asymmetries import NamedAsymmetry, named_asymmetries
from symhep.hypotheses.discrete.family import ElementTest, by_order, discrete_rows
from symhep.hypotheses.discrete.independence import weights_independent
from symhep.hypotheses.discrete.joined import Together, joined_p, with_moments
from symhep.hypotheses.discrete.named import NamedFunctions
from symhep.hypotheses.discrete.randomised import draws_for
from symhep.lie.elements.element import Element
from symhep.lie.elements.frame import Frame
from symhep.methods.context import Context, stream_for
from symhep_moments.fit.discrete.by_learning import learned_parts
from symhep_moments.fit.discrete.by_moments import moment_parts
from symhep_moments.fit.discrete.by_sums import asymmetries_by_sums, log_p_by_sums, spreads
from symhep_moments.fit.discrete.element_reading import ElementReading, element_reading
from symhep_moments.fit.discrete.element_sums import ElementSums
from symhep_moments.fit.discrete.options import DiscreteOptions
from symhep_moments.fit.discrete.ratio_asymmetries import seen_asymmetries
from symhep_moments.fit.discrete.rows import bodies, body_names, by_unit, weighting_of
from symhep_moments.fit.discrete.surface import surface_test
from symhep_moments.fit.efficiency import Seeing
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.options import COVARIANCE_EVENTS
from symhep_moments.record import DiscreteElement
from symhep_moments.sample import Events
from symhep_moments.stream import over_all

__all__ = ["discrete_tests"]


def discrete_tests(
    events: Events,
    elements: Sequence[Element],
    frame: Frame,
    functions: TestFunctions,
    options: DiscreteOptions,
    seeds: np.random.SeedSequence,
    level: float = 0.05,
    seeing: Seeing | None = None,
    context: Context | None = None,
    covariance_events: int = COVARIANCE_EVENTS,
    read: ElementReading | None = None,
) -> tuple[DiscreteElement, ...]:
    """Test ``elements`` of ``frame`` on ``events``.

    The moments see all events; networks and neighbours learn from one part and are judged on the other (units at
    random, at most half to learn from). See `joined_p` for how they are joined, `named_asymmetries` for the limits.

    Where the events in memory are a subsample of all, moments and asymmetries are those of all, by sums
    (`symhep_moments.fit.discrete.by_sums`), with asymptotic p-values, and networks and neighbours see the subsample.

    Parameters
    ----------
    functions
        Test functions of the moments, beside `Products`; those of its block 'low' join the low ones.
    seeds
        Stream of the shard.
    seeing
        How probable it is that an event is seen: images are drawn in proportion, and sizes are those of the density
        over it (`seen_asymmetries`).
    context
        Where all events are read, if not here.
    covariance_events
        Of a subsample, for the covariance of the sums.
    read
        What another reading of all events has summed.
    """
    everything = events
    events, units = by_unit(events)
    weighting, places = weighting_of(events, units, options, seeing), events.places
    names = body_names(frame.vectors, events.x.shape[1], places)
    named = NamedFunctions(frame.components, names)

    def test(tested: list[Element]) -> list[ElementTest]:
        most = draws_for(len(tested), level, options.randomisations)
        drawn = np.random.default_rng(stream_for(seeds, "expected limits"))
        moments, sizes = list[Together | float](), list[NamedAsymmetry | None]()
        if everything.subsampled:
            asked = read or element_reading(everything, tested, frame, functions, options, seeing=seeing)
            assert asked is not None  # there are more events, and elements
            assert isinstance(asked.work, ElementSums)
            work, state = asked.work, asked.state
            if state is None:
                state = over_all(work, everything, context)
            some = spreads(work, everything, covariance_events)
            moments += log_p_by_sums(work, state, some)
            sizes += asymmetries_by_sums(work, state, some, drawn) if seeing is None else []
        else:
            moments += by_order(tested, lambda s: moment_parts(s, events, weighting, frame, functions))
        if seeing is not None:
            sizes = seen_asymmetries(tested, everything, named, seeing, context)
        elif not sizes:
            sizes = named_asymmetries(
                tested, events.x, weighting, lambda x: named(bodies(x, places)), named.labels, drawn
            )
        learns = options.classifier is not None or options.neighbours
        learned = (
            by_order(tested, lambda s: learned_parts(s, events, units, weighting, frame, options, seeds))
            if learns
            else [None] * len(tested)
        )
        found = []
        for element, moment, own, size in zip(tested, moments, learned, sizes, strict=True):
            rng = np.random.default_rng(stream_for(seeds, f"images of {element.name}"))
            kind, parts = weighting.kind, [] if own is None else [own.part]
            if isinstance(moment, float):
                log_p, kind, single = with_moments(moment, *joined_p(parts, rng, most, kind))
            else:
                log_p, single = joined_p([moment, *parts], rng, most, kind)
            more = {
                "gain": None if own is None or seeing is not None else own.gain,
                "weights_independent": weights_independent(
                    element, events.x, weighting, lambda x: named(bodies(x, places)), rng
                ),
            }
            learned_size = None if own is None or seeing is not None else own.asymmetry
            found.append(ElementTest(log_p, kind, single, size, learned_size, more))
        return found

    leaves = surface_test(events, frame) if read is None else read.leaves
    return discrete_rows(elements, events.vectors, test, level, DiscreteElement, leaves, options.delta)

"""From events to all tests, and from these to the result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from symhep.errors import CardError, MethodError
from symhep.events.effective import FEWEST, effective_events
from symhep.hypotheses.subgroups.record import SubgroupRow
from symhep.hypotheses.subgroups.walk import Walked
from symhep.methods.context import Context, stream_for
from symhep.torchkit.streams import replica_seeds
from symhep_moments.fit.algebra import AlgebraTest, algebra_test
from symhep_moments.fit.bounds.limits import Bounds, bounds_of
from symhep_moments.fit.candidates import CandidateTest, candidate_tests
from symhep_moments.fit.discrete.elements import discrete_tests
from symhep_moments.fit.functions.choice import build_functions
from symhep_moments.fit.functions.density import UnderDensity
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.fit.functions.layers import weight
from symhep_moments.fit.functions.member_edges import edged
from symhep_moments.fit.maps import BreakingMap, breaking_maps
from symhep_moments.fit.moments import Moments
from symhep_moments.fit.rank import Chain, chain
from symhep_moments.fit.region import Region, region
from symhep_moments.fit.relative import relative_moments
from symhep_moments.fit.relative_tests import RelativeTests, points_of, relative_tests
from symhep_moments.fit.subgroups.walk import lattice_test
from symhep_moments.fit.sums import moments_of
from symhep_moments.fit.support import Support, support_of
from symhep_moments.fit.whole import threshold_rows, whole_record
from symhep_moments.options import MomentsOptions
from symhep_moments.record import DiscreteElement, ThresholdRow, WholeEvents
from symhep_moments.sample import Events, Sample, frame_of

__all__ = ["Measurement", "functions_for", "measure"]

FloatArray = npt.NDArray[np.float64]

#: Effective events per test function: with fewer their covariance is a guess, and so are directions and p-values.
PER_FUNCTION = 10
#: Moments whose covariance is still a matter of seconds.
LARGEST = 2000
#: What the progress bar counts.
STEPS = ("support", "moments", "ranks", "subgroups", "discrete elements", "bounds")


@dataclass(frozen=True, eq=False)
class Measurement:
    """All tests of a sample; what was not asked for is None, or empty.

    Attributes
    ----------
    events
        With the G candidates of the card.
    moments
        Of the G' candidates, or combinations of them, that preserve the support.
    support
        What the events fill, and which candidates do not preserve it.
    candidates, ranks
        Tests of each tangent candidate, and of every number of symmetries among them.
    region, algebra
        Of the span that was found; None if no symmetry was.
    lattice
        Of subgroups, for four-momenta.
    discrete, elements
        Tests of discrete elements, and their matrices (P d, P d) by name.
    bounds, maps
        How strongly anything could be broken, and where candidates are.
    level
        Family-wise error rate.
    reference, edges
        Relative to what, and with which fiducial cuts, in words.
    whole, thresholds
        What whole events are made of, and cuts on their members.
    relative, refused
        Tests relative to a reference, None without one, and whether no direction was fitted because of edges along one.
    """

    events: Events
    moments: Moments
    support: Support
    candidates: Sequence[CandidateTest]
    ranks: Chain
    region: Region | None
    algebra: AlgebraTest | None
    lattice: Walked[SubgroupRow] | None
    discrete: Sequence[DiscreteElement]
    elements: Mapping[str, FloatArray]
    bounds: Bounds | None
    maps: Sequence[BreakingMap]
    level: float
    reference: str | None = None
    edges: tuple[str, ...] = ()
    whole: WholeEvents | None = None
    thresholds: tuple[ThresholdRow, ...] = ()
    relative: RelativeTests | None = None
    refused: bool = False


def measure(sample: Sample, context: Context) -> Measurement:
    """Everything that the options ask for: a pass over the events for every question, the rest is linear algebra."""
    functions_seed, discrete_seed = replica_seeds(context.seeds, 2)
    options, events = sample.options, sample.events.on(context.device)
    reference = None if sample.reference is None else sample.reference.on(context.device)
    with context.progress.task("moments", len(STEPS)) as done:
        support = support_of(events)
        done(1, STEPS[0])
        functions = functions_for(events, options, np.random.default_rng(functions_seed), harmonics=False)
        tested = functions
        if options.density is None:
            tested = functions_for(events, options, np.random.default_rng(functions_seed))
        moments = _moments(events, reference, tested, options).restricted(support.tangent)
        done(1, STEPS[1])
        # Those that are tested: candidates on the support, and combinations of them.
        on_support = replace(events, generators=moments.generators)
        relative = None
        if reference is not None:
            relative = relative_tests(
                on_support, reference, tested, stream_for(context.seeds, "along orbits")
            )
        candidates = candidate_tests(
            moments, options.level, {} if relative is None else relative.along_orbits
        )
        refused = relative is not None and relative.refused(candidates)
        ranks = Chain((), options.level, 0) if refused else chain(moments, options.level)
        found, algebra = _span(moments, ranks, context)
        done(1, STEPS[2])
        lattice = None
        if options.subgroups is not None and events.momenta and len(moments.generators) and not refused:
            # What moves no event is no candidate: a class that needs it is not excluded by the support.
            asked = moments.generators if support.still.shape[1] else events.generators
            lattice = lattice_test(
                moments, ranks, level=options.level, candidates=asked, scale=events.scale, options=options.subgroups,
                known={} if relative is None else relative.log_p,
            )  # fmt: skip
        done(1, STEPS[3])
        discrete: Sequence[DiscreteElement] = ()
        elements: dict[str, FloatArray] = {}
        if options.discrete is not None and reference is None and options.density is None:
            frame = frame_of(events.names, sample.particles, events.x.shape[1], events.places)
            chosen = options.discrete.chosen(frame)
            discrete = discrete_tests(
                events, chosen, frame, functions, options.discrete, discrete_seed, options.level
            )
            elements = {element.name: element.whole for element in chosen}
        done(1, STEPS[4])
        bounds, maps = None, list[BreakingMap]()
        if options.bounds is not None and reference is None:
            bounds = bounds_of(on_support, functions, options.bounds)
            maps = breaking_maps(on_support, functions, [t.label for t in candidates if t.p.rejected])
        done(1, STEPS[5])
    return Measurement(
        events, moments, support, candidates, ranks, found, algebra, lattice, discrete, elements, bounds, maps,
        options.level, _relative_to(options), tuple(edge.text for edge in options.fiducial),
        whole_record(sample, functions, on_support), threshold_rows(sample), relative, refused,
    )  # fmt: skip


def _span(moments: Moments, ranks: Chain, context: Context) -> tuple[Region | None, AlgebraTest | None]:
    """The span that was found, with its errors, and the algebra that it is."""
    if ranks.best is None:
        return None, None
    seed = int(stream_for(context.seeds, "errors of the span").generate_state(1)[0])
    found = region(ranks.best, seed)
    return found, algebra_test(moments, ranks.best, found, moments.generators)


def functions_for(
    events: Events, options: MomentsOptions, rng: np.random.Generator, *, harmonics: bool = True
) -> TestFunctions:
    """Those of the options, with edges, under a density; ``harmonics`` as well, of which generators alone are tested.

    Raises `MethodError` for too few events.
    """
    asked = options.functions if harmonics else options.functions.model_copy(update={"harmonics": 0})
    functions = build_functions(events, asked, rng)
    functions = edged(
        functions,
        options.fiducial,
        events.scale,
        events.names,
        events.x.shape[1],
        events.particles,
        events.places,
    )
    within = events.weights * weight(functions, events.x)
    effective = effective_events(within.cpu().numpy())
    if effective < FEWEST:
        raise MethodError(
            f"{int((within != 0).sum())} of {len(events)} events lie within the edges, an effective number of "
            f"{effective:.3g} < {FEWEST:g}; edges are cuts that all events have passed: check their places and widths"
        )
    # A threshold of its own beside the common one: the covariance of K functions needs a number of events per function.
    if effective < (needed := PER_FUNCTION * functions.count):
        raise MethodError(
            f"effective number of events (sum w)^2 / sum w^2 = {effective:.3g} < {needed}, too few for "
            f"{functions.count} test functions and {len(events.generators)} candidates; use more events, or fewer "
            "functions (functions: {fourier: 0}) and candidates (generators: rotations)"
        )
    if functions.count * len(events.generators) > LARGEST:
        raise CardError(
            f"{functions.count} test functions of {len(events.generators)} candidates are more than {LARGEST} moments",
            hint="name fewer candidates (generators: so(8)), split the features into vectors, or take fewer of them",
        )
    if options.density is not None:
        density = options.density.load()
        functions = UnderDensity(functions, density, events.generators, events.scale, events.places)
    return functions


def _moments(
    events: Events, reference: Events | None, functions: TestFunctions, options: MomentsOptions
) -> Moments:
    if reference is None:
        return moments_of(
            events.x, events.weights, functions, events.generators, options.covariance_events, events.places
        )
    return relative_moments(
        points_of(events),
        points_of(reference),
        functions,
        events.generators,
        options.covariance_events,
        events.places,
    )


def _relative_to(options: MomentsOptions) -> str | None:
    if options.reference is not None:
        return f"the dataset '{options.reference}'"
    return None if options.density is None else f"the density '{options.density.function}'"

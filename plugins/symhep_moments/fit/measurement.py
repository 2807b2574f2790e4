"""From events to all tests, and from these to the result."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import torch

from symhep.errors import MethodError
from symhep.lie.elements.element import Element
from symhep.methods.context import Context, stream_for
from symhep.methods.passes import State
from symhep.torchkit.streams import replica_seeds
from symhep_moments.fit.algebra import AlgebraTest, algebra_test
from symhep_moments.fit.bounds.limits import Bounding, bounded
from symhep_moments.fit.bounds.relative import relative_bounds
from symhep_moments.fit.bounds.rows import of_groups
from symhep_moments.fit.candidates import GivenTest, candidate_tests, separate_tests
from symhep_moments.fit.conditional.along import EfficiencyAlong, ReferenceAlong
from symhep_moments.fit.discrete.element_reading import element_reading
from symhep_moments.fit.discrete.elements import discrete_tests
from symhep_moments.fit.discrete.relative import relative_discrete_tests
from symhep_moments.fit.discrete.scan import discrete_scan
from symhep_moments.fit.discrete.varied import varied_discrete_tests
from symhep_moments.fit.efficiency import Seeing, efficiency_of
from symhep_moments.fit.entered import systematic_terms
from symhep_moments.fit.fields import LinearFields
from symhep_moments.fit.first_reading import Along, FirstReading, first_reading
from symhep_moments.fit.fitted import nothing_fitted, too_many, why_not_fitted
from symhep_moments.fit.functions.asked import functions_for
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.fit.given.exact_test import GroupTest
from symhep_moments.fit.given.groups import LARGEST as WIDEST_GROUP
from symhep_moments.fit.given.rows import exact_candidates, given_groups, group_rows
from symhep_moments.fit.guard import events_needed
from symhep_moments.fit.maps import BreakingMap, breaking_maps, relative_maps
from symhep_moments.fit.measured import Measurement
from symhep_moments.fit.moments import Moments
from symhep_moments.fit.points import points_of
from symhep_moments.fit.rank import Chain
from symhep_moments.fit.region import Region, region
from symhep_moments.fit.relative import relative_influences
from symhep_moments.fit.relative_tests import BY_EFFICIENCY, RelativeTests, orbit_tests, steep_candidates
from symhep_moments.fit.second_reading import second_reading
from symhep_moments.fit.sectors.rows import Scanned, Sectors, sectors_of
from symhep_moments.fit.subgroups.at_lab import lab_rows
from symhep_moments.fit.subgroups.largest import largest_walk
from symhep_moments.fit.subgroups.walk import lattice_test
from symhep_moments.fit.sums import moments_over
from symhep_moments.fit.support import support_of
from symhep_moments.fit.surface import surface_of
from symhep_moments.fit.systematics import Chains, VariedMoments, chains, largest_tests, moments_under
from symhep_moments.fit.whole import threshold_rows, whole_record
from symhep_moments.options import MomentsOptions
from symhep_moments.record import DiscreteElement
from symhep_moments.sample import Events, Sample, frame_of, named_generators
from symhep_moments.varied import VariedEvents

__all__ = ["measure"]

FloatArray = npt.NDArray[np.float64]

#: What the progress bar counts.
STEPS = ("support", "moments", "given", "ranks", "subgroups", "discrete elements", "bounds")


def measure(sample: Sample, context: Context) -> Measurement:
    """All that the options ask for; where too few events or too many moments allow no fit, what is given is tested."""
    functions_seed, discrete_seed = replica_seeds(context.seeds, 2)
    options, events = sample.options, sample.events.on(context.device)
    reference = None if sample.reference is None else sample.reference.on(context.device)
    variations = [v.on(events) for v in sample.variations]
    of_reference = [] if reference is None else [v.on(reference) for v in sample.reference_variations]
    seeing = None if options.efficiency is None else efficiency_of(options.efficiency, events)
    frame = frame_of(events.names, sample.particles, events.x.shape[1], events.places)
    with context.progress.task("moments", len(STEPS)) as done:
        support = support_of(events)
        functions = functions_for(events, options, np.random.default_rng(functions_seed), harmonics=False)
        tested = functions
        if options.density is None:
            tested = functions_for(events, options, np.random.default_rng(functions_seed))
        fit = seeing is None and not too_many(events, tested)
        chosen: list[Element] = []
        if options.discrete is not None and options.density is None:
            chosen = options.discrete.chosen(frame)
        of_elements = None
        if options.discrete is not None and chosen and reference is None:
            of_elements = element_reading(
                events, chosen, frame, functions, options.discrete, varied=bool(variations), seeing=seeing
            )
        read = first_reading(
            events, support, tested, context, variations, fit=fit and reference is None, elements=of_elements
        )
        support = read.support
        done(1, STEPS[0])
        why = BY_EFFICIENCY if seeing is not None else why_not_fitted(events, tested, read.counted.within)
        if why is None:
            under = _moments(events, reference, tested, options, variations, of_reference, context, read)
            under = under.restricted(support.tangent)
            moments = under.nominal
        else:
            if seeing is None:
                _require_given(why, sample)
            moments = nothing_fitted(events, support)
            under = VariedMoments(moments, moments)
        # Those that are tested: candidates on the support, and combinations of them.
        on_support = replace(events, generators=moments.generators)
        done(1, STEPS[1])
        unnamed = why is not None and too_many(events, tested) and options.generators is None
        more = functions if _further(events, options) else None
        exact = (
            {}
            if unnamed or reference is not None or (sample.variations and why is None)
            else exact_candidates(on_support, frame, options, context.seeds, more, _of_arrays(seeing))
        )
        given = given_groups(
            _group_names(options, events, why), frame, named_generators(events.generators, events.names)
        )
        groups = group_rows(events, given, frame, options, context.seeds, more)
        along: RelativeTests | None = None
        own = dict[str, GroupTest | GivenTest](exact)
        if reference is not None if why is None else seeing is not None and not unnamed:
            along = _relative(on_support, reference, seeing, tested, options, context, exact, of_reference)
            own |= along.tests
            why = along.why_not_fitted
        done(1, STEPS[2])
        if why is None:
            if under.others:
                own = {**largest_tests(under.every), **own}
            candidates = candidate_tests(moments, options.level, own)
        elif along is not None:
            candidates = along.candidates
        else:
            enough = not unnamed and read.counted.within >= events_needed(tested, len(events.generators))
            candidates = separate_tests(on_support, tested if enough else None, options, exact, context)
        none = Chain((), options.level, 0)
        ranked = chains(under.every, options.level) if why is None else Chains((none,), none, moments)
        ranks = ranked.largest
        span, algebra = _span(ranked.where, ranks, context)
        done(1, STEPS[3])
        lattice = None
        if why is None and options.subgroups is not None and events.momenta and len(moments.generators):
            # What acts trivially on the events is no candidate: a class that needs it is not excluded by the support.
            asked = moments.generators if support.still.shape[1] else events.generators
            lattice = largest_walk([
                lattice_test(
                    m, one, level=options.level, candidates=asked, scale=events.scale, options=options.subgroups,
                    given={label: (test.log_p, test.kind) for label, test in own.items()},
                )
                for m, one in zip(under.every, ranked.each, strict=True)
            ])  # fmt: skip
        elif along is not None and options.subgroups is not None and events.momenta:
            lattice = lab_rows(
                {label: (test.log_p, test.kind) for label, test in along.tests.items()},
                events.generators, options.subgroups, options.level,
            )  # fmt: skip
        done(1, STEPS[4])
        discrete: Sequence[DiscreteElement] = ()
        elements: dict[str, FloatArray] = {}
        moved: dict[str, tuple[FloatArray, FloatArray]] = {}
        scan = None
        if options.discrete is not None and options.density is None:
            elements = {element.name: element.whole for element in chosen}
            if reference is None and variations:
                discrete = varied_discrete_tests(
                    events, variations, chosen, frame, functions, options.level, options.discrete.delta, moved,
                    context, read.elements,
                )  # fmt: skip
            elif reference is None:
                discrete = discrete_tests(
                    events, chosen, frame, functions, options.discrete, discrete_seed, options.level, seeing, context,
                    options.covariance_events, read.elements,
                )  # fmt: skip
            else:
                discrete = relative_discrete_tests(
                    events, reference, chosen, frame, functions, discrete_seed, options.level, options.discrete.delta,
                    of_reference, moved, context,
                )  # fmt: skip
            if (subgroup := options.discrete.scanned(frame)) is not None:
                scan = discrete_scan(
                    events, subgroup, frame, functions, options.discrete, stream_for(discrete_seed, "scan"),
                    options.level,
                )  # fmt: skip
        done(1, STEPS[5])
        bounds, maps, sectors = None, list[BreakingMap](), Sectors()
        broken = [t.label for t in candidates if t.p.rejected]
        if options.bounds is not None and along is not None:
            bounds = relative_bounds(on_support, options.bounds, along)
            maps = relative_maps(on_support.few, functions, broken, along.along.few)
        elif options.bounds is not None and reference is None and seeing is None and not unnamed:
            bounding = Bounding.of(on_support, functions, options.bounds)
            scanned = None if options.density is not None else Scanned.of(on_support, functions, broken)
            sums, counts = second_reading(bounding, scanned, context, variations)
            bounds = bounded(bounding, sums, variations, context)
            groups = of_groups(groups, given, bounds)
            maps = breaking_maps(on_support, functions, broken)
            if scanned is not None:
                sectors = sectors_of(scanned, counts, options.level, context.seeds)
        done(1, STEPS[6])
    return Measurement(
        events, moments, support, candidates, ranks, span, algebra, lattice, discrete, elements, bounds, maps,
        options.level, sample.relative_to, tuple(edge.text for edge in options.fiducial),
        whole_record(sample, functions, on_support, read.members), threshold_rows(sample), scan, groups, why, along,
        surface_of(events, read.beyond), sectors, systematic_terms(sample, under, candidates, why, options),
        moved, read.counted if events.subsampled else None,
    )  # fmt: skip


def _relative(
    events: Events,
    reference: Events | None,
    seeing: Seeing | None,
    functions: TestFunctions,
    options: MomentsOptions,
    context: Context,
    exact: Mapping[str, GroupTest],
    variations: Sequence[VariedEvents],
) -> RelativeTests:
    """Relative to the reference, or to the efficiency that is given."""
    seed = stream_for(context.seeds, "along orbits")
    orders = 0 if options.bounds is None else options.bounds.orders
    if reference is None:
        assert seeing is not None
        return orbit_tests(
            events, functions, options.level, EfficiencyAlong(events, seeing, context), orders, exact=exact
        )
    steep = steep_candidates(events, reference, functions, stream_for(seed, "steep"))
    return orbit_tests(
        events,
        functions,
        options.level,
        ReferenceAlong(events, reference, seed, variations, context),
        orders,
        steep,
    )


def _of_arrays(seeing: Seeing | None) -> Callable[[FloatArray], FloatArray] | None:
    return None if seeing is None else lambda x: seeing(torch.from_numpy(x)).cpu().numpy()


def _span(moments: Moments, ranks: Chain, context: Context) -> tuple[Region | None, AlgebraTest | None]:
    """The span that was found, with its errors, and the algebra that it is."""
    if ranks.best is None:
        return None, None
    seed = int(stream_for(context.seeds, "errors of the span").generate_state(1)[0])
    found = region(ranks.best, seed)
    return found, algebra_test(moments, ranks.best, found, moments.generators)


def _require_given(why: str, sample: Sample) -> None:
    """Relative to another density nothing has an exact test. Raises `MethodError`."""
    if sample.relative_to is not None:
        raise MethodError(
            f"{why}; tests relative to another density need a fit: use more events, fewer test functions "
            "(functions: {fourier: 0}) or fewer candidates (generators: rotations)"
        )


def _group_names(options: MomentsOptions, events: Events, not_fitted: str | None) -> tuple[str, ...]:
    """The groups of the card; where it says nothing of them, of features of which nothing is fitted SO(d)."""
    d = len(events.names)
    if options.groups is None:
        unsaid = not_fitted is not None and options.generators is None and not events.momenta
        return (f"SO({d})",) if unsaid and 1 < d <= WIDEST_GROUP else ()
    return options.groups


def _further(events: Events, options: MomentsOptions) -> bool:
    """Do the exact tests look at the test functions, too? At the user's, and at those of members of sets."""
    extended = events.places is not None and events.places.extended
    return (
        (extended or options.functions.user is not None) and options.density is None and not options.fiducial
    )


def _moments(
    events: Events,
    reference: Events | None,
    functions: TestFunctions,
    options: MomentsOptions,
    variations: Sequence[VariedEvents],
    of_reference: Sequence[VariedEvents],
    context: Context,
    read: FirstReading,
) -> VariedMoments:
    """Of the events, or relative to the reference, under the variations of these."""
    if reference is None:

        def covered(some: Events, means: State | None = None) -> Moments:
            return moments_over(some, functions, options.covariance_events, context, means)

        along = Along(functions, LinearFields(events.generators, str(events.x.device), events.places))
        return moments_under(
            covered(events, read.means), variations, events, along, covered, context, read.varied
        )
    found = relative_influences(
        points_of(events),
        points_of(reference),
        functions,
        events.generators,
        options.covariance_events,
        events.places,
        context,
    )
    return moments_under(found.moments, of_reference, reference, found.influence)

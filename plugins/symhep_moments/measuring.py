"""From events to the records of all tests."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from symhep.errors import CardError, MethodError
from symhep.events.dataset import Dataset
from symhep.methods.context import Context
from symhep.plugin.functions import load_function
from symhep.torchkit.streams import replica_seeds
from symhep_moments.accumulate import moments_of
from symhep_moments.algebra import algebra_test
from symhep_moments.breaking import breakings
from symhep_moments.density import UnderDensity
from symhep_moments.discrete.family import discrete_tests
from symhep_moments.events import FEWEST, Events, prepare
from symhep_moments.functions.building import build_functions
from symhep_moments.functions.edges import edged
from symhep_moments.functions.interface import TestFunctions
from symhep_moments.functions.layers import weight
from symhep_moments.given import candidate_tests
from symhep_moments.lattice import lattice_test
from symhep_moments.maps import breaking_maps
from symhep_moments.moments import Moments
from symhep_moments.options import MomentsOptions
from symhep_moments.rank import chain
from symhep_moments.reference import split_reference
from symhep_moments.region import region
from symhep_moments.relative import Sample, relative_moments
from symhep_moments.results import Outcome
from symhep_moments.support import support_of

__all__ = ["measure", "prepared"]

#: Effective events per test function: with fewer their covariance is a guess, and so are directions and p-values.
PER_FUNCTION = 10
#: Moments whose covariance is still a matter of seconds.
LARGEST = 2000
#: What the progress bar counts.
STEPS = ("support", "moments", "ranks", "subgroups", "discrete elements", "strengths")


def prepared(data: Dataset, options: MomentsOptions, device: str = "cpu") -> tuple[Events, Events | None]:
    """The events, and those of the reference in the same units. Raises as `prepare` and `split_reference` do."""
    own, theirs = split_reference(data, options.reference)
    events = _events(own, options, device)
    if theirs is None:
        return events, None
    reference = _events(theirs, options, device)
    return events, replace(reference, x=reference.x * (reference.scale / events.scale), scale=events.scale)


def _events(data: Dataset, options: MomentsOptions, device: str) -> Events:
    return prepare(
        data,
        options.generators,
        acts_on=options.acts_on,
        vectors=options.vectors,
        max_events=options.max_events,
        device=device,
    )


def measure(data: Dataset, options: MomentsOptions, context: Context) -> Outcome:
    """Everything that the options ask for: a pass over the events for every question, the rest is linear algebra."""
    functions_seed, discrete_seed = replica_seeds(context.seeds, 2)
    with context.progress.task("moments", len(STEPS)) as done:
        events, reference = prepared(data, options, context.device)
        support = support_of(events)
        done(1, STEPS[0])
        functions = functions_for(events, options, np.random.default_rng(functions_seed))
        moments = _moments(events, reference, functions, options).restricted(support.tangent)
        done(1, STEPS[1])
        ranks = chain(moments, options.level)
        found = None if ranks.best is None else region(ranks.best)
        algebra = None
        if ranks.best is not None and found is not None:
            algebra = algebra_test(moments, ranks.best, found, moments.generators)
        candidates = candidate_tests(moments)
        done(1, STEPS[2])
        lattice = None
        if options.subgroups and events.momenta and len(moments.generators):
            # What moves no event is no candidate: a class that needs it is not excluded by the support.
            asked = moments.generators if support.still.shape[1] else events.generators
            lattice = lattice_test(moments, ranks, level=options.level, candidates=asked, scale=events.scale)
        done(1, STEPS[3])
        alone = reference is None and options.density is None
        discrete = (
            discrete_tests(events, data.particles, functions, options.discrete, discrete_seed, options.level)
            if options.discrete is not None and alone
            else []
        )
        done(1, STEPS[4])
        broken, maps = [], []
        if options.strength and reference is None:
            # Those that were tested: candidates on the support, and combinations of them.
            on_support = replace(events, generators=moments.generators)
            broken = breakings(on_support, functions)
            rejected = [t.label for t in candidates if t.log_p_adjusted <= np.log(options.level)]
            maps = breaking_maps(on_support, functions, rejected)
        done(1, STEPS[5])
    return Outcome(
        events, moments, support, candidates, ranks, found, algebra, lattice, discrete, broken, maps,
        options.level, _relative_to(options), tuple(edge.text for edge in options.edges),
    )  # fmt: skip


def functions_for(events: Events, options: MomentsOptions, rng: np.random.Generator) -> TestFunctions:
    """Those of the options, with edges, under a density. Raises `MethodError` for too few events."""
    functions = build_functions(events, options.functions, rng)
    functions = edged(functions, options.edges, events.scale, events.names, events.x.shape[1])
    within = events.weights * weight(functions, events.x)
    amount = float(within.sum() ** 2 / (within**2).sum()) if within.any() else 0.0
    if amount < FEWEST:
        raise MethodError(
            f"{int((within != 0).sum())} of {len(events)} events lie within the edges, and these amount to less than "
            f"{FEWEST:g}; edges are cuts that all events have passed: check their places and widths"
        )
    if amount < PER_FUNCTION * functions.count:
        needed = PER_FUNCTION * functions.count
        raise MethodError(
            f"{len(events)} events, worth {amount:.3g} of equal weight, are too few for {functions.count} test "
            f"functions and {len(events.generators)} candidates: {needed} are needed; use more events, or fewer "
            "functions (functions: {fourier: 0}) and candidates (generators: rotations)"
        )
    if functions.count * len(events.generators) > LARGEST:
        raise CardError(
            f"{functions.count} test functions of {len(events.generators)} candidates are more than {LARGEST} moments",
            hint="name fewer candidates (generators: so(8)), split the features into vectors, or take fewer of them",
        )
    if options.density is not None:
        log_density = load_function(options.density.function)
        functions = UnderDensity(functions, log_density, events.generators, events.scale)
    return functions


def _moments(
    events: Events, reference: Events | None, functions: TestFunctions, options: MomentsOptions
) -> Moments:
    if reference is None:
        return moments_of(events.x, events.weights, functions, events.generators, options.covariance_events)
    return relative_moments(
        Sample(events.x, events.weights),
        Sample(reference.x, reference.weights),
        functions,
        events.generators,
        options.covariance_events,
    )


def _relative_to(options: MomentsOptions) -> str | None:
    if options.reference is not None:
        return f"the dataset '{options.reference}'"
    return None if options.density is None else f"the density '{options.density.function}'"

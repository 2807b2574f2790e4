"""The test functions that the options ask for."""

from __future__ import annotations

import numpy as np

from symhep.errors import MethodError
from symhep.events.effective import FEWEST
from symhep_moments.fit.fitted import (
    effective_within,
)
from symhep_moments.fit.functions.choice import build_functions
from symhep_moments.fit.functions.density import UnderDensity
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.fit.functions.layers import weight
from symhep_moments.fit.functions.member_edges import edged
from symhep_moments.options import MomentsOptions
from symhep_moments.sample import Events

__all__ = ["functions_for"]


def functions_for(
    events: Events, options: MomentsOptions, rng: np.random.Generator, *, harmonics: bool = True
) -> TestFunctions:
    """Those of the options, with edges, under a density; ``harmonics`` as well, of which generators alone are tested.

    Raises `MethodError` for too few events within the edges, of which a subsample tells nothing.
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
    effective = FEWEST if events.subsampled else effective_within(events, functions)
    if effective < FEWEST:
        inside = int((events.weights * weight(functions, events.x) != 0).sum())
        raise MethodError(
            f"effective number of events within the edges = {effective:.3g} < {FEWEST:g} ({inside} of {len(events)} "
            "events); edges must be cuts that all events have passed: check their positions and widths"
        )
    if options.density is not None:
        density = options.density.load()
        functions = UnderDensity(functions, density, events.generators, events.scale, events.places)
    return functions

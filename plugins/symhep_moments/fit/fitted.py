"""Can symmetries be fitted to these events? If not, what is given is still tested."""

from __future__ import annotations

import numpy as np

from symhep.events.copies import independent
from symhep.events.effective import effective_events
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.fit.functions.layers import weight
from symhep_moments.fit.guard import events_needed
from symhep_moments.fit.moments import Moments, combined
from symhep_moments.fit.support import Support
from symhep_moments.sample import Events

__all__ = ["LARGEST", "effective_within", "nothing_fitted", "too_many", "why_not_fitted"]

#: Moments whose covariance is still a matter of seconds.
LARGEST = 2000


def why_not_fitted(events: Events, functions: TestFunctions, effective: float) -> str | None:
    """Why no symmetries are fitted among the candidates, in words; None: they are. ``effective``: number of events
    within the edges."""
    needed = events_needed(functions, len(events.generators))
    if effective < needed:
        return (
            f"effective number of events (sum w)^2 / sum w^2 = {effective:,.3g}, but a fit with {functions.count} test "
            f"functions needs {needed:,}"
        )
    if too_many(events, functions):
        return (
            f"{functions.count} test functions and {len(events.generators)} candidates give "
            f"{functions.count * len(events.generators):,} moments, more than the maximum of {LARGEST:,}"
        )
    return None


def too_many(events: Events, functions: TestFunctions) -> bool:
    """Are there too many moments for one covariance?"""
    return functions.count * len(events.generators) > LARGEST


def effective_within(events: Events, functions: TestFunctions) -> float:
    """Effective number of events within the edges of the functions, of those in memory."""
    within = events.weights * weight(functions, events.x)
    return effective_events(independent(within.cpu().numpy(), events.source))


def nothing_fitted(events: Events, support: Support) -> Moments:
    """The candidates on the support, without a moment."""
    generators = combined(events.generators.homogeneous(), support.tangent)
    g = len(generators)
    return Moments(np.zeros((0, g)), np.zeros((0, g, 0, g)), 1.0, generators, (), {})

"""All that is asked relative to a reference: which candidates are tested along their orbits, and what is not told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import log

import numpy as np

from symhep.methods.enumeration import several
from symhep_moments.fit.bounds.seen import comparable_orbits
from symhep_moments.fit.candidates import CandidateTest, GivenTest, adjusted_tests, given_test
from symhep_moments.fit.conditional.moments import conditional_moments
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.fit.relative import Points
from symhep_moments.fit.steepness import steepness
from symhep_moments.sample import Events

__all__ = ["STEEP", "RelativeTests", "points_of", "relative_tests"]

#: Significance level of the test that the test functions cannot describe the change of the density along a flow.
STEEP = 0.001


@dataclass(frozen=True, eq=False)
class RelativeTests:
    """Tests relative to a reference.

    Attributes
    ----------
    tests
        Label -> test of a candidate with closed orbits (`conditional_moments`).
    candidates
        The same, adjusted for their number.
    steep
        Labels along which the density of both samples changes more steeply than the test functions follow.
    """

    tests: Mapping[str, GivenTest]
    candidates: tuple[CandidateTest, ...]
    steep: tuple[str, ...]

    @property
    def why_not_fitted(self) -> str | None:
        """Directions are fitted by derivatives, which edges bias towards a rejection: not where there are edges along
        a candidate that, tested along its orbits, is none to be rejected. None: they are."""
        edges = [t.label for t in self.candidates if t.label in self.steep and not t.p.rejected]
        if not edges:
            return None
        return (
            f"along {several(edges)} the density of the events and the reference changes more steeply than the test "
            "functions follow, as at hard edges of an acceptance, so that what takes derivatives cannot be told "
            "(declare cuts as edges, if they are any)"
        )


def points_of(events: Events) -> Points:
    """Events, weights and units of a sample."""
    return Points(events.x, events.weights, events.source)


def relative_tests(
    events: Events, reference: Events, functions: TestFunctions, level: float, seed: np.random.SeedSequence
) -> RelativeTests:
    """Of the candidates of ``events``. Raises as `conditional_moments` does."""
    generators, rng = events.generators, np.random.default_rng(seed)
    data, theirs = points_of(events), points_of(reference)
    found = {}
    for label, orbit in zip(generators.labels, comparable_orbits(events, functions), strict=True):
        if orbit is not None:
            one = generators.subset([label])
            moments = conditional_moments(
                data, theirs, functions, one, orbit, rng, events.places, _keeps_masses(events, label)
            )
            found[label] = given_test(moments, [1.0])
    steep = steepness(data, theirs, functions, generators, rng, events.places)
    over = tuple(label for label, log_p in steep.items() if log_p <= log(STEEP))
    return RelativeTests(found, adjusted_tests(found, level), over)


def _keeps_masses(events: Events, label: str) -> bool:
    """Is it a generator of the Lorentz group of four-momenta?"""
    matrix = np.asarray(events.generators[label])
    linear, metric = matrix[:4, :4], np.diag([1.0, -1.0, -1.0, -1.0])
    return (
        events.momenta and np.allclose(linear.T @ metric + metric @ linear, 0.0) and not matrix[:-1, -1].any()
    )

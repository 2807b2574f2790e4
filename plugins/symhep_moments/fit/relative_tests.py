"""All that is asked relative to a reference: which candidates are tested along their orbits, and what is not told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log

import numpy as np

from symhep_moments.fit.bounds.seen import comparable_orbits
from symhep_moments.fit.candidates import CandidateTest, GivenTest, given_test
from symhep_moments.fit.conditional.moments import conditional_moments
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.fit.relative import Points
from symhep_moments.fit.steepness import steepness
from symhep_moments.sample import Events

__all__ = ["STEEP", "RelativeTests", "points_of", "relative_tests"]

#: Level at which the change of the density along a flow is told from every sum of test functions.
STEEP = 0.001


@dataclass(frozen=True, eq=False)
class RelativeTests:
    """Tests relative to a reference.

    Attributes
    ----------
    along_orbits
        Label -> test of a candidate with closed orbits (`conditional_moments`).
    steep
        Labels along which the density of both samples changes more steeply than the test functions follow.
    """

    along_orbits: Mapping[str, GivenTest]
    steep: tuple[str, ...]

    @property
    def log_p(self) -> dict[str, float]:
        """Of the tests along orbits."""
        return {label: test.log_p for label, test in self.along_orbits.items()}

    def refused(self, candidates: Sequence[CandidateTest]) -> bool:
        """Must directions not be fitted? They are by derivatives, which edges bias towards a rejection: so not where
        there are edges along a candidate that, tested along its orbits, is none to be rejected."""
        kept = {t.label for t in candidates if t.label in self.along_orbits and not t.p.rejected}
        return bool(kept & set(self.steep))


def points_of(events: Events) -> Points:
    """Events, weights and units of a sample."""
    return Points(events.x, events.weights, events.source)


def relative_tests(
    events: Events, reference: Events, functions: TestFunctions, seed: np.random.SeedSequence
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
    return RelativeTests(found, tuple(label for label, log_p in steep.items() if log_p <= log(STEEP)))


def _keeps_masses(events: Events, label: str) -> bool:
    """Is it a generator of the Lorentz group of four-momenta?"""
    matrix = np.asarray(events.generators[label])
    linear, metric = matrix[:4, :4], np.diag([1.0, -1.0, -1.0, -1.0])
    return (
        events.momenta and np.allclose(linear.T @ metric + metric @ linear, 0.0) and not matrix[:-1, -1].any()
    )

"""All that is asked relative to a reference or an efficiency: what is tested along orbits, and what is not told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import log

import numpy as np

from symhep.lie.generators import Generators
from symhep.methods.enumeration import several
from symhep_moments.fit.bounds.seen import Seen
from symhep_moments.fit.bounds.turns import Turns, turns_of
from symhep_moments.fit.candidates import CandidateTest, GivenTest, adjusted_tests, given_test
from symhep_moments.fit.conditional.along import Along, Asked, nothing, side_by_side
from symhep_moments.fit.conditional.moments import as_moments
from symhep_moments.fit.conditional.partialling import Partialled
from symhep_moments.fit.conditional.strengths import OrbitHarmonics, Strength, strengths
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.fit.given.exact_test import GroupTest
from symhep_moments.fit.points import points_of
from symhep_moments.fit.steepness import steepness
from symhep_moments.sample import Events

__all__ = ["BY_EFFICIENCY", "STEEP", "RelativeTests", "orbit_tests", "steep_candidates"]

#: Significance level of the test that the test functions cannot describe the change of the density along a flow.
STEEP = 0.001
#: Why nothing is fitted where an efficiency is known.
BY_EFFICIENCY = (
    "relative to an efficiency, which may have hard edges, candidates are tested along closed orbits only; "
    "tests with derivatives are not made"
)


@dataclass(frozen=True, eq=False)
class RelativeTests:
    """Tests relative to a reference, or to an efficiency.

    Attributes
    ----------
    tests
        Label -> test of a candidate with closed orbits.
    candidates
        The same, adjusted for their number.
    steep
        Labels along which the density of both samples changes more steeply than the test functions follow; None: with
        an efficiency, where nobody looks.
    turns
        The rotations that were looked at, candidates or not.
    strengths
        Of each of them the harmonics of the ratio of the densities.
    along
        Moments of any functions along orbits.
    """

    tests: Mapping[str, GivenTest | GroupTest]
    candidates: tuple[CandidateTest, ...]
    steep: tuple[str, ...] | None
    turns: Turns
    strengths: Mapping[str, Sequence[Strength]]
    along: Along

    @property
    def why_not_fitted(self) -> str | None:
        """Directions are fitted by derivatives, which edges bias towards a rejection: not where there are edges along
        a candidate that, tested along its orbits, is none to be rejected. None: they are."""
        if self.steep is None:
            return BY_EFFICIENCY
        edges = [t.label for t in self.candidates if t.label in self.steep and not t.p.rejected]
        if not edges:
            return None
        return (
            f"along {several(edges)} the density of the events and the reference varies too steeply for "
            "the test functions, as at hard edges of the acceptance, and tests with derivatives "
            "are not reliable (declare such cuts as edges)"
        )


def orbit_tests(
    events: Events,
    functions: TestFunctions,
    level: float,
    along: Along,
    orders: int = 0,
    steep: tuple[str, ...] | None = None,
    exact: Mapping[str, GroupTest] | None = None,
) -> RelativeTests:
    """Tests of the candidates of ``events`` with closed orbits, and harmonics up to ``orders`` about rotations.

    ``exact``: tests of candidates that need no moments. Raises as ``along`` does.
    """
    generators, turns = events.generators, turns_of(events, functions, relative=True)
    seen, sizes = Seen(events, functions), dict[str, list[Strength]]()
    tests = dict[str, GivenTest | GroupTest](exact or {})
    asked = dict[str, tuple[bool, OrbitHarmonics]]()
    for label, orbit in turns.orbits.items():
        waves = OrbitHarmonics(seen, label, orbit, orders)
        own_test = label in generators.labels and label not in tests
        if own_test or waves.count:
            asked[label] = own_test, waves
    every = along.each([
        Asked(turns.orbits[label], side_by_side(functions.values if own else nothing, waves), waves.count)
        for label, (own, waves) in asked.items()
    ])  # fmt: skip
    for (label, (tested, waves)), found in zip(asked.items(), every, strict=True):
        if tested:
            tests[label] = _largest(found, functions, generators.subset([label]))
        sizes[label] = strengths(found, waves.names)
    own = {label: tests[label] for label in generators.labels if label in tests}
    return RelativeTests(own, adjusted_tests(own, level), steep, turns, sizes, along)


def _largest(found: Partialled, functions: TestFunctions, generator: Generators) -> GivenTest:
    """The test with systematic variations; of alternatives without a parameter that of the largest p-value."""
    tests = [given_test(as_moments(one, functions, generator), [1.0]) for one in found.every]
    largest = max(tests, key=lambda test: test.log_p)
    return largest if len(tests) == 1 else replace(largest, kind="bound")


def steep_candidates(
    events: Events, reference: Events, functions: TestFunctions, seed: np.random.SeedSequence
) -> tuple[str, ...]:
    """Labels along which the density of both samples changes more steeply than ``functions`` follow."""
    found = steepness(
        points_of(events), points_of(reference), functions, events.generators, np.random.default_rng(seed),
        events.places,
    )  # fmt: skip
    return tuple(label for label, log_p in found.items() if log_p <= log(STEEP))

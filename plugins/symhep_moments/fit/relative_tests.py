"""All that is asked relative to a reference: which candidates are tested along their orbits, and what is not told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log

import numpy as np
import torch
from torch import Tensor

from symhep.methods.enumeration import several
from symhep_moments.fit.bounds.seen import Seen
from symhep_moments.fit.bounds.turns import Turns, turns_of
from symhep_moments.fit.candidates import CandidateTest, GivenTest, adjusted_tests, given_test
from symhep_moments.fit.closed_orbits import ClosedOrbit
from symhep_moments.fit.conditional.moments import as_moments, orbit_features
from symhep_moments.fit.conditional.partialling import partialled
from symhep_moments.fit.conditional.strengths import OrbitHarmonics, Strength, strengths
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.fit.relative import Points
from symhep_moments.fit.steepness import steepness
from symhep_moments.sample import Events

__all__ = ["STEEP", "RelativeTests", "keeps_masses", "points_of", "relative_tests"]

#: Significance level of the test that the test functions cannot describe the change of the density along a flow.
STEEP = 0.001
#: Entries of matrices below this are rounding.
ROUNDING = 1e-8
#: Of four-momenta (E, px, py, pz).
METRIC = np.diag([1.0, -1.0, -1.0, -1.0])


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
    turns
        The rotations that were looked at, candidates or not.
    strengths
        Of each of them the harmonics of the ratio of the densities.
    """

    tests: Mapping[str, GivenTest]
    candidates: tuple[CandidateTest, ...]
    steep: tuple[str, ...]
    turns: Turns
    strengths: Mapping[str, Sequence[Strength]]

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
    events: Events,
    reference: Events,
    functions: TestFunctions,
    level: float,
    seed: np.random.SeedSequence,
    orders: int = 0,
) -> RelativeTests:
    """Of the candidates of ``events``, and harmonics up to ``orders`` about rotations. Raises as `partialled` does.

    With the same ``seed`` and a ``reference`` whose rows were varied (another weight, another energy scale) the moments
    differ by the shifts that belong to that variation: systematic uncertainties enter here.
    """
    generators, rng = events.generators, np.random.default_rng(seed)
    data, theirs, places = points_of(events), points_of(reference), events.places
    turns = turns_of(events, functions, relative=True)
    seen, tests, sizes = Seen(events, functions), dict[str, GivenTest](), dict[str, list[Strength]]()
    for label, orbit in turns.orbits.items():
        candidate = label in generators.labels
        if not candidate and not orders:
            continue
        features = orbit_features(data, theirs, orbit, rng, places, keeps_masses(events, orbit))
        waves = OrbitHarmonics(seen, label, orbit, orders)
        values = functions.values if candidate else _nothing
        found = partialled(
            data, theirs, features, lambda x, f=values, g=waves: torch.cat([f(x), g(x)], dim=1), waves.count
        )  # fmt: skip
        if candidate:
            tests[label] = given_test(as_moments(found, functions, generators.subset([label])), [1.0])
        sizes[label] = strengths(found, waves.names)
    steep = steepness(data, theirs, functions, generators, rng, places)
    over = tuple(label for label, log_p in steep.items() if log_p <= log(STEEP))
    own = {label: tests[label] for label in generators.labels if label in tests}
    return RelativeTests(own, adjusted_tests(own, level), over, turns, sizes)


def _nothing(x: Tensor) -> Tensor:
    return x.new_zeros(len(x), 0)


def keeps_masses(events: Events, orbit: ClosedOrbit) -> bool:
    """Is it a rotation of the Lorentz group of four-momenta?"""
    linear = np.asarray(orbit.matrix)[:-1, :-1]
    still = not np.asarray(orbit.matrix)[:-1, -1].any()
    return events.momenta and still and bool(np.abs(METRIC @ linear + linear.T @ METRIC).max() < ROUNDING)

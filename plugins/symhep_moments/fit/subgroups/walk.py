"""Which classes of subgroups of the Lorentz or Poincare group the events respect, whatever their direction."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from symhep.errors import MethodError
from symhep.hypotheses.subgroups.options import CATALOGUES, SubgroupOptions
from symhep.hypotheses.subgroups.record import SubgroupRow
from symhep.hypotheses.subgroups.walk import Decided, SubgroupWalk, Tested, Walked
from symhep.lie.generators import Generators
from symhep.lie.structure import structure_constants
from symhep.lie.subgroups.catalogue import Catalogue, SubgroupClass
from symhep.lie.subgroups.classify import stratum
from symhep.lie.subgroups.conjugates import Conjugate, conjugates, limiting
from symhep.methods.p_values import PKind
from symhep_moments.fit.moments import Moments
from symhep_moments.fit.rank import Chain, chain
from symhep_moments.fit.subgroups.conjugate_fit import EXACT, Fitted, Orbits
from symhep_moments.fit.subgroups.coordinates import catalogue_of, coordinates, within

__all__ = ["lattice_test"]

FloatArray = npt.NDArray[np.float64]

#: Conjugates of a class that are tried before it is rejected, the one nearest to the found symmetries first.
TRIES = 3
#: Sine of a conjugate to the found symmetries from which on only the nearest is tried: none is near.
FAR = 0.3


def lattice_test(
    moments: Moments,
    ranks: Chain,
    *,
    level: float = 0.05,
    candidates: Generators | None = None,
    scale: float = 1.0,
    options: SubgroupOptions | None = None,
    given: Mapping[str, tuple[float, PKind]] | None = None,
) -> Walked[SubgroupRow]:
    """Test the classes of the Lorentz catalogue, or of the Poincare one where translations are candidates.

    See `symhep.hypotheses.subgroups.walk.SubgroupWalk` for the family of hypotheses. A class of dimension d implies d
    independent symmetries, so where the rank test rejects d, its p-value is that of the class. Of smaller classes the
    best conjugate is sought and tested (`Orbits`).

    Parameters
    ----------
    moments
        Of the candidates, or of those tangent to the support (`Moments.restricted`).
    ranks
        Their rank tests.
    candidates
        All candidates, if the support has excluded some of them: a class among these and not among the moments'
        generators is excluded by the support.
    scale
        Events were divided by it.
    options
        Which catalogue and classes.
    given
        Label -> log p and kind of candidates that have a test of their own: it is that of a class of this one
        generator, at its place in the catalogue.

    Raises CardError for generators that do not act on four-vectors and for unknown classes, MethodError if no candidate
    is in the group.
    """
    among = moments.generators if candidates is None else candidates
    return _Walk(moments, ranks, level, among, scale, options or SubgroupOptions(), given or {}).walked()


class _Walk(SubgroupWalk[SubgroupRow]):
    """By moments."""

    def __init__(
        self,
        moments: Moments,
        ranks: Chain,
        level: float,
        candidates: Generators,
        scale: float,
        options: SubgroupOptions,
        given: Mapping[str, tuple[float, PKind]],
    ) -> None:
        auto = options.catalogue == "auto"
        catalogue = catalogue_of(candidates) if auto else CATALOGUES[options.catalogue]()
        self.constants = structure_constants(catalogue.group.matrices).constants
        among = within(catalogue.classes, coordinates(candidates, catalogue)[1], self.constants)
        fixed = sum(not c.continuous for c in catalogue.classes)
        super().__init__(
            SubgroupRow, catalogue, options.asked(catalogue) & set(among), level=level,
            hypotheses=len(catalogue) + fixed, scale=scale,
        )  # fmt: skip
        inside, self.span = coordinates(moments.generators, catalogue)
        self.own = _directions(moments.generators, catalogue, given)
        if self.span.shape[1] == 0:
            raise MethodError(
                f"no candidate is a generator of the {catalogue.group.name}, so that no subgroup can be "
                "tested"
            )
        if inside.shape[1] < len(inside):
            moments = moments.restricted(inside)
            ranks = chain(moments, level)
        self.ranks = ranks
        self.open = max((test.r for test in ranks.tests if test.log_p > self.threshold), default=0)
        empty = np.zeros((len(moments.generators), 0))
        found = next((test.theta for test in ranks.tests if test.r == self.open), empty)
        self.found = np.linalg.qr(self.span @ found)[0].T
        self.orbits = Orbits(moments, self.span, found, self.constants)
        self.inside = within(catalogue.classes, self.span, self.constants)
        small = [c for c in catalogue.classes if c.name in self.inside and c.dimension <= self.open]
        self.near = conjugates(small, self.found, self.constants)
        self.ends: dict[str, Conjugate] = {}

    def beforehand(self, c: SubgroupClass) -> Decided | None:
        """Off the support, or of more dimensions than the rank test allows."""
        if c.name not in self.inside:
            return Decided("support")
        return Decided("rank", self.ranks.log_p(c.dimension)) if c.dimension > self.open else None

    def test(self, classes: Sequence[SubgroupClass]) -> Iterator[tuple[SubgroupClass, Tested]]:
        """The best conjugate of each, the more special classes first: others may have them as limits."""
        for c in sorted(classes, key=lambda c: stratum(c, self.constants)):
            best = self._best(c)
            if best.log_p > self.threshold:
                self.ends[c.name] = best.conjugate
            (lab, kind), off = self._at_lab(c, best.log_p)
            found = best.conjugate
            yield (
                c,
                Tested(
                    best.log_p,
                    found.generators,
                    found.adjoint,
                    found.values,
                    best.free,
                    lab=lab,
                    off_lab=off,
                    lab_kind=kind,
                ),
            )

    def _best(self, c: SubgroupClass) -> Fitted:
        best: Fitted | None = None
        for start in (*self._at_limits(c), *self.near.get(c.name, [])[:TRIES], *self.inside[c.name][:TRIES]):
            if best is not None and (best.log_p > self.threshold or start.sine > FAR):
                continue
            fitted = self.orbits.fitted(start)
            if fitted is not None and (best is None or fitted.log_p > best.log_p):
                best = fitted
        if best is None:
            raise MethodError(
                f"no conjugate of {c.name} among the candidates was found; please report this sample"
            )
        return self._tested_otherwise(c, best)

    def _at_limits(self, c: SubgroupClass) -> list[Conjugate]:
        """Members of a class close to the fitted ones of more special classes, which it may have as limits."""
        starts = [
            start
            for end in self.ends.values()
            if end.of.dimension == c.dimension
            for start in limiting(c, end, self.found, self.constants)
        ]
        return sorted(starts, key=lambda start: start.sine)[:TRIES]

    def _at_lab(self, c: SubgroupClass, log_p: float) -> tuple[tuple[float | None, PKind], bool]:
        """Of the class as the catalogue has it, any of its signs; where no conjugate will do this one will not."""
        if c.continuous or log_p < self.threshold:
            return (None, "asymptotic"), False
        homes = [
            Conjugate(c, signs, rows, np.eye(len(self.constants)), np.zeros(0)) for signs, rows in c.signed()
        ]
        inside = [home for home in homes if self.orbits.sine(home) < EXACT]
        tests = [self._given(home) for home in inside]
        return max(tests, default=(None, "asymptotic"), key=lambda test: test[0] or -math.inf), not inside

    def _tested_otherwise(self, c: SubgroupClass, best: Fitted) -> Fitted:
        """Where no conjugate is left by moments, the one at the catalogue's place, if its own test keeps it."""
        if c.continuous or c.dimension > 1 or best.log_p > self.threshold or not self.own:
            return best
        for signs, rows in c.signed():
            home = Conjugate(c, signs, rows, np.eye(len(self.constants)), np.zeros(0))
            if self.orbits.sine(home) < EXACT and (log_p := self._given(home)[0]) > self.threshold:
                return Fitted(home, log_p, 0)
        return best

    def _given(self, home: Conjugate) -> tuple[float, PKind]:
        """Of a member of a class as it stands: log p and its kind."""
        if len(home.basis) == 1:
            unit = home.basis[0] / np.linalg.norm(home.basis[0])
            for direction, test in self.own:
                if abs(unit @ direction) > 1 - EXACT**2:
                    return test
        return self.orbits.given(home), "asymptotic"


def _directions(
    generators: Generators, catalogue: Catalogue, given: Mapping[str, tuple[float, PKind]]
) -> list[tuple[FloatArray, tuple[float, PKind]]]:
    """Unit vectors of the generators with tests of their own, in the basis of the group, and these."""
    found = []
    for label, test in given.items():
        span = coordinates(generators.subset([label]), catalogue)[1]
        if span.shape[1]:
            found.append((span[:, 0] / np.linalg.norm(span[:, 0]), test))
    return found

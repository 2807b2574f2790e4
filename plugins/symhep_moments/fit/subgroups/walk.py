"""Which classes of subgroups of the Lorentz or Poincare group the events respect, whatever their direction."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from symhep.errors import MethodError
from symhep.lie.generators import Generators
from symhep.lie.structure import structure_constants
from symhep.lie.subgroups.catalogue import SubgroupClass
from symhep.lie.subgroups.classify import group_element, stratum
from symhep.lie.subgroups.conjugates import Conjugate, conjugates, limiting
from symhep.lie.subgroups.lattice import lattice
from symhep.lie.subgroups.limits import limits
from symhep.stats.multiplicity import holm_with_implications
from symhep_moments.fit.moments import Moments
from symhep_moments.fit.rank import Chain, chain
from symhep_moments.fit.subgroups.conjugate_fit import EXACT, Fitted, Orbits
from symhep_moments.fit.subgroups.coordinates import catalogue_of, coordinates, within
from symhep_moments.subgroups import How, LatticeTest, SubgroupTest

__all__ = ["LatticeTest", "SubgroupTest", "lattice_test"]

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
) -> LatticeTest:
    """Test every class of the Lorentz catalogue, or of the Poincare one where translations are candidates.

    H: some conjugate of a member of the class is a symmetry. A class of dimension d implies d independent symmetries,
    so where the rank test rejects d, its p-value is that of the class. Of smaller classes the best conjugate is
    sought and tested (`Orbits`), by rising dimension; a class that contains a rejected one is not sought, its p is
    that of the k smaller ones that were tested, k min p (Bonferroni). Over all classes, and these at the
    catalogue's own position, Holm's procedure with the implications of the lattice holds the probability of any
    false rejection at ``level``.

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
        Events were divided by it: translations in the result are multiplied by it.

    Raises CardError for generators that do not act on four-vectors, MethodError if none of them is in the group.
    """
    run = _Run(moments, ranks, level, moments.generators if candidates is None else candidates, scale)
    return run.tested()


class _Run:
    """One pass over a lattice, by rising dimension."""

    def __init__(
        self, moments: Moments, ranks: Chain, level: float, candidates: Generators, scale: float
    ) -> None:
        self.catalogue = catalogue_of(candidates)
        self.order = lattice(self.catalogue)
        self.constants = structure_constants(self.catalogue.group.matrices).constants
        self.candidates = coordinates(candidates, self.catalogue)[1]
        inside, self.span = coordinates(moments.generators, self.catalogue)
        if self.span.shape[1] == 0:
            raise MethodError(
                f"no candidate is a generator of the {self.catalogue.group.name}; there are no subgroups to test"
            )
        self.level, self.scale = level, scale
        self.fixed = [c for c in self.catalogue.classes if not c.continuous]
        self.hypotheses = len(self.catalogue) + len(self.fixed)
        self.threshold = math.log(level / self.hypotheses)
        if inside.shape[1] < len(inside):
            moments = moments.restricted(inside)
            ranks = chain(moments, level)
        self.ranks = ranks
        self.open = max((test.r for test in ranks.tests if test.log_p > self.threshold), default=0)
        empty = np.zeros((len(moments.generators), 0))
        found = next((test.theta for test in ranks.tests if test.r == self.open), empty)
        self.found = np.linalg.qr(self.span @ found)[0].T
        self.orbits = Orbits(moments, self.span, found, self.constants)
        self.results: dict[str, SubgroupTest] = {}
        self.ends: dict[str, Conjugate] = {}
        self.inside: dict[str, list[Conjugate]] = {}

    def tested(self) -> LatticeTest:
        classes = self.catalogue.classes
        asked = within(classes, self.candidates, self.constants)
        self.inside = within(classes, self.span, self.constants)
        small = [c for c in classes if c.name in self.inside and c.dimension <= self.open]
        near = conjugates(small, self.found, self.constants)
        special = {c.name: stratum(c, self.constants) for c in classes}
        for c in sorted(classes, key=lambda c: (c.dimension, special[c.name])):
            if c.name not in asked:
                self.results[c.name] = _result(c, "candidates")
            elif c.name not in self.inside:
                self.results[c.name] = _result(c, "support", rejected=True)
            else:
                self.results[c.name] = self._one(c, near.get(c.name, []))
        tests, count = self._adjusted([self.results[c.name] for c in classes])
        left = {t.name: self.ends[t.name] for t in tests if t.name in self.ends and not t.rejected}
        explained = limits({n: (end.generators, end.adjoint) for n, end in left.items()}, self.catalogue)
        told = tuple(replace(test, limit_of=explained.get(test.name, ())) for test in tests)
        return LatticeTest(self.order, told, self.level, count)

    def _one(self, c: SubgroupClass, near: Sequence[Conjugate]) -> SubgroupTest:
        if c.dimension > self.open:
            return _result(c, "rank", log_p=self.ranks.log_p(c.dimension))
        below = [self.results[name] for name in self.order.below[c.name]]
        tried = {test.name: test.log_p for test in below if test.how == "fit" and test.log_p is not None}
        among = math.log(max(1, len(tried)))
        by = tuple(name for name, log_p in tried.items() if log_p + among < self.threshold)
        if by:
            return _result(c, "implied", log_p=min(tried[name] for name in by) + among, by=by)
        best: Fitted | None = None
        for start in (*self._at_limits(c), *near[:TRIES], *self.inside[c.name][:TRIES]):
            if best is not None and (best.log_p > self.threshold or start.sine > FAR):
                continue
            fitted = self.orbits.fitted(start)
            if fitted is not None and (best is None or fitted.log_p > best.log_p):
                best = fitted
        if best is None:
            raise MethodError(
                f"no conjugate of {c.name} among the candidates can be reached; report this sample"
            )
        return self._reported(c, best)

    def _at_limits(self, c: SubgroupClass) -> list[Conjugate]:
        """Members of a class close to the fitted ones of more special classes, which it may have as limits."""
        starts = [
            start
            for end in self.ends.values()
            if end.of.dimension == c.dimension
            for start in limiting(c, end, self.found, self.constants)
        ]
        return sorted(starts, key=lambda start: start.sine)[:TRIES]

    def _reported(self, c: SubgroupClass, best: Fitted) -> SubgroupTest:
        if best.log_p > self.threshold:
            self.ends[c.name] = best.conjugate
        scaling = np.ones(len(self.constants))
        scaling[6:] = self.scale
        element = group_element(best.conjugate.adjoint, self.catalogue)
        if len(element) == 5:
            element[:4, 4] *= self.scale
        return replace(
            _result(c, "fit", log_p=best.log_p),
            generators=best.conjugate.generators * scaling,
            element=element,
            parameters=best.conjugate.values,
            free=best.free,
            **self._at_lab(c, best.log_p),
        )

    def _at_lab(self, c: SubgroupClass, log_p: float) -> dict[str, Any]:
        """Of the class as the catalogue has it, any of its signs; where no conjugate will do this one will not."""
        if c.continuous or log_p < self.threshold:
            return {}
        homes = [
            Conjugate(c, signs, rows, np.eye(len(self.constants)), np.zeros(0)) for signs, rows in c.signed()
        ]
        within = [home for home in homes if self.orbits.sine(home) < EXACT]
        if not within:
            return {"rejected_lab": True}
        return {"log_p_lab": max(self.orbits.given(home) for home in within)}

    def _adjusted(self, tests: list[SubgroupTest]) -> tuple[list[SubgroupTest], int]:
        """Holm over classes and lab positions: a lab position implies its class, a class all below it."""
        classes = [test for test in tests if test.log_p is not None]
        place = {test.name: k for k, test in enumerate(classes)}
        labs = [
            replace(test, log_p_lab=test.log_p if test.log_p_lab is None else test.log_p_lab)
            for test in classes
            if not self.catalogue[test.name].continuous and test.rejected_lab is None
        ]
        implies = np.zeros((len(classes) + len(labs),) * 2, dtype=bool)
        for test in classes:
            for name in self.order.below[test.name]:
                if name in place:
                    implies[place[test.name], place[name]] = True
        for k, test in enumerate(labs):
            implies[len(classes) + k, place[test.name]] = True
        logs = [test.log_p for test in classes] + [test.log_p_lab for test in labs]
        if not logs:
            return tests, 0
        adjusted = holm_with_implications(np.array(logs, dtype=np.float64), implies)
        done = {
            test.name: replace(test, log_p_adjusted=float(a), rejected=bool(a <= math.log(self.level)))
            for test, a in zip(classes, adjusted, strict=False)
        }
        for test, a in zip(labs, adjusted[len(classes) :], strict=True):
            done[test.name] = replace(
                done[test.name],
                log_p_lab=test.log_p_lab,
                log_p_lab_adjusted=float(a),
                rejected_lab=bool(a <= math.log(self.level)),
            )
        return [done.get(test.name, test) for test in tests], len(logs)


def _result(
    c: SubgroupClass,
    how: How,
    *,
    log_p: float | None = None,
    rejected: bool = False,
    by: tuple[str, ...] = (),
) -> SubgroupTest:
    return SubgroupTest(c.name, c.label, c.algebra, c.dimension, how, log_p, rejected=rejected, by=by)

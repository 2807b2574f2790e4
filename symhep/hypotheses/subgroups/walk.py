"""The walk of a lattice of subgroups by rising dimension: what contains a rejected class needs no test of its own."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np
import numpy.typing as npt

from symhep.hypotheses.adjustment import adjusted
from symhep.hypotheses.subgroups.record import How, SubgroupRow
from symhep.lie.subgroups.catalogue import Catalogue, SubgroupClass
from symhep.lie.subgroups.classify import group_element
from symhep.lie.subgroups.lattice import Lattice, lattice
from symhep.lie.subgroups.limits import limits
from symhep.methods.p_values import Adjusted, PKind

__all__ = ["Decided", "SubgroupWalk", "Tested", "Walked"]

FloatArray = npt.NDArray[np.float64]
RowT = TypeVar("RowT", bound=SubgroupRow)

#: A hypothesis of the family: ('class', name), ('lab', name) or ('other', label).
Hypothesis = tuple[str, str]


@dataclass(frozen=True, eq=False)
class Tested:
    """What `SubgroupWalk.test` found out about one class.

    Attributes
    ----------
    log_p
        Natural logarithm of the p-value of 'some conjugate of it is a symmetry'.
    rows
        (d, n) generators of its best conjugate in the basis of the group, in scaled units.
    adjoint
        (n, n) adjoint matrix of the group element that moves the catalogue's member there.
    parameters
        Its continuous parameters.
    free
        Dimensions of the continuum of conjugates that the events cannot distinguish.
    lab
        log p of the same hypothesis with axes and centre as in the catalogue; None: as that of the class.
    lab_kind
        Its kind.
    off_lab
        There it is excluded without a test.
    more
        Fields of the method's own row.
    """

    __test__: ClassVar[bool] = False  # no class of tests, whatever pytest thinks of its name

    log_p: float
    rows: FloatArray
    adjoint: FloatArray
    parameters: Mapping[str, float] = field(default_factory=dict)
    free: int = 0
    lab: float | None = None
    off_lab: bool = False
    lab_kind: PKind = "asymptotic"
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Decided:
    """A class that is decided without a search: ``how`` as in `SubgroupRow`, with the p-value that decides it."""

    how: How
    log_p: float | None = None
    by: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Walked(Generic[RowT]):
    """All hypotheses of a walk: ``rows`` of all classes in the catalogue's order, ``others`` by label."""

    order: Lattice
    rows: tuple[RowT, ...]
    others: dict[str, Adjusted]
    hypotheses: int

    @property
    def maximal(self) -> tuple[str, ...]:
        """Names of the maximal compatible classes."""
        return self.order.maximal(row.name for row in self.rows if row.survives)

    def __getitem__(self, name: str) -> RowT:
        wanted = self.order.catalogue[name].name
        return next(row for row in self.rows if row.name == wanted)


class SubgroupWalk(ABC, Generic[RowT]):
    """Tests of the classes of a catalogue; a method says how a class is tested.

    H of a class: some conjugate of a member of it is a symmetry. By rising dimension: a class that contains rejected
    ones is not tested, its p is that of the k smaller ones that were tested in it, k min p (Bonferroni). Over all
    classes, those at the catalogue's own position, and `others`, Holm's procedure with the implications of the lattice
    holds the probability of any false rejection at ``level``: a class implies all that lie in it, a position its class.

    Parameters
    ----------
    row
        The class of the rows.
    catalogue, asked
        The catalogue, and the names of the classes that are asked for.
    level
        Family-wise error rate.
    hypotheses
        How many there are at most: a class whose p is below level / hypotheses is rejected for certain.
    scale
        Events were divided by it: translations in the rows are multiplied by it.
    """

    #: Is each class without continuous parameters also tested at the catalogue's own position?
    lab = True

    def __init__(
        self,
        row: type[RowT],
        catalogue: Catalogue,
        asked: Collection[str],
        *,
        level: float,
        hypotheses: int,
        scale: float = 1.0,
    ) -> None:
        self.row, self.catalogue, self.asked, self.level, self.scale = row, catalogue, asked, level, scale
        self.order = lattice(catalogue)
        self.threshold = math.log(level / hypotheses)
        self.tested: dict[str, Tested] = {}
        self._decided: dict[str, Decided] = {}

    @abstractmethod
    def test(self, classes: Sequence[SubgroupClass]) -> Iterable[tuple[SubgroupClass, Tested]]:
        """Test these classes, all of one dimension; ``self.tested`` holds what came before."""

    def beforehand(self, c: SubgroupClass) -> Decided | None:
        """A class that needs no search for a reason of the method's own; None: it does."""
        return None

    def others(self) -> Mapping[str, tuple[float, str]]:
        """Further hypotheses of the family: label -> log p and the class that each implies."""
        return {}

    def dimensions(self) -> list[int]:
        """Of the classes asked for, rising."""
        return sorted({self.catalogue[name].dimension for name in self.asked})

    def walked(self, done: Callable[[int], object] | None = None) -> Walked[RowT]:
        """Test all classes, by rising dimension, then adjust; ``done`` is called with each dimension when finished."""
        for dimension in self.dimensions():
            self._of_dimension(dimension)
            if done is not None:
                done(dimension)
        logs = self._logs()
        kinds: dict[Hypothesis, PKind] = {
            ("lab", name): found.lab_kind for name, found in self.tested.items() if found.lab is not None
        }
        family = adjusted(logs, self.level, implies=self._implications(logs), kinds=kinds)
        alive = [n for n in self.catalogue if n in self.tested and not family["class", n].rejected]
        near = limits({n: (self.tested[n].rows, self.tested[n].adjoint) for n in alive}, self.catalogue)
        rows = tuple(self._told(c, family, near.get(c.name, ())) for c in self.catalogue.classes)
        others = {label: row for (kind, label), row in family.items() if kind == "other"}
        return Walked(self.order, rows, others, len(logs))

    def _of_dimension(self, dimension: int) -> None:
        left = []
        for c in self.catalogue.of_dimension(dimension):
            if c.name in self.asked:
                decided = self.beforehand(c) or self._implied(c)
                if decided is None:
                    left.append(c)
                else:
                    self._decided[c.name] = decided
        if left:
            self.tested |= {c.name: found for c, found in self.test(left)}

    def _implied(self, c: SubgroupClass) -> Decided | None:
        below = {name: self.tested[name].log_p for name in self.order.below[c.name] if name in self.tested}
        among = math.log(max(1, len(below)))
        by = tuple(name for name, log_p in below.items() if log_p + among < self.threshold)
        return Decided("implied", min(below[name] for name in by) + among, by) if by else None

    def _logs(self) -> dict[Hypothesis, float]:
        """log p of the family; a position that was not tested apart has that of its class, which it implies."""
        own = {name: found.log_p for name, found in self.tested.items()}
        own |= {name: d.log_p for name, d in self._decided.items() if d.log_p is not None}
        logs: dict[Hypothesis, float] = {("class", c): own[c] for c in self.catalogue if c in own}
        for name in own if self.lab else ():
            found = self.tested.get(name)
            if not (self.catalogue[name].continuous or (found is not None and found.off_lab)):
                logs["lab", name] = own[name] if found is None or found.lab is None else found.lab
        return logs | {("other", label): log_p for label, (log_p, _) in self.others().items()}

    def _implications(self, logs: Mapping[Hypothesis, float]) -> dict[Hypothesis, list[Hypothesis]]:
        classes = {"other": {label: c for label, (_, c) in self.others().items()}}
        return {
            (kind, name): [("class", b) for b in self.order.below[name]]
            if kind == "class"
            else [("class", classes.get(kind, {}).get(name, name))]
            for kind, name in logs
        }

    def _told(self, c: SubgroupClass, family: Mapping[Hypothesis, Adjusted], near: tuple[str, ...]) -> RowT:
        known: dict[str, Any] = {
            "name": c.name, "label": c.label, "written": c.written, "algebra": c.algebra, "dimension": c.dimension,
        }  # fmt: skip
        if c.name in self.tested:
            own, found = family["class", c.name], self.tested[c.name]
            survives = not own.rejected and not near
            return self.row(
                **known, **dict(own), how="tested", limit_of=near, survives=survives, free=found.free,
                **self._position(c, family, found, survives), parameters=dict(found.parameters), **found.more,
            )  # fmt: skip
        decided = self._decided.get(c.name, Decided("candidates"))
        if decided.log_p is not None:
            known |= dict(family["class", c.name])
        return self.row(**known, how=decided.how, by=decided.by)

    def _position(
        self, c: SubgroupClass, family: Mapping[Hypothesis, Adjusted], found: Tested, survives: bool
    ) -> dict[str, Any]:
        """Where the best conjugate is, in the events' units, and whether the catalogue's position would do."""
        units = np.ones(found.rows.shape[1])
        units[6:] = self.scale
        element = group_element(found.adjoint, self.catalogue)
        if len(element) == 5:
            element[:4, 4] *= self.scale
        lab = family.get(("lab", c.name))
        there = survives and not lab.rejected if lab is not None else False if found.off_lab else None
        return {"generators": found.rows * units, "element": element, "lab": lab, "at_lab": there}

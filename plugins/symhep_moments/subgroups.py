"""What was found out about each class of subgroups, and about the lattice of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from symhep.lie.subgroups.lattice import Lattice

__all__ = ["How", "LatticeTest", "SubgroupTest"]

FloatArray = npt.NDArray[np.float64]
How = Literal["rank", "fit", "implied", "support", "candidates"]


@dataclass(frozen=True, eq=False)
class SubgroupTest:
    """The hypothesis 'the events respect a subgroup of this class', its direction and its parameters left free.

    Attributes
    ----------
    name, label, algebra, dimension
        Of the class, as in its catalogue.
    log_p, log_p_adjusted
        Natural logarithms; adjusted: for the number of hypotheses on the lattice. None where nothing was tested.
    rejected
        At the level of the whole lattice, or excluded by the support.
    how
        ``rank``: more symmetries than the events have; ``fit``: the best conjugate was tested; ``implied``: a
        smaller subgroup that lies in it is rejected; ``support``: excluded, for it moves the events off the
        surface that they lie on; ``candidates``: not tested, for it does not lie among the candidates.
    by
        Of ``implied``: the smaller subgroups.
    limit_of
        Surviving classes of the same dimension that its best conjugate is nearly a member of, and that are more
        special, or reached by a smaller boost or shift: limits where a parameter vanishes or a boost or shift grows.
        Nothing in the events asks for this class beside them.
    generators
        (d, n) best conjugate in the group's basis, translations in the events' unit; None if none was fitted.
    element
        (4, 4) or (5, 5) group element that moves the class's representative there, in the same unit.
    parameters
        Of the class, translations in units of the events' scale.
    free
        Dimensions of the continuum of conjugates that the events do not tell from this one: 2 for any axis.
    log_p_lab, log_p_lab_adjusted, rejected_lab
        Of the same hypothesis with axes and centre as in the catalogue; None for families with continuous parameters.
    """

    name: str
    label: str
    algebra: str
    dimension: int
    how: How
    log_p: float | None = None
    log_p_adjusted: float | None = None
    rejected: bool = False
    by: tuple[str, ...] = ()
    limit_of: tuple[str, ...] = ()
    generators: FloatArray | None = None
    element: FloatArray | None = None
    parameters: Mapping[str, float] = field(default_factory=dict)
    free: int = 0
    log_p_lab: float | None = None
    log_p_lab_adjusted: float | None = None
    rejected_lab: bool | None = None

    @property
    def survives(self) -> bool:
        """Tested, not rejected, and no mere neighbour of a more special class that survives."""
        return self.log_p is not None and not self.rejected and not self.limit_of


@dataclass(frozen=True, eq=False)
class LatticeTest:
    """The tests of all classes of a catalogue, by falling dimension; ``maximal``: survivors that lie in no other."""

    order: Lattice
    tests: tuple[SubgroupTest, ...]
    level: float
    hypotheses: int

    def __getitem__(self, name: str) -> SubgroupTest:
        wanted = self.order.catalogue[name].name
        return next(test for test in self.tests if test.name == wanted)

    @property
    def maximal(self) -> tuple[str, ...]:
        """Names of the surviving classes that lie in no other surviving one."""
        return self.order.maximal(test.name for test in self.tests if test.survives)

"""What was found out about subgroups and discrete elements: one row for each hypothesis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from symhep.lie.subgroups.lattice import Lattice
from symhep.stats.intervals import Interval
from symhep_symmetrygan.p_rows import p_row
from symhep_symmetrygan.subgroups.networks import Loss

__all__ = ["DiscreteRow", "How", "LabRow", "SubgroupRow", "SubgroupSearch"]

FloatArray = npt.NDArray[np.float64]
How = Literal["tested", "implied", "candidates"]


@dataclass(frozen=True, eq=False)
class SubgroupRow:
    """'The events respect some subgroup of this class', its position and its parameters left free.

    Attributes
    ----------
    name, label, algebra, dimension
        Of the class, as in its catalogue.
    how
        ``tested``; ``implied``: a smaller class that lies in it is rejected, ``by``; ``candidates``: not asked for.
    log_p, log_p_adjusted
        Natural logarithms: the larger p of the best position and of that of the catalogue; adjusted over all
        hypotheses about continuous symmetries. None if it was not asked for.
    rejected
        At the level of the whole lattice.
    limit_of
        Surviving classes of the same dimension that the reported member is nearly one of, and that are more special or
        moved less (`symhep.lie.subgroups.limits`): nothing in the events asks for this class beside them.
    at_lab
        The reported position is that of the catalogue, or of one of the group's generators: axes and frame of the
        events. None if nothing was tested.
    log_p_lab
        Of such a position alone, the largest; None for families with continuous parameters.
    generators
        (k, 5, 5) homogeneous, at the reported position; translations in units of the events.
    element
        (5, 5) that moves the catalogue's representative there, in the same units; None at the lab.
    parameters
        Of the class, those of screws in units of the scaled events.
    loss
        Cross entropy of the network that tells events from their images under random elements of the subgroup.
    kl
        (J,) divergences of projections of the images from those of the held-out events; () if nothing was tested.
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
    at_lab: bool | None = None
    log_p_lab: float | None = None
    generators: FloatArray | None = None
    element: FloatArray | None = None
    parameters: Mapping[str, float] = field(default_factory=dict)
    loss: Loss | None = None
    kl: tuple[float, ...] = ()

    @property
    def survives(self) -> bool:
        """Tested, not rejected, and no mere neighbour of a more special class that survives."""
        return self.how == "tested" and not self.rejected and not self.limit_of

    def row(self) -> dict[str, Any]:
        """As in `symhep_symmetrygan.record`, of the family 'classes'."""
        return {
            "name": self.name, "label": self.label, "algebra": self.algebra, "dimension": self.dimension,
            "at_lab": self.at_lab, "how": self.how, "by": list(self.by),
            "limit_of": list(self.limit_of), "family": "classes",
            "survives": self.survives, "kl": list(self.kl) or None, **_loss(self.loss),
            **p_row(self.log_p, self.log_p_adjusted, self.rejected),
        }  # fmt: skip


@dataclass(frozen=True, eq=False)
class LabRow:
    """'The events respect the one-parameter group of this generator where the catalogue has it': J_z, K_x, ..."""

    name: str
    log_p: float
    log_p_adjusted: float
    rejected: bool
    generators: FloatArray
    loss: Loss
    kl: tuple[float, ...]

    def row(self) -> dict[str, Any]:
        """As in `symhep_symmetrygan.record`, of the family 'lab'."""
        return {
            "name": self.name, "label": self.name, "algebra": "R", "dimension": 1, "at_lab": True, "how": "tested",
            "by": [], "limit_of": [], "family": "lab", "survives": not self.rejected, "kl": list(self.kl),
            **_loss(self.loss), **p_row(self.log_p, self.log_p_adjusted, self.rejected),
        }  # fmt: skip


@dataclass(frozen=True)
class DiscreteRow:
    """'The events respect a discrete element.'

    Attributes
    ----------
    name, meaning, order
        g^order = 1.
    same_as
        An element before it that does the same to these events.
    trivial
        It leaves every event where it is: nothing is tested.
    log_p, log_p_adjusted
        Natural logarithms; adjusted over all different elements that are tested. None if trivial.
    asymmetry
        Of held-out events by the network's answer: the share of events that it takes for events, minus that of the
        events that it takes for images; 0 for a symmetry. None for elements that do not undo themselves.
    """

    name: str
    meaning: str
    order: int
    same_as: str | None = None
    trivial: bool = False
    log_p: float | None = None
    log_p_adjusted: float | None = None
    rejected: bool = False
    asymmetry: Interval | None = None
    loss: Loss | None = None

    def row(self) -> dict[str, Any]:
        """As in `symhep_symmetrygan.record`."""
        a = self.asymmetry
        return {
            "name": self.name, "meaning": self.meaning, "same_as": self.same_as, "trivial": self.trivial,
            **p_row(self.log_p, self.log_p_adjusted, self.rejected),
            "asymmetry": None if a is None else {"value": a.value, "low": a.low, "high": a.high},
        }  # fmt: skip


@dataclass(frozen=True, eq=False)
class SubgroupSearch:
    """All hypotheses on subgroups of the Lorentz or Poincare group, and on discrete elements.

    Attributes
    ----------
    catalogue
        'lorentz' or 'poincare'.
    lattice
        Inclusions of its classes.
    classes
        All of them, by falling dimension.
    lab
        The generators of the group where the catalogue has them.
    discrete
        Discrete elements.
    asymmetry
        Forward-backward, of two particles of opposite charge: the share of events in which the first flies more
        along +z than the second, minus the others. None for other events.
    level, hypotheses
        Probability of any false rejection of ``classes`` and ``lab``, and how many were tested or implied.
    projections
        Names of the J projections of ``kl``.
    """

    catalogue: str
    lattice: Lattice
    classes: tuple[SubgroupRow, ...]
    lab: tuple[LabRow, ...]
    discrete: tuple[DiscreteRow, ...]
    asymmetry: Interval | None
    level: float
    hypotheses: int
    projections: tuple[str, ...]

    @property
    def maximal(self) -> tuple[SubgroupRow, ...]:
        """Survivors that lie in no other survivor."""
        left = {row.name: row for row in self.classes if row.survives}
        return tuple(left[name] for name in self.lattice.maximal(left))

    def rows(self) -> list[dict[str, Any]]:
        """Of classes and generators, as in `symhep_symmetrygan.record`."""
        return [*(row.row() for row in self.classes), *(row.row() for row in self.lab)]


def _loss(loss: Loss | None) -> dict[str, Any]:
    return {"posthoc_loss": None if loss is None else {"value": loss.value, "error": loss.error}}

"""What can be asked of the members of an object."""

from __future__ import annotations

from dataclasses import dataclass

from symhep.card.expressions import KINEMATICS
from symhep.events.kinds import VectorKind, known_variables

__all__ = ["Known"]


@dataclass(frozen=True)
class Known:
    """What the members of an object have besides their four-momenta; ``kinds`` of its vectors, several for a system.

    Its fields are columns of ``collection``, or those of the object ``of``.

    >>> met = Known(frozenset({"eta", "sumEt"}), ("transverse",))
    >>> met.lacks("eta"), met.names
    (True, ['px', 'py', 'pt', 'phi', 'sumEt'])
    """

    fields: frozenset[str]
    kinds: tuple[VectorKind, ...]
    collection: str | None = None
    of: str = ""

    def lacks(self, variable: str) -> bool:
        """Is this a variable of four-vectors that not all of these have? That it is stored says nothing: readers put 0
        where missing momentum has no eta.
        """
        return variable in KINEMATICS and not all(variable in known_variables(k) for k in self.kinds)

    @property
    def names(self) -> list[str]:
        """All that can be asked of a member."""
        kinematic = [name for name in KINEMATICS if not self.lacks(name)]
        return [*kinematic, *sorted(self.fields - set(KINEMATICS))]

"""A space of transformations that is searched: its parameters, its tangents, and the coordinates that it acts on."""

from __future__ import annotations

from dataclasses import dataclass

from symhep.lie.generators import Generators
from symhep.lie.groups import Family
from symhep_symmetrygan.sample import Events
from symhep_symmetrygan.spaces.coordinates import restricted

__all__ = ["Space"]


@dataclass(frozen=True, eq=False)
class Space:
    """Transformations g of rows of D numbers.

    Attributes
    ----------
    name
        As in the card: 'so(4)', 'lorentz', ...
    family
        g with K real parameters, on R^D: what is trained.
    generators
        (G, D + 1, D + 1) affine, homogeneous: exp(sum_a delta_a T_a) g stays in the space for small delta. None for a
        family of the user's.
    discrete
        Labels of the parameters that choose discrete elements.
    components
        Names of the discrete elements, in the order of the numbers that the parameter ``component`` takes; () without.
    columns
        Numbers of the coordinates of the events that it acts on, where the card picks some; () for all.
    marginal
        Whether other coordinates are left out.
    """

    name: str
    family: Family
    generators: Generators | None
    discrete: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    columns: tuple[int, ...] = ()
    marginal: bool = False

    def of(self, events: Events) -> Events:
        """The events as rows of the coordinates that this space acts on."""
        return restricted(events, self.columns) if self.columns else events

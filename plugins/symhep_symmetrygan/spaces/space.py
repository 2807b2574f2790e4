"""A space of transformations that is searched: its parameters, its tangents, and the coordinates that it acts on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from symhep.lie.generators import Generators
from symhep.lie.groups import Family
from symhep_symmetrygan.sample import Events
from symhep_symmetrygan.spaces.coordinates import restricted

__all__ = ["Space"]

FloatArray = npt.NDArray[np.float64]


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
        family that brings none.
    discrete
        Labels of the parameters that choose discrete elements.
    components
        Names of the discrete elements, in the order of the numbers that the parameter ``component`` takes; () without.
    columns
        Numbers of the coordinates of the events that it acts on, where the card picks some; () for all.
    marginal
        Whether other coordinates are left out; else they are spectators.
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
        return restricted(events, self.columns, marginal=self.marginal) if self.columns else events.each

    def matrices(self, parameters: FloatArray) -> FloatArray:
        """(E, D + 1, D + 1) homogeneous, of an affine family."""
        given = torch.from_numpy(np.asarray(parameters, dtype=np.float64))
        return np.asarray(self.family.homogeneous(given).numpy())

    def units(self, events: Events) -> FloatArray:
        """(K,) what brings parameters to the units of the data: the scale for those that move the origin, else one."""
        k = len(self.family)
        if not self.family.affine:
            return np.ones(k)
        at = torch.zeros(k + 1, k, dtype=torch.float64)
        at[1:] = torch.eye(k, dtype=torch.float64) * 0.5
        shifts = self.family.translations(at)
        moved = (shifts[1:] - shifts[0]).abs().amax(1).numpy() > 0
        return np.where(moved, events.scale, 1.0)

"""A space of transformations that is searched: its parameters, and its tangents."""

from __future__ import annotations

from dataclasses import dataclass

from symhep.lie.generators import Generators
from symhep.lie.groups import Family

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
        family of the user's that is not linear.
    discrete
        Labels of the parameters that choose discrete elements.
    """

    name: str
    family: Family
    generators: Generators | None
    discrete: tuple[str, ...] = ()

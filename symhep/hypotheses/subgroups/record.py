"""What was found out about a class of subgroups."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from symhep.hypotheses.bounds.record import Limits
from symhep.methods.p_values import Adjusted

__all__ = ["How", "SubgroupRow"]

#: tested: the best conjugate was tested; rank: more symmetries than the rank test allows; implied: a smaller subgroup
#: in it is rejected; support: it moves the events off the surface on which they lie; candidates: not among those asked;
#: lab: tested with axes and centre as in the catalogue alone, since no direction could be fitted.
How = Literal["tested", "rank", "implied", "support", "candidates", "lab"]


class SubgroupRow(Adjusted, Limits):
    """The hypothesis that the events respect some subgroup of a class, with direction and parameters left free."""

    name: str = Field(description="name of the class")
    label: str = Field(description="its label in the catalogue")
    written: str = Field(description="its generators as the catalogue writes them")
    algebra: str = Field(description="name of its Lie algebra")
    dimension: int = Field(description="number of generators")
    how: How = Field(
        description="tested: the best conjugate was tested; rank: more symmetries than the rank test allows; implied: "
        "a smaller subgroup in it is rejected; support: it moves the events off the surface on which they lie, which "
        "needs no test, so that rejected is null; "
        "candidates: not among those asked for; lab: tested with axes and centre as in the catalogue alone (see lab), "
        "since no direction could be fitted: p-values of the class are null, and it survives if it does there"
    )
    by: tuple[str, ...] = Field((), description="of implied: the smaller subgroups that are rejected")
    survives: bool = Field(
        False, description="tested, not rejected, and not a limiting case of another survivor"
    )
    limit_of: tuple[str, ...] = Field(
        (),
        description="surviving classes of which this one is a limiting case, so that it says nothing beside them",
    )
    free: int = Field(
        0, description="dimensions of the continuum of conjugates that the events do not tell apart"
    )
    at_lab: bool | None = Field(
        None,
        description="whether it survives with axes and centre as in the catalogue; null: not tested there",
    )
    lab: Adjusted | None = Field(
        None,
        description="the same hypothesis with axes and centre as in the catalogue, adjusted in the same family",
    )
    generators: tuple[tuple[float, ...], ...] | None = Field(
        None,
        description="its best conjugate: coefficients of the group's generators (rotations, boosts, translations in "
        "the events' unit); null: none fitted",
    )
    element: tuple[tuple[float, ...], ...] | None = Field(
        None, description="matrix of the group element that moves the catalogue's member there, same units"
    )
    parameters: dict[str, float] = Field(
        {}, description="continuous parameters of the class, translations in units of the events' scale"
    )

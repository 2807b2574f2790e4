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
    """The hypothesis that a subgroup of a class, with fitted direction and parameters, is a symmetry."""

    name: str = Field(description="name of the class")
    label: str = Field(description="its label in the catalogue")
    written: str = Field(description="its generators as the catalogue writes them")
    algebra: str = Field(description="name of its Lie algebra")
    dimension: int = Field(description="number of generators")
    how: How = Field(
        description="tested: the best-fit conjugate was tested; rank: excluded by the rank test (too many "
        "generators); implied: one of its subgroups is rejected; support: it does not preserve "
        "the surface on which the events lie, no test is needed, and rejected is null; "
        "candidates: not among the candidates; lab: tested only with the axes and origin of "
        "the lab frame (see lab), because no direction could be fitted: the p-values of the "
        "class are null, and survives refers to this test"
    )
    by: tuple[str, ...] = Field((), description="for implied: its rejected subgroups")
    survives: bool = Field(
        False,
        description="compatible: tested, not rejected, and not a limiting case of another compatible class",
    )
    limit_of: tuple[str, ...] = Field(
        (),
        description="compatible classes of which this one is a limiting case (no independent information)",
    )
    free: int = Field(
        0, description="dimension of the family of conjugates that the events cannot distinguish"
    )
    at_lab: bool | None = Field(
        None,
        description="whether it is compatible with the axes and origin of the lab frame; null: not tested "
        "there",
    )
    lab: Adjusted | None = Field(
        None,
        description="the same hypothesis with the axes and origin of the lab frame, adjusted in the same "
        "family",
    )
    generators: tuple[tuple[float, ...], ...] | None = Field(
        None,
        description="generators of the best-fit conjugate: coefficients of rotations, boosts and "
        "translations (in the unit of the events); null: not fitted",
    )
    element: tuple[tuple[float, ...], ...] | None = Field(
        None,
        description="matrix of the group element that maps the class of the catalogue to the "
        "best-fit conjugate, same units",
    )
    parameters: dict[str, float] = Field(
        {}, description="continuous parameters of the class, translations in units of scale"
    )

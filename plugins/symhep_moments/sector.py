"""A sector of azimuth: the row of a result."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from symhep.methods.number import Number
from symhep.methods.p_values import Adjusted

__all__ = ["SectorRow"]


class SectorRow(Adjusted):
    """The hypothesis that the azimuth of a vector about an axis is even, against p(phi) ~ 1 - d 1[low < phi < high].

    The p-value is that of the clearest interval of all, found by the same scan in events turned at random.
    """

    name: str = Field(description="rotation and vector: 'J_z of electrons'")
    label: str = Field(description="the rotation")
    vector: str = Field(description="the vector whose angle it is")
    draws: int = Field(description="maximum number of random samples for the p-value")
    kind: Literal["loss", "excess"] = Field(
        description="loss: fewer events in the sector than outside; excess: more"
    )
    low_edge: Number | None = Field(
        None,
        description="lower edge in radians; null: uniformity is not rejected, there is no sector",
    )
    high_edge: Number | None = Field(
        None, description="upper edge in radians; larger than low_edge, above pi if the sector crosses pi"
    )
    contrast: Number | None = Field(
        None,
        description="d: fraction of the events in the sector that is lost, or in excess of the "
        "density outside",
    )
    size: Number | None = Field(
        None,
        description="fraction of all events that is lost, d (high - low) / 2 pi of the events expected "
        "without the loss; or fraction of the events that is in excess",
    )
    clearest: bool = Field(
        False,
        description="whether it has the largest likelihood ratio of all vectors about this axis; other "
        "sectors may be a consequence of it",
    )

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
    draws: int = Field(description="random samples at most that the p-value is a rank among")
    kind: Literal["loss", "excess"] = Field(description="fewer events in the interval than outside, or more")
    low_edge: Number | None = Field(
        None,
        description="where it begins, radians; null: not rejected, so that there is no sector to measure",
    )
    high_edge: Number | None = Field(
        None, description="where it ends; above low_edge, beyond pi where it crosses pi"
    )
    contrast: Number | None = Field(
        None, description="d: the fraction of the events in it that is lost, or in excess of those outside"
    )
    size: Number | None = Field(
        None,
        description="share of all events that is lost, d (high - low) / 2 pi, of those there would be without the "
        "loss; or share of the events that are in excess",
    )
    clearest: bool = Field(
        False,
        description="the largest likelihood ratio of all vectors about this axis: others may follow from it",
    )

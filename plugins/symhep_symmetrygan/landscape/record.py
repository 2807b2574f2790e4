"""Slices through the loss for a density that is known."""

from __future__ import annotations

from pydantic import Field

from symhep.methods.record import Record

__all__ = ["LandscapeRecord", "SliceRecord"]


class SliceRecord(Record):
    """A slice; its values are the arrays ``slice_{s}_...``."""

    x: str = Field(description="parameter of the first axis")
    y: str | None = Field(description="parameter of the second axis; null: one-dimensional")
    fixed: dict[str, float] = Field(description="values of all other parameters, in the units of the data")
    maxima: tuple[tuple[float, ...], ...] = Field(description="maxima that are symmetries")
    false_maxima: tuple[tuple[float, ...], ...] = Field(description="maxima that are not symmetries")
    ridge: bool = Field(description="whether the maxima form a continuum")


class LandscapeRecord(Record):
    """The loss with the optimal discriminator minus 2 ln 2."""

    slices: tuple[SliceRecord, ...] = Field(description="slices in the order of the card")
    source: str = Field(description="name of the density; 'the card': given by its components")

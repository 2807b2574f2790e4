"""Slices through the loss for a density that is known."""

from __future__ import annotations

from pydantic import Field

from symhep.methods.record import Record

__all__ = ["LandscapeRecord", "SliceRecord"]


class SliceRecord(Record):
    """A slice; its values are the arrays ``slice_{s}_...``."""

    x: str = Field(description="the parameter of the first axis")
    y: str | None = Field(description="the parameter of the second axis; null: a curve")
    fixed: dict[str, float] = Field(description="all other parameters, in the units of the data")
    maxima: tuple[tuple[float, ...], ...] = Field(description="maxima that are symmetries")
    false_maxima: tuple[tuple[float, ...], ...] = Field(description="maxima that are none")
    ridge: bool = Field(description="whether there is a continuum of maxima")


class LandscapeRecord(Record):
    """The loss against the best discriminator, less 2 ln 2."""

    slices: tuple[SliceRecord, ...] = Field(description="in the order of the card")
    source: str = Field(description="name of the density; 'the card': given there by its components")

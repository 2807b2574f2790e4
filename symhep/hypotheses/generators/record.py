"""A generator of the group that a method found."""

from __future__ import annotations

from pydantic import Field

from symhep.methods.record import Record

__all__ = ["GeneratorRow"]


class GeneratorRow(Record):
    """A generator as a combination of the candidates, of length 1; translations are by the scale of the events."""

    label: str = Field(
        description="the generator in words: the largest coefficient is one, and what is zero or one within four "
        "errors is written so"
    )
    coefficients: dict[str, float] = Field(description="candidate -> coefficient, of length 1")
    errors: dict[str, float] = Field(description="candidate -> standard error of the coefficient")
    angle_95: float | None = Field(
        None,
        description="radians within which the true generators' span lies, 95 %, in the space of candidates; null: "
        "not estimated",
    )

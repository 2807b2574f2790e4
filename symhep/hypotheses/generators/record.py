"""A generator of the group that a method found."""

from __future__ import annotations

from pydantic import Field

from symhep.methods.record import Record

__all__ = ["GeneratorRow"]


class GeneratorRow(Record):
    """A generator as a normalised combination of the candidates; translations in units of scale."""

    label: str = Field(
        description="the generator as a sum of candidates: scaled to a largest coefficient of one; "
        "coefficients within four standard errors of zero or one are rounded"
    )
    coefficients: dict[str, float] = Field(description="candidate -> coefficient, of length 1")
    errors: dict[str, float] = Field(description="candidate -> standard error of the coefficient")
    angle_95: float | None = Field(
        None,
        description="angle in radians between the fitted and the true span of generators in the space of "
        "candidates, upper limit at 95 % CL; null: not estimated",
    )

"""Options of the inertial restriction."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from symhep.methods.interface import Options
from symhep.plugin.user_function import UserFunctionOptions

__all__ = ["BoxOptions", "DensityOptions", "GaussianOptions", "InertialOptions", "UserDensityOptions"]


class BoxOptions(Options):
    """Uniform in a box."""

    kind: Literal["uniform"] = Field("uniform", description="uniform in a box")
    low: float | tuple[float, ...] = Field(
        description="lower edge in the unit of the coordinates: one value for all, or one for each"
    )
    high: float | tuple[float, ...] = Field(description="upper edge, likewise")


class GaussianOptions(Options):
    """Independent normal coordinates."""

    kind: Literal["gaussian"] = Field(description="independent normal coordinates")
    mean: float | tuple[float, ...] = Field(
        0.0, description="mean in the unit of the coordinates: one value for all, or one for each"
    )
    width: float | tuple[float, ...] = Field(description="standard deviation, likewise")


class UserDensityOptions(UserFunctionOptions):
    """Sampling by a function: (rng, count, D) -> (count, D), in the unit of the coordinates."""

    kind: Literal["user"] = Field(description="function that draws events: (rng, count, D) -> (count, D)")


DensityOptions = Annotated[BoxOptions | GaussianOptions | UserDensityOptions, Field(discriminator="kind")]


class InertialOptions(Options):
    """A bounded inertial density that symmetries must preserve, too.

    >>> InertialOptions(of={"kind": "uniform", "low": 0, "high": 1}).way
    'simultaneous'
    """

    of: DensityOptions = Field(description="the density: uniform, gaussian, or a function")
    way: Literal["simultaneous", "two_stage"] = Field(
        "simultaneous",
        description="simultaneous: additional discriminators for it during the search; two_stage: elements "
        "found are tested afterwards",
    )
    draws: int = Field(100_000, ge=100, description="number of draws from it")
    strength: float = Field(
        1.0, gt=0, description="weight of its loss relative to that of the events, if simultaneous"
    )

"""Options of the test functions."""

from __future__ import annotations

from pydantic import Field, model_validator

from symhep.methods.interface import Options
from symhep.plugin.user_function import NAME, ORIGIN, UserFunctionOptions

__all__ = ["FunctionOptions", "UserTestFunctions"]


class UserTestFunctions(UserFunctionOptions):
    """Test functions of the user."""

    function: str = Field(
        pattern=NAME,
        description=f"{ORIGIN}; of torch operations, (N, P, d) in the units of the data -> (N,) or (N, k), "
        "bounded and smooth",
        examples=["my_functions:planarity"],
    )


class FunctionOptions(Options):
    """Which test functions the moments are made of.

    >>> FunctionOptions().fourier
    24
    """

    fourier: int = Field(
        24, ge=0, le=1024, description="number of random waves through all vectors of an event"
    )
    bandwidth: float = Field(
        1.0,
        gt=0,
        description="length over which the waves vary, in units of the spread of the squashed vectors",
    )
    low: bool = Field(True, description="also the low powers of the components, summed over the vectors")
    harmonics: int = Field(
        6,
        ge=0,
        le=12,
        description="beside low, the harmonics cos m phi, sin m phi of the azimuth up to this order, each tested alone",
    )
    user: UserTestFunctions | None = Field(None, description="also functions of the user")

    @model_validator(mode="after")
    def _any(self) -> FunctionOptions:
        if not (self.low or self.fourier or self.user):
            raise ValueError("no test function is left: switch low, fourier or user on")
        return self

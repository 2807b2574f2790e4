"""Options of the test functions."""

from __future__ import annotations

from pydantic import Field, model_validator

from symhep.methods.interface import Options
from symhep.plugin.user_function import NAME, ORIGIN, UserFunctionOptions

__all__ = ["FunctionOptions", "UserTestFunctions"]


class UserTestFunctions(UserFunctionOptions):
    """User-defined test functions."""

    function: str = Field(
        pattern=NAME,
        description=f"{ORIGIN}; of torch operations, (N, P, d) in the units of the data -> (N,) or (N, k), "
        "bounded and smooth",
        examples=["my_functions:planarity"],
    )


class FunctionOptions(Options):
    """Test functions of the moments.

    >>> FunctionOptions().fourier
    24
    """

    fourier: int = Field(
        24, ge=0, le=1024, description="number of random Fourier features of all vectors of an event"
    )
    bandwidth: float = Field(
        1.0,
        gt=0,
        description="length scale of the Fourier features, in units of the standard deviation of the "
        "squashed vectors",
    )
    low: bool = Field(True, description="also low powers of the components, summed over the vectors")
    harmonics: int = Field(
        6,
        ge=0,
        le=12,
        description="with low: harmonics cos m phi, sin m phi of the azimuth up to this order, each tested "
        "separately",
    )
    user: UserTestFunctions | None = Field(None, description="also user-defined test functions")

    @model_validator(mode="after")
    def _any(self) -> FunctionOptions:
        if not (self.low or self.fourier or self.user):
            raise ValueError("there is no test function: enable low, fourier or user")
        return self

"""Options of the test functions."""

from __future__ import annotations

from typing import Any

from pydantic import Field, model_validator

from symhep.methods.interface import Options
from symhep.plugin.functions import load_function, source_checksum

__all__ = ["FunctionOptions", "UserFunctionOptions"]


class UserFunctionOptions(Options):
    """Test functions of yours."""

    function: str = Field(
        pattern=r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$",
        description="'module:function', from an installed package or a folder named with --code; of torch "
        "operations, (N, P, d) in the units of the data -> (N,) or (N, k), bounded and smooth",
        examples=["my_functions:planarity"],
    )
    sha256: str = Field(
        "", description="checksum of the module and its imports; filled in, so that other code is other work"
    )

    @model_validator(mode="before")
    @classmethod
    def _load(cls, data: Any) -> Any:
        """Refuse a function that cannot be loaded while the card's line is known."""
        if not isinstance(data, dict) or ":" not in str(data.get("function", "")):
            return data
        load_function(str(data["function"]))
        return {**data, "sha256": source_checksum(str(data["function"]))}


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
    user: UserFunctionOptions | None = Field(None, description="also functions of yours")

    @model_validator(mode="after")
    def _any(self) -> FunctionOptions:
        if not (self.low or self.fourier or self.user):
            raise ValueError("no test function is left: switch low, fourier or user on")
        return self

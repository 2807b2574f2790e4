"""Options of the test functions."""

from __future__ import annotations

from pydantic import Field

from symhep.methods.interface import Options

__all__ = ["FunctionOptions"]


class FunctionOptions(Options):
    """Which test functions the moments are made of."""

    fourier: int = Field(
        24, ge=0, le=1024, description="number of random waves through all vectors of an event"
    )
    bandwidth: float = Field(
        1.0,
        gt=0,
        description="length over which the waves vary, in units of the spread of the squashed vectors",
    )
    low: bool = Field(True, description="also the low powers of the components, summed over the vectors")
    user: tuple[str, ...] = Field(
        (), description="'module:function' of torch operations, (events, vectors, components) -> (events, k)"
    )

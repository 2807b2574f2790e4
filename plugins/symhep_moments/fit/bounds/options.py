"""Options of the bounds."""

from __future__ import annotations

from typing import Any

from pydantic import BeforeValidator, Field

from symhep.methods.interface import Options

__all__ = ["BoundOptions", "bound_switch"]


class BoundOptions(Options):
    """Observables of the limits, and the size that matters.

    >>> BoundOptions().orders
    6
    """

    orders: int = Field(
        6,
        ge=1,
        le=24,
        description="highest order m of the azimuthal harmonics and highest degree l of "
        "the spherical harmonics",
    )
    delta: float | None = Field(
        None,
        gt=0,
        lt=1,
        description="equivalence test: smallest harmonic (a fraction) that matters; the hypothesis 'delta "
        "or more' is tested",
        examples=[0.05],
    )


def _read(value: Any) -> Any:
    if value is True:
        return BoundOptions()
    return None if value is False else value


#: For a field: true is the defaults, false is none.
bound_switch = BeforeValidator(_read, json_schema_input_type=bool | BoundOptions | None)

"""Upper limits on the size of a violation."""

from __future__ import annotations

from pydantic import Field

from symhep.methods.record import Record

__all__ = ["Limits"]


class Limits(Record):
    """Upper limits on the violation of a symmetry, for predefined observables.

    Fields of candidates, algebras, subgroups and discrete elements.

    A limit applies to the predefined observables alone; other observables are not limited by it. All limits of a result
    come from one simultaneous 95 % confidence region of all moments.
    """

    upper_95: float | None = Field(
        None,
        description="upper limit at 95 % CL on the size of the violation, in the unit of size, from the "
        "simultaneous 95 % confidence region; null: no limit exists, or none was requested",
    )
    expected_95: float | None = Field(
        None,
        description="expected limit: median of upper_95 if the symmetry holds, in the same unit; "
        "null: unknown",
    )
    below_delta: bool | None = Field(
        None,
        description="equivalence test: whether the hypothesis 'violated by delta or more' is rejected "
        "(upper_95 < delta); null: no delta was given, or no limit exists",
    )
    function: str | None = Field(
        None,
        description="the predefined observable with the largest size, to which the limit applies; "
        "null: no limit and no size",
    )

"""The bound of a row: how broken a symmetry could still be."""

from __future__ import annotations

from pydantic import Field

from symhep.methods.record import Record

__all__ = ["Limits"]


class Limits(Record):
    """How broken a symmetry could still be, on named functions: fields of rows of candidates, algebras, subgroups and
    discrete elements.

    A limit refers to the functions that it names; no finite sample bounds what they do not see. All limits of a result
    come from one region that holds all moments at once with 95 % confidence.
    """

    upper_95: float | None = Field(
        None,
        description="upper end of the simultaneous 95 % region: the breaking is smaller, in the unit of size; null: no "
        "limit exists, or it was not asked for",
    )
    expected_95: float | None = Field(
        None, description="median of that limit if the symmetry holds, in the same unit; null: unknown"
    )
    below_delta: bool | None = Field(
        None,
        description="equivalence test: whether the reverse hypothesis 'broken by delta or more' is rejected, "
        "upper_95 < delta; null: no delta was given, or no limit exists",
    )
    function: str | None = Field(
        None, description="the named function that the limit is of: the largest; null: no limit and no size"
    )

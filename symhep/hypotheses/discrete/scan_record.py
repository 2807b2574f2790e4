"""What a scan over the angles of a one-parameter subgroup found."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from symhep.methods.number import Number
from symhep.methods.p_values import Adjusted, PValue
from symhep.methods.record import Record

__all__ = ["AngleRow", "DiscreteScan", "OrderRow"]


class OrderRow(Adjusted):
    """The hypothesis that the density stays the same under the cyclic group Z_q of the subgroup.

    Adjusted over the orders (Holm); Z_q implies Z_d for every divisor d of q.
    """

    order: int = Field(description="q")
    how: Literal["tested", "support", "trivial"] = Field("tested", description="as for a discrete element")
    why: str = Field("", description="which constraint of the events it violates, if the support excludes it")
    tests: dict[str, PValue] = Field({}, description="p-values of the individual tests that are combined")

    @property
    def survives(self) -> bool:
        """Is it neither rejected nor excluded by the support?"""
        return self.how == "trivial" or self.rejected is False


class AngleRow(Record):
    """The rotation by one angle, a generating element of a cyclic group."""

    angle: float = Field(description="2 pi k / q, up to pi, radians")
    order: int = Field(description="q; the p-value is that of Z_q")
    size: Number | None = Field(
        None,
        description="mean over held-out events of log (distance of the rotated event to its nearest "
        "neighbours / the same distance before rotation): 0 if the rotation is a symmetry; "
        "null: not measured",
    )


class DiscreteScan(Record):
    """Tests of the cyclic groups of a closed one-parameter subgroup."""

    generator: str = Field(description="the one-parameter subgroup as named in the card")
    verdict: Literal["cyclic", "continuous", "none", "unresolved", "trivial"] = Field(
        description="cyclic: Z_q and its subgroups are compatible, all other orders are violated; "
        "continuous: no order is violated; none: all orders are violated; unresolved: any "
        "other combination; trivial: the subgroup acts trivially on these events"
    )
    name: str = Field(description="the group found: 'Z_7 of x1 and x2', 'SO(2) about z', 'none'")
    order: int | None = Field(None, description="q if the verdict is cyclic, else null")
    cyclic_groups: tuple[OrderRow, ...] = Field(description="Z_2 to Z_24")
    angles: tuple[AngleRow, ...] = Field(
        description="all rotations by 2 pi k / q up to pi, in order of the angle"
    )

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
    how: Literal["tested", "support", "trivial"] = Field("tested", description="as of a discrete element")
    why: str = Field("", description="which constant of the events it changes, if the support excludes it")
    tests: dict[str, PValue] = Field(
        {}, description="p-values of the single tests that the p-value is made of"
    )

    @property
    def survives(self) -> bool:
        """Is it neither rejected nor excluded by the support?"""
        return self.how == "trivial" or self.rejected is False


class AngleRow(Record):
    """The turn by one angle, a primitive element of a cyclic group, which all of its turns generate."""

    angle: float = Field(description="2 pi k / q, up to pi, radians")
    order: int = Field(description="q: its p-value is that of Z_q")
    size: Number | None = Field(
        None,
        description="mean over held-out events of log (distance of the turned event to its nearest events / that of "
        "the event): 0 if the turn is a symmetry; null: not measured",
    )


class DiscreteScan(Record):
    """Which cyclic groups of a closed one-parameter subgroup the events respect."""

    generator: str = Field(description="the subgroup, as the card names it")
    verdict: Literal["cyclic", "continuous", "none", "unresolved", "trivial"] = Field(
        description="cyclic: Z_q and its subgroups survive, all other orders are rejected; continuous: no order is "
        "rejected; none: all are; unresolved: others; trivial: the subgroup moves no event"
    )
    name: str = Field(description="the answer: 'Z_7 of x1 and x2', 'SO(2) about z', 'none'")
    order: int | None = Field(None, description="q of a cyclic verdict, else null")
    cyclic_groups: tuple[OrderRow, ...] = Field(description="Z_2 to Z_24")
    angles: tuple[AngleRow, ...] = Field(description="all turns by 2 pi k / q up to pi, angle rising")

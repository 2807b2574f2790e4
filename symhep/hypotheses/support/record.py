"""What holds for all events."""

from __future__ import annotations

from pydantic import Field

from symhep.methods.record import Record

__all__ = ["SupportRecord"]


class SupportRecord(Record):
    """Constraints on the events; methods add what they conclude from them."""

    constraints: tuple[str, ...] = Field(description="what holds for all events: 'the sum of px is 0 GeV'")

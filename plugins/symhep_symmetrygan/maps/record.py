"""Symmetry discovery maps: where training ended beside where a formula expects it."""

from __future__ import annotations

from pydantic import Field

from symhep.methods.number import Number
from symhep.methods.record import Record

__all__ = ["Closeness", "LearnedMapRecord", "MapRecord"]


class Closeness(Record):
    """How far points end from where the formula expects them."""

    median: float | None = Field(description="median of the distances; null: no point")
    p90: float | None = Field(description="their 90 % quantile; null: no point")
    far: Number | None = Field(description="share of points farther away than 0.5; null: no point")


class LearnedMapRecord(Closeness):
    """The map learned in one training, at fresh points."""

    points: int = Field(description="initial parameters that it was trained with")
    samples: int = Field(description="fresh points that it is judged at")
    against_trainings: float | None = Field(
        description="median distance from separate trainings that began at the same points; null: none ended"
    )


class MapRecord(Closeness):
    """The map from initial to final parameters of the restarts."""

    formula: str = Field(description="the formula, in words")
    coordinates: tuple[str, ...] = Field(description="what it is stated in")
    learned: LearnedMapRecord | None = Field(
        None, description="the map learned in one training; null: not asked"
    )

"""Symmetry discovery maps: where training ended beside where a formula expects it."""

from __future__ import annotations

from pydantic import Field

from symhep.methods.number import Number
from symhep.methods.record import Record

__all__ = ["Closeness", "LearnedMapRecord", "MapRecord"]


class Closeness(Record):
    """Distances between final points and the formula."""

    median: float | None = Field(description="median of the distances; null: no point")
    p90: float | None = Field(description="their 90 % quantile; null: no point")
    far: Number | None = Field(description="fraction of points with a distance above 0.5; null: no point")


class LearnedMapRecord(Closeness):
    """The map learned in one training, at fresh points."""

    points: int = Field(description="number of initial parameters used in training")
    samples: int = Field(description="number of new points at which it is evaluated")
    against_trainings: float | None = Field(
        description="median distance from separate trainings with the same initial points; null: no "
        "training finished"
    )


class MapRecord(Closeness):
    """The map from initial to final parameters of the restarts."""

    formula: str = Field(description="formula, in words")
    coordinates: tuple[str, ...] = Field(description="coordinates of the formula")
    learned: LearnedMapRecord | None = Field(
        None, description="map learned in one training; null: not requested"
    )

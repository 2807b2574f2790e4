"""How the training of a learned oracle went."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from symhep.methods.number import Number
from symhep.methods.record import Record

__all__ = ["QualityRecord", "TrainingRecord"]


class QualityRecord(Record):
    """How well the mean of the members predicts."""

    name: Literal["AUC", "accuracy", "R2"] = Field(
        description="area under the ROC curve for two classes, accuracy for more, R^2 for a value"
    )
    score: Number = Field(description="its value with the standard error")
    loss: float = Field(description="mean loss")


class TrainingRecord(Record):
    """An ensemble of networks."""

    task: Literal["classifier", "regressor"] = Field(description="as in the card")
    classes: tuple[str, ...] = Field(description="names of the classes; [] for a regressor")
    target: str | None = Field(description="column that is learned; null: which dataset an event is from")
    members: int = Field(description="networks")
    restarted: int = Field(description="times that a network was started again")
    useless: int = Field(description="networks that learned nothing, and were left out")
    steps: int = Field(description="optimiser steps")
    trained_on: int = Field(description="events trained on")
    held_out: int = Field(description="other events, from which quality and generators come")
    quality: QualityRecord = Field(description="on held-out events")
    quality_trained: QualityRecord = Field(description="on as many events trained on")

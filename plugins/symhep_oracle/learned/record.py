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
    score: Number = Field(description="value with standard error")
    loss: float = Field(description="mean loss")


class TrainingRecord(Record):
    """An ensemble of networks."""

    task: Literal["classifier", "regressor"] = Field(description="as in the card")
    classes: tuple[str, ...] = Field(description="names of the classes; [] for a regressor")
    target: str | None = Field(description="predicted feature; null: the dataset of an event")
    members: int = Field(description="networks")
    restarted: int = Field(description="number of networks that were trained again from a new start")
    useless: int = Field(description="number of networks not better than a constant prediction; excluded")
    steps: int = Field(description="optimiser steps")
    trained_on: int = Field(description="number of training events")
    held_out: int = Field(
        description="number of held-out events, used for the performance and the generators"
    )
    quality: QualityRecord = Field(description="on held-out events")
    quality_trained: QualityRecord = Field(description="on as many training events")

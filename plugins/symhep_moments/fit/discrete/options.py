"""Options of the test of discrete elements."""

from __future__ import annotations

from pydantic import Field

from symhep.hypotheses.discrete import options as hypotheses
from symhep.methods.interface import Options
from symhep.methods.layers import LayerSizes

__all__ = ["ClassifierOptions", "DiscreteOptions"]


class ClassifierOptions(Options):
    """A network per element that learns to distinguish events from transformed events."""

    training_events: int = Field(
        20_000, ge=10, description="maximum number of training events; at most half of the events"
    )
    hidden: LayerSizes = Field((32, 32), min_length=1, description="hidden layers of the networks")
    epochs: int = Field(10, ge=1, description="number of training epochs")
    min_steps: int = Field(200, ge=1, description="minimum number of optimiser steps")
    batch_size: int = Field(256, ge=1, description="events per optimiser step")
    learning_rate: float = Field(
        3e-3, gt=0, le=1e30, description="initial learning rate of Adam; decreases to 0"
    )
    weight_decay: float = Field(0.3, ge=0, description="weight decay (decoupled)")


class DiscreteOptions(hypotheses.DiscreteOptions):
    """Discrete elements to test, and options of the tests.

    >>> DiscreteOptions(elements=("P", "reflection(z)", "P*exchange(1,2)")).neighbours
    True
    """

    classifier: ClassifierOptions | None = Field(
        ClassifierOptions(), description="options of the networks; null: no networks"
    )
    neighbours: bool = Field(True, description="number of nearest neighbours for the distances of the scan")

"""Options of a learned oracle."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from symhep.methods.interface import Options
from symhep.methods.layers import LayerSizes

__all__ = ["LearnedOracleOptions"]


class LearnedOracleOptions(Options):
    """A function learned from labelled events by an ensemble of networks.

    A classifier tells the card's datasets apart, or the whole-number values of the column ``target``;
    its logits are the oracle. A regressor predicts the column ``target``.
    """

    kind: Literal["learned"]
    task: Literal["classifier", "regressor"] = Field(
        "classifier", description="classifier: its logits; regressor: the predicted value of the target"
    )
    target: str | None = Field(
        None, description="the column to learn; by default a classifier learns which dataset an event is from"
    )
    network: Literal["plain", "pooled"] = Field(
        "pooled",
        description="plain: one network on all numbers; pooled: sums over the vectors, whose order does not matter",
    )
    hidden: LayerSizes = Field((128, 128), min_length=1, description="hidden layers of the network")
    pooled: tuple[int, ...] = Field(
        (32,), min_length=1, description="layers on each vector, the last one summed over the vectors"
    )
    members: int = Field(2, ge=2, le=100, description="networks trained together; their spread is the error")
    input_rms: float | None = Field(
        None, gt=0, description="root mean square of the numbers a network sees; 10 if pooled, 1 if plain"
    )
    epochs: int = Field(20, ge=1, description="passes over the training events")
    min_steps: int = Field(2000, ge=0, description="optimiser steps at least, however few the events are")
    batch_size: int = Field(256, ge=1, description="events per optimiser step")
    learning_rate: float = Field(
        1e-3,
        gt=0,
        le=1e30,
        description="largest step size of Adam; it rises over a tenth of the steps, then falls to 0",
    )
    weight_decay: float = Field(0.1, ge=0, description="decoupled weight decay: keeps the function smooth")
    clip: float = Field(1.0, gt=0, description="largest norm of a network's gradient")
    held_out: float = Field(
        0.2, gt=0, lt=1, description="share of the events kept for the quality and the generators, untrained"
    )

    retrain: int = Field(
        2,
        ge=0,
        le=100,
        description="further trainings, each on a bootstrap sample of the events, which tell how stable the number of "
        "generators is; 0: the stability is that with these networks",
    )

    @property
    def size(self) -> float:
        """Root mean square of the numbers a network sees.

        A pooled network reads off small differences of large sums, a jet's mass from its energy and momentum:
        with larger inputs smaller weights do it, which the decay leaves alone. From 20 on members fail to train.
        """
        return self.input_rms or (10.0 if self.network == "pooled" else 1.0)

    @model_validator(mode="after")
    def _target(self) -> LearnedOracleOptions:
        if self.task == "regressor" and self.target is None:
            raise ValueError("a regressor needs 'target', the column to predict")
        return self

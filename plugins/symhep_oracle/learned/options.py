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
        None, description="feature to predict; by default a classifier predicts the dataset of an event"
    )
    network: Literal["plain", "pooled"] = Field(
        "pooled",
        description="plain: fully connected network on all inputs; pooled: sum over the vectors "
        "(permutation invariant)",
    )
    hidden: LayerSizes = Field((128, 128), min_length=1, description="sizes of the hidden layers")
    pooled: tuple[int, ...] = Field(
        (32,),
        min_length=1,
        description="pooled: sizes of the layers applied to each vector; the output of the last is summed "
        "over the vectors",
    )
    members: int = Field(
        2, ge=2, le=100, description="number of networks in the ensemble; their spread is the uncertainty"
    )
    input_rms: float | None = Field(
        None, gt=0, description="rms to which the inputs are scaled; default: 10 if pooled, 1 if plain"
    )
    epochs: int = Field(20, ge=1, description="number of training epochs")
    min_steps: int = Field(2000, ge=0, description="minimum number of optimiser steps")
    batch_size: int = Field(256, ge=1, description="batch size: events per optimiser step")
    learning_rate: float = Field(
        1e-3,
        gt=0,
        le=1e30,
        description="maximum learning rate of Adam; it rises over the first tenth of the steps, then falls "
        "to 0",
    )
    weight_decay: float = Field(
        0.1, ge=0, description="decoupled weight decay, which keeps the function smooth"
    )
    clip: float = Field(
        1.0, gt=0, description="maximum norm of the gradient of a network (gradient clipping)"
    )
    held_out: float = Field(
        0.2,
        gt=0,
        lt=1,
        description="fraction of events held out, used to measure the performance and to find the generators",
    )

    retrain: int = Field(
        2,
        ge=0,
        le=100,
        description="number of additional trainings on bootstrap samples, used for the stability of the "
        "number of generators; 0: stability with the nominal networks only",
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
            raise ValueError("a regressor needs 'target', the feature to predict")
        return self

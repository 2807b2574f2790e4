"""Options of the VAE relevance method."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from symhep.events.stream import SUBSAMPLE
from symhep.methods.interface import Options
from symhep.methods.layers import LayerSizes

__all__ = ["RUNS_PER_SHARD", "VaeOptions", "Variant"]

Variant = Literal["vae", "factor", "tc", "ae", "linear"]

#: Runs trained together. Part of the method, not of the machine: results must not depend on the workers.
RUNS_PER_SHARD = 20


class VaeOptions(Options):
    """Defaults are those of Sanz (eqs. 3.1-3.2): beta 0.1, Adam at 1e-3, 15 runs of 20 epochs.

    >>> VaeOptions(beta=1.0).hidden
    (64, 32)
    """

    def epochs_for(self, events: int) -> int:
        """Passes over a sample of ``events``: ``epochs``, or more to reach ``min_steps``.

        >>> VaeOptions().epochs_for(10_000), VaeOptions().epochs_for(1000)
        (20, 215)
        """
        steps = max(1, events // min(self.batch_size, max(events, 1)))
        return max(self.epochs, -(-self.min_steps // steps))

    latent_dim: int = Field(
        6,
        ge=1,
        le=256,
        description="number of latent variables; at least the expected number of independent directions",
    )
    runs: int = Field(15, ge=1, le=1000, description="number of independent trainings (runs), averaged over")
    epochs: int = Field(20, ge=1, description="number of training epochs")
    min_steps: int = Field(
        1500,
        ge=0,
        description="minimum number of optimiser steps; for small samples the number of epochs is raised "
        "to reach it",
    )
    beta: float = Field(
        0.1,
        ge=0,
        description="weight of the KL term; directions whose scaled variance is below it are treated as "
        "noise",
    )
    batch_size: int = Field(128, ge=1, description="batch size: events per optimiser step")
    learning_rate: float = Field(1e-3, gt=0, le=1e30, description="learning rate of Adam")
    hidden: LayerSizes = Field(
        (64, 32),
        description="sizes of the hidden layers of the encoder; the decoder has them in reverse order",
    )
    activation: Literal["relu", "leaky_relu", "tanh", "elu", "softplus"] = Field(
        "relu", description="activation of the hidden layers"
    )
    warmup: int = Field(
        0, ge=0, description="number of epochs over which the weight of the KL term rises linearly to beta"
    )
    variant: Variant = Field(
        "vae",
        description="vae (beta-VAE), factor (FactorVAE), tc (beta-TCVAE), ae (deterministic), linear "
        "(linear VAE)",
    )
    tc_weight: float = Field(
        4.0,
        ge=0,
        description="additional weight of the total correlation, in units of beta (variants factor and tc)",
    )
    train_events: int = Field(
        SUBSAMPLE,
        ge=1,
        le=SUBSAMPLE,
        description="maximum number of training events (uniform subsample); the other events are used for "
        "validation",
    )
    max_events: int | None = Field(
        None, ge=1, description="number of events to use, evenly spaced through the sample; default: all"
    )
    noise: float = Field(
        0.0, ge=0, description="standard deviation of Gaussian noise added once to the scaled features"
    )
    noise_seed: int = Field(1, ge=0, description="seed of the added noise, which is the same for all runs")

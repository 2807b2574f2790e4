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
        6, ge=1, le=256, description="latents; at least as many as independent directions are expected"
    )
    runs: int = Field(15, ge=1, le=1000, description="independent trainings, averaged over")
    epochs: int = Field(20, ge=1, description="passes over the events")
    min_steps: int = Field(
        1500,
        ge=0,
        description="optimiser steps at least: a small sample is passed over more often than epochs says",
    )
    beta: float = Field(
        0.1,
        ge=0,
        description="weight of the KL term; directions with a scaled variance below it count as noise",
    )
    batch_size: int = Field(128, ge=1, description="events per optimiser step")
    learning_rate: float = Field(1e-3, gt=0, le=1e30, description="step size of Adam")
    hidden: LayerSizes = Field(
        (64, 32), description="hidden layer sizes of the encoder; the decoder mirrors them"
    )
    activation: Literal["relu", "leaky_relu", "tanh", "elu", "softplus"] = Field(
        "relu", description="activation of the hidden layers"
    )
    warmup: int = Field(0, ge=0, description="epochs over which the weight of the KL term rises to beta")
    variant: Variant = Field(
        "vae",
        description="vae (beta-VAE), factor (FactorVAE), tc (beta-TCVAE), ae (deterministic), linear (linear VAE)",
    )
    tc_weight: float = Field(
        4.0, ge=0, description="extra weight of the total correlation, in units of beta, for factor and tc"
    )
    train_events: int = Field(
        SUBSAMPLE,
        ge=1,
        le=SUBSAMPLE,
        description="train on at most this many events, a uniform subsample; the networks are judged by all others",
    )
    max_events: int | None = Field(
        None, ge=1, description="use this many events, evenly spaced through the sample; all by default"
    )
    noise: float = Field(
        0.0, ge=0, description="standard deviation of Gaussian noise added once to the scaled features"
    )
    noise_seed: int = Field(1, ge=0, description="picks the added noise; it is the same for all runs")

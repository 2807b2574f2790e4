"""Options of the adversarial training."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from symhep.methods.interface import Options
from symhep.methods.layers import LayerSizes

__all__ = ["DiscriminatorOptions", "LearningRates", "TrainingOptions"]


class LearningRates(Options):
    """Step sizes of Adam at the start, one for each side."""

    generator: float = Field(3e-3, gt=0, le=1e3, description="of the transformation's parameters")
    discriminator: float = Field(1e-3, gt=0, le=1e3, description="of the network's weights")


class DiscriminatorOptions(Options):
    """The network that tells events from their images."""

    hidden: LayerSizes = Field((25, 25), min_length=1, description="ReLU layers of the network")
    spectral_norm: bool = Field(
        False, description="divide every weight matrix by its largest singular value (Miyato et al. 2018)"
    )
    gradient_penalty: float = Field(
        0.0, ge=0, description="gamma of the penalty gamma/2 |grad logit|^2 on events (Mescheder et al. 2018)"
    )
    inputs: Literal["scaled", "whitened"] = Field(
        "scaled", description="whitened: the network sees the coordinates with unit covariance"
    )


class TrainingOptions(Options):
    """How elements are searched.

    >>> TrainingOptions(restarts=20, learning_rate={"generator": 1e-3}).learning_rate.discriminator
    0.001
    """

    restarts: int = Field(100, ge=1, description="random starts, trained side by side")
    steps: int = Field(
        4000, ge=1, description="number of training steps; each updates generator and discriminator once"
    )
    batch: int = Field(128, ge=1, description="events per batch")
    replicas_per_batch: int = Field(
        100,
        ge=1,
        description="restarts that are stored when done; numbers depend on it by rounding alone",
    )
    learning_rate: LearningRates = Field(LearningRates(), description="step sizes of both sides")
    decay: Literal["cosine", "none"] = Field("cosine", description="how the step sizes fall to 0")
    average: float = Field(
        0.0,
        ge=0,
        lt=1,
        description="memory of the running mean of the parameters that is the result; 0: the last ones",
    )
    discriminator: DiscriminatorOptions = Field(DiscriminatorOptions(), description="the network")

"""Options of the adversarial training."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from symhep.methods.interface import Options
from symhep.methods.layers import LayerSizes

__all__ = ["DiscriminatorOptions", "LearningRates", "TrainingOptions"]


class LearningRates(Options):
    """Initial learning rates of Adam."""

    generator: float = Field(
        3e-3, gt=0, le=1e3, description="initial learning rate of the transformation parameters"
    )
    discriminator: float = Field(
        1e-3, gt=0, le=1e3, description="initial learning rate of the network weights"
    )


class DiscriminatorOptions(Options):
    """The discriminator between events and transformed events."""

    hidden: LayerSizes = Field((25, 25), min_length=1, description="sizes of the hidden layers (ReLU)")
    spectral_norm: bool = Field(
        False,
        description="spectral normalisation: divide each weight matrix by its largest singular "
        "value (Miyato et al. 2018)",
    )
    gradient_penalty: float = Field(
        0.0,
        ge=0,
        description="gamma of the gradient penalty gamma/2 |grad logit|^2 on events (Mescheder et al. 2018)",
    )
    inputs: Literal["scaled", "whitened"] = Field(
        "scaled", description="input of the network; whitened: coordinates with unit covariance"
    )


class TrainingOptions(Options):
    """Options of the adversarial training.

    >>> TrainingOptions(restarts=20, learning_rate={"generator": 1e-3}).learning_rate.discriminator
    0.001
    """

    restarts: int = Field(100, ge=1, description="number of random starts, trained in parallel")
    steps: int = Field(
        4000, ge=1, description="number of training steps; each updates generator and discriminator once"
    )
    batch: int = Field(128, ge=1, description="batch size (events)")
    replicas_per_batch: int = Field(
        100,
        ge=1,
        description="number of restarts trained together and stored when finished; results depend on it by "
        "rounding only",
    )
    learning_rate: LearningRates = Field(LearningRates(), description="initial learning rates (Adam)")
    decay: Literal["cosine", "none"] = Field(
        "cosine", description="schedule of the learning rates: cosine (to 0) or none"
    )
    average: float = Field(
        0.0,
        ge=0,
        lt=1,
        description="decay factor of the exponential moving average of the parameters, which is the "
        "result; 0: no average",
    )
    discriminator: DiscriminatorOptions = Field(
        DiscriminatorOptions(), description="options of the discriminator network"
    )

"""Options of the gradient solver."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from symhep.methods.interface import Options
from symhep.methods.layers import LayerSizes

__all__ = ["Difference", "FlowOptions", "FlowWeights", "GradientOptions", "LossWeights"]

Difference = Literal["forward", "central"]


class FlowWeights(Options):
    """The weights h of the slides, one per term of the loss: those that any vector field has."""

    invariance: float = Field(1.0, ge=0, description="weight h_inv of the invariance loss, eq. (4)")
    normalisation: float = Field(1.0, gt=0, description="weight h_norm of the normalisation loss, eq. (5)")
    orthogonality: float = Field(1.0, ge=0, description="weight h_orth of the orthogonality loss, eq. (6)")


class LossWeights(FlowWeights):
    """Beside them, those of matrices."""

    closure: float = Field(1.0, ge=0, description="weight of the closure loss h_clos; 0 disables it")
    sparsity: float = Field(
        0.0, ge=0, description="weight h_sp of the sparsity loss, eq. (7); 0.05 in the paper's examples"
    )


class GradientOptions(Options):
    """Defaults are those of Forestano et al. (arXiv:2301.05638): eps and Adam at 1e-3, 300 points, 5000 epochs.

    >>> GradientOptions(generators=(1, 2, 3)).difference
    'forward'
    """

    generators: tuple[int, ...] | None = Field(
        None,
        min_length=1,
        description="numbers of generators N_g to try; default: from 1 to the number of unknowns, at most 10",
    )
    seeds: int = Field(5, ge=1, le=1000, description="number of independent starts per N_g")
    epochs: int = Field(5000, ge=1, description="number of full-batch steps of Adam")
    learning_rate: float = Field(1e-3, gt=0, le=1e30, description="learning rate of Adam")
    epsilon: float = Field(1e-3, gt=0, lt=1, description="eps in x' = (1 + eps W) x")
    difference: Difference = Field(
        "forward",
        description="forward: phi(x') - phi(x) as published, which biases the diagonal by eps/2; central: "
        "without this bias",
    )
    closure_power: Literal[1, 2] = Field(
        1,
        description="power of |[W_a, W_b] - a W|^2 in the closure loss: 1 as in the paper, 2 as in the "
        "published code (flatter at the minimum)",
    )
    weights: LossWeights = Field(LossWeights(), description="weights of the terms of the loss")
    family: Literal["general", "unitary", "special"] = Field(
        "general",
        description="constraint on W: general (any matrix), unitary (anti-Hermitian, U(n)), special "
        "(anti-Hermitian and traceless, SU(n))",
    )
    points: int = Field(300, ge=1, description="number of events to use, evenly spaced through the sample")
    normalise: bool = Field(
        True,
        description="divide the points by their rms and phi by the rms of its slope, so that the weights h "
        "do not depend on units; false: losses as published",
    )


class FlowOptions(Options):
    """Non-linear generators (3): networks x -> (x' - x) / eps instead of matrices.

    >>> FlowOptions().hidden
    (32, 32)
    """

    generators: int = Field(
        1, ge=1, description="number N_g of networks, trained together and kept orthogonal"
    )
    hidden: LayerSizes = Field(
        (32, 32), min_length=1, description="sizes of the hidden layers of each network"
    )
    activation: Literal["tanh", "softplus", "elu", "relu"] = Field(
        "tanh", description="activation of the hidden layers"
    )
    seeds: int = Field(5, ge=1, le=1000, description="number of independent starts")
    epochs: int = Field(5000, ge=1, description="number of full-batch steps of Adam")
    learning_rate: float = Field(1e-3, gt=0, le=1e30, description="learning rate of Adam")
    epsilon: float = Field(1e-3, gt=0, lt=1, description="eps in x' = x + eps v(x)")
    weights: FlowWeights = Field(FlowWeights(), description="weights of the terms of the loss")
    points: int = Field(
        300,
        ge=1,
        description="number of training events, evenly spaced, at most half of the sample; the others are "
        "held out to measure the fields",
    )

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

    invariance: float = Field(1.0, ge=0, description="h_inv of (4)")
    normalisation: float = Field(1.0, gt=0, description="h_norm of (5)")
    orthogonality: float = Field(1.0, ge=0, description="h_orth of (6)")


class LossWeights(FlowWeights):
    """Beside them, those of matrices."""

    closure: float = Field(1.0, ge=0, description="weight of the closure loss h_clos; 0 disables it")
    sparsity: float = Field(0.0, ge=0, description="h_sp of (7); the slides take 0.05 where they use it")


class GradientOptions(Options):
    """Defaults are those of Forestano et al. (arXiv:2301.05638): eps and Adam at 1e-3, 300 points, 5000 epochs.

    >>> GradientOptions(generators=(1, 2, 3)).difference
    'forward'
    """

    generators: tuple[int, ...] | None = Field(
        None,
        min_length=1,
        description="numbers of generators N_g that are tried; by default 1 to the unknowns, 10 at most",
    )
    seeds: int = Field(5, ge=1, le=1000, description="independent starts per N_g")
    epochs: int = Field(5000, ge=1, description="steps of Adam over all points")
    learning_rate: float = Field(1e-3, gt=0, le=1e30, description="step size of Adam")
    epsilon: float = Field(1e-3, gt=0, lt=1, description="eps in x' = (1 + eps W) x")
    difference: Difference = Field(
        "forward",
        description="forward: phi(x') - phi(x) as on the slides, biases the diagonal by eps/2; central: no such bias",
    )
    closure_power: Literal[1, 2] = Field(
        1,
        description="closure adds up |[W_a, W_b] - a W|^2 over the pairs (1, as the slides write it), or its square "
        "(2, as the published code does, flatter at its minimum)",
    )
    weights: LossWeights = Field(LossWeights(), description="weights of the terms of the loss")
    family: Literal["general", "unitary", "special"] = Field(
        "general",
        description="W any matrix; unitary: anti-Hermitian (U(n)); special: and traceless (SU(n))",
    )
    points: int = Field(300, ge=1, description="events used, evenly spaced through the sample")
    normalise: bool = Field(
        True,
        description="divide the points by their rms and phi by the rms of its slope, so that the weights h mean the "
        "same in GeV; false: the slides' losses as printed",
    )


class FlowOptions(Options):
    """Non-linear generators (3): networks x -> (x' - x) / eps instead of matrices.

    >>> FlowOptions().hidden
    (32, 32)
    """

    generators: int = Field(1, ge=1, description="N_g, networks trained side by side and kept orthogonal")
    hidden: LayerSizes = Field((32, 32), min_length=1, description="hidden layer sizes of each network")
    activation: Literal["tanh", "softplus", "elu", "relu"] = Field("tanh", description="of the hidden layers")
    seeds: int = Field(5, ge=1, le=1000, description="independent starts")
    epochs: int = Field(5000, ge=1, description="steps of Adam over all points")
    learning_rate: float = Field(1e-3, gt=0, le=1e30, description="step size of Adam")
    epsilon: float = Field(1e-3, gt=0, lt=1, description="eps in x' = x + eps v(x)")
    weights: FlowWeights = Field(FlowWeights(), description="weights of the terms of the loss")
    points: int = Field(
        300,
        ge=1,
        description="events trained on, evenly spaced, at most half of all; the others measure the fields",
    )

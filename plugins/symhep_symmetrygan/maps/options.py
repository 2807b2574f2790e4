"""Options of symmetry discovery maps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from symhep.methods.interface import Options
from symhep.plugin.user_function import NAME, ORIGIN, UserFunctionOptions
from symhep_symmetrygan.training.options import DiscriminatorOptions, LearningRates

__all__ = ["FormulaOptions", "LearnOptions", "MapOptions"]

FloatArray = npt.NDArray[np.float64]


class LearnOptions(Options):
    """Options for learning Omega in one training.

    >>> LearnOptions(points=64).steps
    2000
    """

    points: int = Field(128, ge=2, description="number of initial parameters c_a that share one Omega")
    steps: int = Field(
        2000, ge=1, description="number of training steps; each updates generator and discriminator once"
    )
    batch: int = Field(128, ge=1, description="batch size for each c_a")
    warm_up: int = Field(
        200, ge=0, description="number of preceding steps that train the discriminators only"
    )
    layer_steps: int = Field(20, ge=1, description="training steps per layer of Omega")
    features: int = Field(256, ge=8, description="width of a layer")
    length: float = Field(
        0.5,
        gt=0,
        description="smoothing length of a layer, in standard deviations of the initial parameters",
    )
    ridge: float = Field(
        0.1,
        gt=0,
        description="noise of a slope relative to the variation of the features; larger values smooth more",
    )
    learning_rate: LearningRates = Field(
        LearningRates(generator=5e-3, discriminator=3e-3),
        description="learning rates of both sides, decreasing to 0; that of the generator in units of the "
        "standard deviation of the c_a",
    )
    discriminator: DiscriminatorOptions = Field(DiscriminatorOptions(), description="the networks")
    seed: int = Field(0, ge=0, description="random seed of the features")


class FormulaOptions(UserFunctionOptions):
    """A function from initial to final parameters."""

    function: str = Field(
        pattern=NAME,
        description=f"{ORIGIN}; initial parameters (N, K) on scaled coordinates -> final ones (N, K)",
        examples=["my_functions:final_parameters"],
    )


class MapOptions(Options):
    """The symmetry discovery map: comparison with a formula, and learning of Omega.

    >>> MapOptions(formula="radial").learn is None
    True
    """

    formula: Literal["side", "sign", "radial", "bisecting"] | FormulaOptions = Field(
        description="formula to compare with: side (A1), sign (A6), radial (A5), bisecting (31), or a "
        "function"
    )
    learn: LearnOptions | None = Field(None, description="learn Omega of eq. (44) in one training; null: no")
    fresh: int = Field(
        1000,
        ge=1,
        description="number of points at which a learned map is evaluated; the first ones are the initial "
        "points of the restarts",
    )

    @property
    def stated(self) -> str | Callable[[FloatArray], FloatArray]:
        """The formula's name, or the function itself."""
        return self.formula if isinstance(self.formula, str) else self.formula.load()

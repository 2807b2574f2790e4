"""Options of the search over subgroups."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from symhep.methods.interface import Options
from symhep_symmetrygan.training.options import LearningRates

__all__ = ["SubgroupOptions", "WalkOptions"]


class WalkOptions(Options):
    """How subgroups are searched, and which discrete elements are tested beside them.

    >>> WalkOptions(elements=["P"]).restarts
    6
    """

    elements: Literal["usual"] | tuple[str, ...] = Field(
        "usual",
        description="discrete elements: P, reflection(x), exchange(1,2), Z_3(z), P*exchange(1,2), ...",
    )
    restarts: int = Field(6, ge=1, description="positions and parameters at the start, per class")
    steps: int = Field(600, ge=1, description="batches of the game for the position")
    posthoc_steps: int = Field(
        1500, ge=1, description="batches of the networks that judge the final positions"
    )
    batch: int = Field(128, ge=16, description="events per batch")
    learning_rate: LearningRates = Field(
        LearningRates(generator=2e-2, discriminator=3e-3), description="step sizes of both sides"
    )
    waves: int = Field(64, ge=8, description="plane waves, two test functions each")


class SubgroupOptions(WalkOptions):
    """Which classes of subgroups are searched, and how.

    >>> SubgroupOptions(catalogue="poincare", classes=["SO(3)", "J_z"]).restarts
    6
    """

    catalogue: Literal["lorentz", "poincare"] = Field(
        "lorentz", description="14 classes of subgroups, or 141 with translations"
    )
    classes: Literal["all"] | tuple[str, ...] = Field(
        "all",
        description="names, labels or generators of classes of the catalogue; those that lie in them are tested too",
    )

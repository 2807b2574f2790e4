"""Options of the loss landscape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
from pydantic import Field, model_validator

from symhep.methods.interface import Options
from symhep.readers.toy.shapes import gaussians
from symhep_symmetrygan.landscape.mixture import Mixture
from symhep_symmetrygan.landscape.slices import Axis

__all__ = ["AxisOptions", "ComponentOptions", "LandscapeOptions", "SliceOptions"]


class ComponentOptions(Options):
    """One Gaussian of the density."""

    weight: float = Field(1.0, gt=0, description="relative weight")
    mean: tuple[float, ...] = Field(min_length=1, max_length=2, description="mean in the units of the data")
    covariance: tuple[tuple[float, ...], ...] = Field(
        min_length=1, max_length=2, description="covariance matrix, by rows"
    )


class AxisOptions(Options):
    """A parameter to scan."""

    parameter: str = Field(description="label of the parameter, such as c, s, theta_12", examples=["c"])
    low: float = Field(description="first value")
    high: float = Field(description="last value")
    points: int = Field(61, ge=3, le=1001, description="number of values, evenly spaced")

    @model_validator(mode="after")
    def _rising(self) -> AxisOptions:
        if self.low >= self.high:
            raise ValueError(f"'{self.parameter}' needs low < high")
        return self

    @property
    def axis(self) -> Axis:
        """As the landscape takes it."""
        return Axis(self.parameter, self.low, self.high, self.points)


class SliceOptions(Options):
    """One or two parameters to scan, and values of all others; translations in the units of the data."""

    x: AxisOptions = Field(description="first parameter")
    y: AxisOptions | None = Field(None, description="second parameter; null: one-dimensional")
    fixed: Mapping[str, float] = Field({}, description="label -> value of each other parameter")
    within: float = Field(
        0.2, gt=0, description="maximum difference of a fixed parameter for elements shown on the slice"
    )

    @property
    def axes(self) -> list[Axis]:
        """One or two."""
        return [a.axis for a in (self.x, self.y) if a is not None]


class LandscapeOptions(Options):
    """The loss with the optimal discriminator for a known density in one or two dimensions.

    >>> LandscapeOptions(density="bimodal").mixture.means.tolist()
    [[-1.0], [1.0]]
    """

    density: Literal["gaussian", "normal11", "normal12", "bimodal", "octagon", "grid5x5"] | None = Field(
        None, description="density of the toy with this name"
    )
    mean: tuple[float, ...] | None = Field(None, description="option of the toy, if set there")
    variance: tuple[float, ...] | None = Field(None, description="option of the toy, if set there")
    components: tuple[ComponentOptions, ...] = Field((), description="components of a Gaussian mixture")
    slices: tuple[SliceOptions, ...] = Field((), description="planes and lines in the parameter space")

    @model_validator(mode="after")
    def _known(self) -> LandscapeOptions:
        if (self.density is None) == (not self.components):
            raise ValueError(
                "give the density of the landscape either by the name of a toy or by 'components'"
            )
        if self.density is None and (self.mean or self.variance):
            raise ValueError("'mean' and 'variance' are options of the toy named by 'density'")
        if len({len(c.mean) for c in self.components}) > 1 or any(
            {len(row) for row in c.covariance} != {len(c.mean)} or len(c.covariance) != len(c.mean)
            for c in self.components
        ):
            raise ValueError(
                "all means must have the same length, and all covariances that number of rows and columns"
            )
        _ = self.mixture  # raises for what is no density
        return self

    @property
    def mixture(self) -> Mixture:
        """In the units of the data."""
        if self.density is None:
            return Mixture.of(
                [c.mean for c in self.components],
                [c.covariance for c in self.components],
                [c.weight for c in self.components],
            )
        given = {"mean": self.mean, "variance": self.variance}
        centres, variances = gaussians(self.density, {k: list(v) for k, v in given.items() if v is not None})
        return Mixture.of(centres, np.diag(variances))

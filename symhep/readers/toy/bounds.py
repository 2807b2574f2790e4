"""Bounds of the toys' options, the same for a run card and for Python."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

__all__ = ["Angle", "Asymmetry", "Axis", "Fraction", "Negative", "NotNegative", "Order", "Positive", "Width"]

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
#: An epsilon: 1 + epsilon s is a density for every s in [-1, 1].
Fraction = Annotated[float, Field(ge=-1, le=1)]
#: 1 + c^2 + (8 / 3) A c is a density.
Asymmetry = Annotated[float, Field(ge=-0.75, le=0.75)]
#: Relative; ten standard deviations below the mass there is 0.
Width = Annotated[float, Field(ge=0, le=0.1)]
#: Of events of weight -1: at one half the signed sample is empty.
Negative = Annotated[float, Field(ge=0, lt=0.5)]
Order = Annotated[int, Field(ge=1)]
Angle = Annotated[float, Field(allow_inf_nan=False)]
Axis = Literal["x", "y", "z"]

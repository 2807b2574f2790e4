"""The options of the toys; which toy knows which is said by its `Family`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from symhep.readers.interface import ReaderOptions
from symhep.readers.toy.bounds import (
    Angle,
    Asymmetry,
    Axis,
    Fraction,
    Negative,
    NotNegative,
    Order,
    Positive,
    Width,
)

__all__ = ["ToyName", "ToyOptions"]

ToyName = Literal[
    "square",
    "circle",
    "gaussian",
    "normal11",
    "normal12",
    "bimodal",
    "octagon",
    "grid5x5",
    "sphere",
    "digits",
    "two_body",
    "three_body",
    "four_body",
    "dijets",
]
#: Options that every toy has.
_ALL = frozenset({"name", "events", "seed"})


class ToyOptions(ReaderOptions):
    """``name``: name of the toy; ``events`` and ``seed``; the others belong to some toys, which say their defaults."""

    name: ToyName | None = Field(None, description="name of the toy")
    events: int = Field(10_000, ge=0, description="number of events")
    seed: int = Field(20260101, ge=0, description="seed of the events (independent of the seed of the run)")
    dimension: int | None = Field(
        None, ge=1, le=1000, description="gaussian: number of dimensions; default: 1"
    )
    radius: float | None = Field(None, gt=0, description="square, circle, sphere: radius R; default: 10")
    mean: list[float] | None = Field(None, description="Gaussian shapes: mean per dimension")
    variance: list[float] | None = Field(None, description="Gaussian shapes: variance per dimension")
    mass: Positive | None = Field(None, description="decays: mass of the resonance in GeV; default: 91.2")
    width: Width | None = Field(
        None, description="decays: relative standard deviation of the mass; default: 0"
    )
    rapidity: NotNegative | None = Field(
        None, description="decays: standard deviation of the rapidity of the resonance; default: 0"
    )
    pt: NotNegative | None = Field(
        None, description="decays: mean transverse momentum of the resonance in GeV; default: 0"
    )
    a_fb: Asymmetry | None = Field(
        None, description="two_body: forward-backward asymmetry; default: isotropic"
    )
    handedness: Fraction | None = Field(
        None, description="three_body, four_body: coefficient epsilon of the parity-odd term; default: 0"
    )
    pt_min: Positive | None = Field(None, description="dijets: threshold in GeV; default: 1200")
    imbalance: NotNegative | None = Field(
        None, description="dijets: mean pt of the soft recoil, relative to the jet pt; default: 0.05"
    )
    ordered: bool | None = Field(None, description="dijets: order the jets in pt; default: false")
    modulation: Fraction | None = Field(
        None, description="particles: epsilon of the acceptance 1 + epsilon cos(m phi); default: 0"
    )
    order: Order | None = Field(None, description="particles: m of the acceptance; default: 2")
    tilt: Angle | None = Field(
        None, description="particles: rotation angle of the events (tilt) in rad; default: 0"
    )
    axis: Axis | None = Field(None, description="particles: axis of the tilt; default: x")
    negative: Negative | None = Field(
        None, description="particles: fraction of events with weight -1; default: 0"
    )

    @property
    def given(self) -> Mapping[str, Any]:
        """The options that belong to some toys, where they are given."""
        return {k: v for k, v in self if k not in _ALL and v is not None}

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
    """``name``: which data set; ``events`` and ``seed``; the others belong to some toys, which say their defaults."""

    name: ToyName | None = Field(None, description="which data set")
    events: int = Field(10_000, ge=0, description="how many events to draw")
    seed: int = Field(
        20260101, ge=0, description="seed of the events (the run's seed leaves them as they are)"
    )
    dimension: int | None = Field(None, ge=1, le=1000, description="dimensions of gaussian; 1 by default")
    radius: float | None = Field(None, gt=0, description="R of square, circle and sphere; 10 by default")
    mean: list[float] | None = Field(None, description="mean per dimension, of the Gaussian shapes")
    variance: list[float] | None = Field(None, description="variance per dimension, of the Gaussian shapes")
    mass: Positive | None = Field(None, description="decays: mass of the resonance in GeV; 91.2 by default")
    width: Width | None = Field(
        None, description="decays: standard deviation of the mass, relative to it; 0 by default"
    )
    rapidity: NotNegative | None = Field(
        None, description="decays: standard deviation of the resonance's rapidity along z; 0 by default"
    )
    pt: NotNegative | None = Field(
        None, description="decays: mean transverse momentum of the resonance in GeV; 0 by default"
    )
    a_fb: Asymmetry | None = Field(
        None, description="two_body: forward-backward asymmetry; isotropic if not given"
    )
    handedness: Fraction | None = Field(
        None, description="three_body, four_body: epsilon of the term odd under parity; 0 by default"
    )
    pt_min: Positive | None = Field(None, description="dijets: threshold in GeV; 1200 by default")
    imbalance: NotNegative | None = Field(
        None, description="dijets: mean pt of the soft recoil, relative to the jets' pt; 0.05 by default"
    )
    ordered: bool | None = Field(None, description="dijets: the jet of the larger pt first; false by default")
    modulation: Fraction | None = Field(
        None, description="particles: epsilon of the acceptance 1 + epsilon cos(m phi); 0 by default"
    )
    order: Order | None = Field(None, description="particles: m of the acceptance; 2 by default")
    tilt: Angle | None = Field(
        None, description="particles: angle in radians by which events are turned; 0 by default"
    )
    axis: Axis | None = Field(None, description="particles: the axis of the tilt; x by default")
    negative: Negative | None = Field(
        None, description="particles: fraction of events of weight -1; 0 by default"
    )

    @property
    def given(self) -> Mapping[str, Any]:
        """The options that belong to some toys, where they are given."""
        return {k: v for k, v in self if k not in _ALL and v is not None}

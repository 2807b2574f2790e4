"""Options of the method `symmetrygan`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from symhep.events.stream import SUBSAMPLE
from symhep.hypotheses.discrete.options import spelled
from symhep.hypotheses.subgroups.options import switch
from symhep.methods.interface import Options
from symhep_symmetrygan.inertial.options import InertialOptions
from symhep_symmetrygan.landscape.options import LandscapeOptions
from symhep_symmetrygan.maps.options import MapOptions
from symhep_symmetrygan.spaces.options import SearchOptions, switched_off
from symhep_symmetrygan.subgroups.options import ElementOptions, WalkOptions
from symhep_symmetrygan.terms.options import TermOptions
from symhep_symmetrygan.training.options import TrainingOptions
from symhep_symmetrygan.validation.options import ValidationOptions

__all__ = ["SymmetryGanOptions"]


class SymmetryGanOptions(Options):
    """What is searched, among which events, how it is trained and tested.

    >>> SymmetryGanOptions(search="so(4)").search.group
    'so(4)'
    >>> SymmetryGanOptions(search=False, subgroups=True).subgroups.classes
    'all'
    """

    search: Annotated[SearchOptions | None, switched_off] = Field(
        SearchOptions(),
        description="the space of transformations in which single elements are searched: a name such as so(4), or "
        "{group, on, marginal, components}; false: no such search",
        examples=["so(4)"],
    )
    subgroups: Annotated[WalkOptions | None, switch(WalkOptions)] = Field(
        None,
        description="test every class of subgroups of the Lorentz or Poincare group, in any direction (four-momenta): "
        "true, false, or which and how",
    )
    discrete: Annotated[ElementOptions | None, spelled(ElementOptions)] = Field(
        None, description="discrete elements that are tested one by one: a list, or which and how; null: none"
    )
    acts_on: Literal["auto", "momenta", "features"] = Field(
        "auto", description="four-momenta of the objects or the features; auto: momenta where there are any"
    )
    vectors: int | None = Field(
        None, ge=1, description="number of vectors the features are split into; 1 by default"
    )
    level: float = Field(
        0.01, gt=0, lt=1, description="significance level (family-wise error rate) per family of hypotheses"
    )
    held_out: float = Field(0.5, gt=0, lt=1, description="share of the events that training never sees")
    train_events: int = Field(
        SUBSAMPLE // 2,
        ge=1,
        le=SUBSAMPLE,
        description="train on at most this many events, a uniform subsample; all others are held out",
    )
    max_events: int | None = Field(
        None, ge=1, description="use this many events, evenly spaced; all by default"
    )
    training: TrainingOptions = Field(TrainingOptions(), description="the adversarial training")
    terms: tuple[TermOptions, ...] = Field((), description="what is added to the loss")
    inertial: InertialOptions | None = Field(
        None,
        description="a bounded inertial density that is kept, too; by default maps are restricted upfront",
    )
    validation: ValidationOptions = Field(ValidationOptions(), description="refining and testing")
    landscape: LandscapeOptions | None = Field(
        None, description="draw found elements over the loss for a density that is known"
    )
    map: MapOptions | None = Field(
        None, description="from initial to found parameters, and whether it can be learned"
    )

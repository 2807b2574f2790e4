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
    """Search, events, training and tests.

    >>> SymmetryGanOptions(search="so(4)").search.group
    'so(4)'
    >>> SymmetryGanOptions(search=False, subgroups=True).subgroups.classes
    'all'
    """

    search: Annotated[SearchOptions | None, switched_off] = Field(
        SearchOptions(),
        description="group in which individual symmetry transformations are searched: a name such as "
        "so(4), or {group, on, marginal, components}; false: no search",
        examples=["so(4)"],
    )
    subgroups: Annotated[WalkOptions | None, switch(WalkOptions)] = Field(
        None,
        description="test all classes of subgroups of the Lorentz or Poincare group with fitted directions "
        "(four-momenta): true, false, or options",
    )
    discrete: Annotated[ElementOptions | None, spelled(ElementOptions)] = Field(
        None, description="discrete elements to test one by one: a list, or options; null: none"
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
    held_out: float = Field(0.5, gt=0, lt=1, description="fraction of the events held out from training")
    train_events: int = Field(
        SUBSAMPLE // 2,
        ge=1,
        le=SUBSAMPLE,
        description="maximum number of training events, a uniform subsample; all others are held out",
    )
    max_events: int | None = Field(
        None, ge=1, description="maximum number of events, evenly spaced; default: all"
    )
    training: TrainingOptions = Field(TrainingOptions(), description="options of the adversarial training")
    terms: tuple[TermOptions, ...] = Field((), description="additional loss terms")
    inertial: InertialOptions | None = Field(
        None,
        description="inertial density that must be preserved, too; default: none, the search space is "
        "restricted instead",
    )
    validation: ValidationOptions = Field(ValidationOptions(), description="options of refinement and tests")
    landscape: LandscapeOptions | None = Field(
        None, description="draw the elements found over the loss for a known density"
    )
    map: MapOptions | None = Field(
        None,
        description="symmetry discovery map from initial to final parameters, compared with a "
        "formula or learned",
    )

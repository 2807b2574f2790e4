"""Options of the method `symmetrygan`."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from symhep.methods.interface import Options
from symhep.plugin.functions import load_function, source_checksum
from symhep_symmetrygan.inertial.options import InertialOptions
from symhep_symmetrygan.landscape.options import LandscapeOptions
from symhep_symmetrygan.maps.options import MapOptions
from symhep_symmetrygan.spaces.asked import function_named
from symhep_symmetrygan.subgroups.options import WalkOptions
from symhep_symmetrygan.terms.options import TermOptions
from symhep_symmetrygan.training.options import TrainingOptions
from symhep_symmetrygan.validation.options import ValidationOptions

__all__ = ["SymmetryGanOptions"]


class SymmetryGanOptions(Options):
    """What is searched, among which events, how it is trained and tested.

    >>> SymmetryGanOptions(search="so(4)").training.restarts
    100
    """

    search: str | tuple[str, ...] | None = Field(
        None,
        description="space of transformations, such as 'so(4)', 'agl(2)', 'lorentz', 'poincare', "
        "'so(4) on px1 py1 px2 py2', generators 'J_z, K_z', or a family of yours or of a plugin; a list of subgroups "
        "of the Poincare group; or 'all subgroups of the catalogue'. By default lorentz for four-momenta, else the "
        "rotations of all numbers of an event",
        examples=["so(4)"],
    )
    sha256: str = Field(
        "", description="checksum of a family by function name; filled in, so that other code is other work"
    )
    discrete: tuple[str, ...] = Field(
        (), description="elements beside the connected part, such as P, reflection(px), exchange(1,2)"
    )
    acts_on: Literal["auto", "momenta", "features"] = Field(
        "auto", description="four-momenta of the objects or the features; auto: momenta where there are any"
    )
    vectors: int | None = Field(None, ge=1, description="vectors that the features make up; 1 by default")
    level: float = Field(
        0.01, gt=0, lt=1, description="probability of rejecting what holds, for each family of hypotheses"
    )
    held_out: float = Field(0.5, gt=0, lt=1, description="share of the events that training never sees")
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
    subgroups: WalkOptions = Field(
        WalkOptions(), description="the search over subgroups of the Lorentz or Poincare group"
    )
    landscape: LandscapeOptions | None = Field(
        None, description="draw found elements over the loss for a density that is known"
    )
    map: MapOptions | None = Field(
        None, description="from initial to found parameters, and whether it can be learned"
    )

    @model_validator(mode="before")
    @classmethod
    def _loaded(cls, data: Any) -> Any:
        """Refuse a function as the search space that cannot be loaded, before anything runs."""
        search = data.get("search") if isinstance(data, dict) else None
        texts = search if isinstance(search, list | tuple) else [search]
        names = [function_named(text) for text in texts if isinstance(text, str)]
        for name in filter(None, names):
            load_function(name)
            data = {**data, "sha256": source_checksum(name)}
        return data

"""Options of the method `moments`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, field_validator, model_validator

from symhep.deprecation import Renamed
from symhep.hypotheses.discrete.options import spelled
from symhep.hypotheses.subgroups.options import SubgroupOptions, switch
from symhep.lie.terms import read_terms
from symhep.methods.interface import Options
from symhep.plugin.histogram_option import HistogramOptions
from symhep.plugin.user_function import NAME, ORIGIN, UserFunctionOptions
from symhep_moments.fit.bounds.options import BoundOptions, bound_switch
from symhep_moments.fit.discrete.options import DiscreteOptions
from symhep_moments.fit.functions.edge import Edge
from symhep_moments.fit.functions.options import FunctionOptions

__all__ = [
    "COVARIANCE_EVENTS", "DensityOptions", "EfficiencyFunction", "EfficiencyHistogram", "MomentsOptions",
]  # fmt: skip

#: Events that the covariance is estimated from, unless told otherwise.
COVARIANCE_EVENTS = 100_000
#: Effective events from which on the limiting distribution of a single given direction is right.
EXACT_BELOW = 5000


class DensityOptions(UserFunctionOptions):
    """Logarithm of a density (up to a constant), as a user-defined function."""

    function: str = Field(
        pattern=NAME,
        description=f"{ORIGIN}; (N, P, d) -> (N,)",
        examples=["my_functions:log_phase_space"],
    )


class EfficiencyFunction(UserFunctionOptions):
    """Efficiency of an event (up to a factor), as a user-defined function."""

    function: str = Field(
        pattern=NAME,
        description=f"{ORIGIN}; events (N, P, d), a torch tensor in the units of the data, -> (N,) numbers, 0 or more",
        examples=["my_functions:efficiency"],
    )

    @property
    def text(self) -> str:
        """In sentences."""
        return self.function


class EfficiencyHistogram(HistogramOptions):
    """Efficiency of a particle, as a histogram; that of an event is the product over its particles.

    >>> EfficiencyHistogram(histogram="no.json", variables=("phi", "eta"))
    Traceback (most recent call last):
    ...
    pydantic_core._pydantic_core.ValidationError: 1 validation error for EfficiencyHistogram
    ...
    """

    variables: tuple[str, ...] = Field(
        min_length=1,
        description="variable of each axis: phi (-pi to pi, or 0 to 2 pi if the axis begins at 0), eta, pt "
        "of momenta, or a component such as px or x1, in the unit of the data; outside the "
        "axes the efficiency is 0",
        examples=[["phi", "eta"]],
    )
    object: str | None = Field(
        None, description="object to whose particles the efficiency applies; null: all vectors"
    )
    per: Literal["member", "leading"] = Field(
        "member",
        description="member: one factor for each particle of the object; leading: for the first "
        "particle only",
    )

    @property
    def text(self) -> str:
        """In sentences."""
        return Path(self.histogram).name

    @model_validator(mode="after")
    def _one_variable_each(self) -> EfficiencyHistogram:
        values = self.load()
        if len(values.edges) != len(self.variables):
            raise ValueError(
                f"the histogram has {len(values.edges)} axes, but 'variables' has {len(self.variables)} names"
            )
        if not (np.isfinite(values.values).all() and (values.values >= 0).all() and values.values.any()):
            raise ValueError("the efficiency must be 0 or more in each bin, and positive in at least one")
        return self


class MomentsOptions(Options):
    """Hypotheses, events and test functions.

    >>> MomentsOptions(generators="lorentz").level
    0.01
    """

    renamed_keys = {"strength": Renamed("bounds", until="0.4")}
    removed_keys = {"reference": "write 'reference: DATASET' beside 'use' and 'features' of the method"}

    generators: str | None = Field(
        None,
        description="candidate generators: a sum of named algebras, such as poincare, lorentz, rotations, "
        "so(3)+T or sl(4); default: poincare for four-momenta, else all volume-preserving "
        "linear maps and translations",
        examples=["poincare"],
    )
    acts_on: Literal["auto", "momenta", "features"] = Field(
        "auto",
        description="four-momenta of the objects or the features; auto: momenta where there are any",
    )
    vectors: int | None = Field(
        None, ge=1, description="number of vectors the features are split into; 1 by default"
    )
    level: float = Field(
        0.01,
        gt=0,
        lt=1,
        description="significance level (family-wise error rate) per family of hypotheses",
    )
    functions: FunctionOptions = Field(FunctionOptions(), description="options of the test functions")
    edges: tuple[Edge, ...] | Literal["objects"] = Field(
        (),
        description="fiducial cuts that the events have passed; the test functions vanish at them; "
        "objects: the cuts in the 'where' of the objects",
    )
    density: DensityOptions | None = Field(
        None, description="known density: symmetries of the density of the events relative to it are tested"
    )
    efficiency: EfficiencyFunction | EfficiencyHistogram | None = Field(
        None,
        description="efficiency (probability to observe an event, up to a factor), as a function or a "
        "histogram in a file: symmetries of the density divided by it are tested, along closed "
        "orbits and for discrete elements",
    )
    subgroups: Annotated[SubgroupOptions | None, switch(SubgroupOptions)] = Field(
        SubgroupOptions(),
        description="test classes of subgroups of the Lorentz or Poincare group (four-momenta): true, "
        "false, or options",
    )
    discrete: Annotated[DiscreteOptions | None, spelled(DiscreteOptions)] = Field(
        DiscreteOptions(),
        description="test discrete symmetries (reflections, exchanges, parity): a list of elements, or "
        "options; null: none",
    )
    groups: tuple[str, ...] | None = Field(
        None,
        description="compact groups tested as a whole, with fixed axes and exact p-values for any number "
        "of events: SO(3), SO(2)xSO(2), J_z, permutations, S_4, exchange(1,2), Z_3(z), "
        "products such as SO(3)xP; null: none, or SO(d) of features if too few events or too "
        "many candidates prevent a fit",
        examples=[["SO(3)"]],
    )
    exact_below: int = Field(
        EXACT_BELOW,
        ge=0,
        description="effective number of events below which candidates with closed orbits, and subgroups "
        "with the axes of the lab frame, have exact p-values; above it asymptotic ones",
    )
    bounds: Annotated[BoundOptions | None, bound_switch] = Field(
        BoundOptions(),
        description="upper limits and confidence intervals for the size of each violation: true, false, or "
        "options",
    )
    covariance_events: int = Field(
        COVARIANCE_EVENTS,
        ge=1000,
        description="maximum number of events used to estimate the covariance of the moments; of more than "
        "200,000 events a uniform subsample of that size",
    )
    max_events: int | None = Field(
        None,
        ge=1,
        description="maximum number of events, evenly spaced; of more than 200,000 events those of a "
        "uniform subsample, or whole blocks of files if that is not enough; default: all",
    )

    @property
    def fiducial(self) -> tuple[Edge, ...]:
        """The edges; ``edges: objects`` is to be replaced first (`symhep_moments.thresholds.resolved`)."""
        if isinstance(self.edges, str):
            raise ValueError("edges: objects has not been resolved")
        return self.edges

    @field_validator("generators")
    @classmethod
    def _readable(cls, text: str | None) -> str | None:
        """Refuse a name that means nothing while the card's line is known."""
        if text is not None:
            read_terms(text)
        return text

    @model_validator(mode="after")
    def _consistent(self) -> MomentsOptions:
        if self.groups and self.density is not None:
            raise ValueError("'groups' cannot be tested relative to a density: remove 'density'")
        if self.efficiency is not None:
            self._fits_efficiency()
        return self

    def _fits_efficiency(self) -> None:
        """Raise ``ValueError`` for what says the same, or has no meaning beside it."""
        if self.density is not None:
            raise ValueError("give either 'efficiency' or 'density', not both")
        if self.edges:
            raise ValueError("an 'efficiency' already includes edges, where it falls to 0: remove 'edges'")
        if self.groups:
            raise ValueError("'groups' cannot be tested relative to an efficiency: remove 'efficiency'")
        if self.discrete is not None and self.discrete.scan is not None:
            raise ValueError(
                "'scan' is not available with an efficiency: remove 'efficiency', or name elements such as "
                "Z_3(z)"
            )
        if self.discrete is not None and self.discrete.efficiency is not None:
            raise ValueError(
                "'efficiency' of the method is for unweighted events, 'efficiency' of 'discrete' is for "
                "events weighted with its inverse: give only one of them"
            )

"""Options of the method `oracle`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator, model_validator

from symhep.lie.terms import read_terms
from symhep.methods.interface import Options
from symhep_oracle.gradient.options import FlowOptions, GradientOptions
from symhep_oracle.latent.options import LatentOptions
from symhep_oracle.learned.options import LearnedOracleOptions
from symhep_oracle.oracles.options import OracleOptions

__all__ = ["BreakingOptions", "OracleMethodOptions"]


class BreakingOptions(Options):
    """phi + lambda psi: which generators of phi survive, and how strongly the others are broken."""

    oracle: OracleOptions = Field(description="breaking term psi; the oracle becomes phi + lambda psi")
    strengths: tuple[float, ...] = Field(
        (0.0, 0.001, 0.01, 0.1, 1.0), min_length=1, description="values of the strength lambda"
    )


class OracleMethodOptions(Options):
    """The oracle, what acts on what, and how to solve.

    >>> OracleMethodOptions(oracle="l2").oracle
    NormOracle(kind='l2')
    """

    oracle: OracleOptions = Field(
        description="the function phi whose symmetry is to be found: a kind, or a mapping {kind: ..., ...}"
    )
    solver: Literal["exact", "gradient", "flows"] = Field(
        "exact",
        description="exact: null space of the linear conditions; gradient: matrices trained with the "
        "losses of Forestano et al.; flows: networks x -> v(x) trained with the same losses, "
        "for non-linear symmetries",
    )
    acts_on: Literal["auto", "momenta", "features"] = Field(
        "auto",
        description="what the generators act on: four-momenta of the objects, or the features; auto: "
        "four-momenta if there are any",
    )
    vectors: int | None = Field(
        None,
        ge=1,
        description="number of vectors the features are split into; by default as many as the oracle "
        "needs, else 1",
    )
    complex: bool = Field(
        False, description="whether the vectors are complex (all real parts, then all imaginary parts)"
    )
    affine: bool = Field(False, description="include translations (affine transformations)")
    degree: int = Field(1, ge=1, le=6, description="degree of the polynomial vector fields; 1: matrices")
    compare: str | None = Field(
        None, description="Lie algebra to compare the result with, a sum of named algebras such as so(1,3)+D"
    )
    breaking: BreakingOptions | None = Field(None, description="symmetry-breaking term")
    gradient: GradientOptions = Field(GradientOptions(), description="options of the gradient solver")
    flows: FlowOptions = Field(FlowOptions(), description="options of the flows solver")
    latent: LatentOptions | None = Field(
        None, description="search for generators in the latent space of an autoencoder of the features"
    )
    max_events: int | None = Field(
        None, ge=1, description="number of events to use, evenly spaced; default: all"
    )

    @field_validator("compare")
    @classmethod
    def _readable(cls, text: str | None) -> str | None:
        """Refuse an unknown name while the card's line is known: a LieError is a ValueError, which pydantic takes."""
        if text is not None:
            read_terms(text)
        return text

    @model_validator(mode="after")
    def _consistent(self) -> OracleMethodOptions:
        if self.compare is not None and self.degree > 1:
            raise ValueError("'compare' is for matrices, not polynomial fields: remove 'degree'")
        if self.compare is not None and not self.affine and any(t.affine for t in read_terms(self.compare)):
            raise ValueError(f"'{self.compare}' contains translations: set affine: true")
        if self.complex and self.acts_on == "momenta":
            raise ValueError("four-momenta are real: set acts_on: features, or remove 'complex'")
        if self.degree > 1 and (self.affine or self.complex):
            raise ValueError(
                "polynomial fields include translations and complex matrices: remove 'affine' and 'complex'"
            )
        if self.solver != "gradient" and self.gradient != GradientOptions():
            raise ValueError("options under 'gradient' need solver: gradient")
        if self.solver != "flows" and self.flows != FlowOptions():
            raise ValueError("options under 'flows' need solver: flows")
        if self.solver == "gradient" and (self.affine or self.degree > 1):
            raise ValueError(
                "the gradient solver trains matrices only: remove 'affine' and 'degree', or use solver: exact"
            )
        if self.solver == "flows" and (
            self.affine or self.degree > 1 or self.compare or self.breaking or self.latent
        ):
            raise ValueError(
                "the flows solver trains networks, not matrices or polynomials: remove 'affine', 'degree', "
                "'compare', 'breaking' and 'latent'"
            )
        if self.latent is not None and (self.degree > 1 or self.complex or self.compare or self.breaking):
            raise ValueError(
                "'latent' is for real matrices: remove 'degree', 'complex', 'compare' and 'breaking'"
            )
        if self.latent is not None and not isinstance(self.oracle, LearnedOracleOptions):
            raise ValueError("'latent' needs a learned oracle: set oracle: {kind: learned}")
        if self.latent is not None and self.acts_on == "momenta":
            raise ValueError("an autoencoder encodes features: set acts_on: features")
        return self

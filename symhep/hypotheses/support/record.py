"""What holds for all events, and the algebra of the surface on which they lie."""

from __future__ import annotations

from pydantic import Field

from symhep.hypotheses.algebra.record import Alternative
from symhep.methods.record import Record

__all__ = ["SupportRecord", "SurfaceAlgebraRecord", "SurfaceGenerator"]


class SurfaceGenerator(Record):
    """A transformation that preserves the surface."""

    label: str = Field(
        description="combination of the generators of the family, scaled to a largest coefficient of one"
    )
    departure_from_surface: float = Field(
        description="r.m.s. displacement off the surface divided by the r.m.s. displacement of the events"
    )


class TorusRecord(Record):
    """Rotation frequencies of the planes of a torus."""

    weights: tuple[tuple[int, ...], ...] = Field(
        description="for each generator: number of turns in each plane per turn of the generator (integer "
        "weights), up to the choice of basis and orientation of the planes"
    )
    ratios: tuple[tuple[float, ...], ...] = Field(
        description="measured ratios of frequencies that the integers approximate"
    )
    relative_error: float = Field(
        description="relative error of the frequencies, from quarters of the events, or from rounding"
    )


class SurfaceAlgebraRecord(Record):
    """Affine maps of a vector that preserve the surface on which the events lie, independent of the density on it."""

    dimension: int = Field(description="number of generators that act non-trivially on the events")
    name: str | None = Field(description="name of the algebra; '0': none; null: too many generators to name")
    alternatives: tuple[Alternative, ...] = Field((), description="names of resamplings within the errors")
    family: str = Field(
        description="the family of maps considered; each vector is transformed in the same way"
    )
    generators: tuple[SurfaceGenerator, ...] = Field(description="a readable basis")
    surface: int = Field(description="dimension of the surface")
    degree: int = Field(description="degree of the polynomial equations considered")
    torus: TorusRecord | None = Field(
        None, description="representation weights; null: the algebra is not that of a torus"
    )
    spins: tuple[int, ...] = Field(
        (),
        description="for so(3): dimensions of the irreducible representations that the components of an "
        "event form",
    )


class SupportRecord(Record):
    """Constraints on the events; methods add their consequences."""

    constraints: tuple[str, ...] = Field(
        description="constraints that hold for all events: 'the sum of px is 0 GeV'"
    )

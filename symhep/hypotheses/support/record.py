"""What holds for all events, and the algebra of the surface on which they lie."""

from __future__ import annotations

from pydantic import Field

from symhep.hypotheses.algebra.record import Alternative
from symhep.methods.record import Record

__all__ = ["SupportRecord", "SurfaceAlgebraRecord", "SurfaceGenerator"]


class SurfaceGenerator(Record):
    """A transformation that preserves the surface."""

    label: str = Field(description="combination of the generators of the family, the largest coefficient one")
    departure_from_surface: float = Field(
        description="root mean square of how far it leads off the surface, relative to how far it moves the events"
    )


class TorusRecord(Record):
    """How fast the planes of a torus turn."""

    weights: tuple[tuple[int, ...], ...] = Field(
        description="generator by generator: how many times each plane turns while it turns once; up to the basis of "
        "the generators and the sense of each plane"
    )
    ratios: tuple[tuple[float, ...], ...] = Field(
        description="the ratios of frequencies that these integers stand for"
    )
    relative_error: float = Field(
        description="relative error of the frequencies, from quarters of the events, or their rounding"
    )


class SurfaceAlgebraRecord(Record):
    """The affine maps of a vector that preserve the surface on which the events lie, whatever their density on it."""

    dimension: int = Field(description="number of generators that move the events")
    name: str | None = Field(
        description="name of the algebra; '0': none; null: more generators than are named"
    )
    alternatives: tuple[Alternative, ...] = Field((), description="names of resamplings within the errors")
    family: str = Field(description="the maps that were looked at, each vector transformed alike")
    generators: tuple[SurfaceGenerator, ...] = Field(description="a readable basis")
    surface: int = Field(description="dimension of the surface")
    degree: int = Field(
        description="of the equations that were sought, polynomials of all numbers of an event"
    )
    torus: TorusRecord | None = Field(
        None, description="representation weights; null: the algebra is no torus"
    )
    spins: tuple[int, ...] = Field(
        (),
        description="of so(3): dimensions of the irreducible representations that the numbers of an event make up",
    )


class SupportRecord(Record):
    """Constraints on the events; methods add what they conclude from them."""

    constraints: tuple[str, ...] = Field(description="what holds for all events: 'the sum of px is 0 GeV'")

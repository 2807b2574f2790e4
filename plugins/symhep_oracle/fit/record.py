"""Parts of the record: how the dimension was decided, the algebra of the card, breaking, finite transformations."""

from __future__ import annotations

from pydantic import Field

from symhep.hypotheses.algebra.record import NamedAlgebra
from symhep.methods.number import Number
from symhep.methods.p_values import PValue
from symhep.methods.record import Record

__all__ = [
    "BreakingRecord",
    "BrokenGenerator",
    "CompareRecord",
    "ExactRecord",
    "FiniteRecord",
    "GapDecision",
    "MultiplesRecord",
    "RoundingDecision",
    "Survivors",
    "WholeAlgebra",
]


class RoundingDecision(Record):
    """The number of generators of an exact oracle: singular values below the rounding are null."""

    floor: float = Field(description="what rounding can make of a singular value")
    largest_null: float = Field(description="largest singular value below it; 0: none")
    smallest_other: float = Field(description="smallest one above it; 1: none")


class GapDecision(PValue):
    """The number of generators of an approximate oracle: the largest jump of the singular values.

    The p-value is the share of functions without symmetry that have a jump as large, the larger one of two kinds.
    """

    gap: float = Field(description="factor of the largest jump")
    gap_after: int = Field(description="number of fields before it")
    threshold: float = Field(description="jump that 99 % of functions without symmetry stay below")
    below: float = Field(
        description="what the smallest value of 99 % of functions without symmetry stays above"
    )
    p_permuted: float = Field(description="p-value among functions whose gradients belong to other events")
    p_smooth: float = Field(description="p-value among random smooth functions")
    certain: int = Field(description="singular values at the rounding")
    replicas: int = Field(description="bootstrap replicas")
    trainings: int = Field(
        1, description="trainings that the replicas come from: this one, and those on bootstrap samples"
    )
    replica_answers: tuple[int, ...] = Field(description="numbers of generators that they give")
    replica_shares: tuple[float, ...] = Field(description="how often they give each")


class ExactRecord(Record):
    """The solver by the null space of the conditions."""

    event_blocks: int = Field(description="blocks of events that the errors come from")
    largest: float = Field(description="largest singular value, to which all are relative")
    rounding: RoundingDecision | None = Field(None, description="for exact oracles")
    gap: GapDecision | None = Field(None, description="for approximate oracles")


class CompareRecord(Record):
    """How far the span of the generators is from the algebra named in the card."""

    name: str = Field(description="as in the card")
    dimension: int = Field(description="its number of generators")
    principal_angles: tuple[float, ...] = Field(description="between the two spans, rad")
    distance: Number = Field(description="Grassmann distance; each missing dimension counts pi / 2")
    largest_angle_outside: Number = Field(
        description="largest angle of a direction of the named algebra to the generators; 0: contained"
    )
    rounding: float = Field(description="angle that rounding explains, rad; 0 for estimates")


class Survivors(Record):
    """Generators that the breaking term leaves."""

    name: str = Field(description="name of their algebra")
    generator_names: tuple[str, ...] = Field(description="their names")


class BrokenGenerator(Record):
    """A generator that the breaking term breaks."""

    name: str = Field(description="name of the generator")
    violation: tuple[Number, ...] = Field(
        description="for each strength, rms change of the oracle along it, relative to the largest along any field"
    )


class WholeAlgebra(NamedAlgebra):
    """All fields that preserve the oracle with its breaking term."""

    dimension: int = Field(description="number of generators")
    at_strength: float = Field(description="strength lambda of the breaking term")


class BreakingRecord(Record):
    """phi + lambda psi: what survives, and how strongly the rest is broken."""

    oracle: str = Field(description="the breaking term psi, as a noun phrase")
    strengths: tuple[float, ...] = Field(description="values of lambda")
    surviving: Survivors = Field(description="generators that survive any strength")
    broken: tuple[BrokenGenerator, ...] = Field(description="the others, the most broken last")
    algebra_of_the_whole: tuple[WholeAlgebra, ...] = Field(description="one for each strength")


class FiniteRecord(Record):
    """What finite transformations along the generators, both ways, do to the oracle."""

    step: float = Field(description="an angle, or a rapidity")
    change: tuple[float, ...] = Field(
        description="for each generator, rms change relative to that along random fields"
    )
    moved: tuple[float, ...] = Field(
        description="for each generator, share of the events that change visibly"
    )


class MultiplesRecord(Record):
    """Polynomial fields that are functions times fields of least degree."""

    lowest: tuple[str, ...] = Field(description="names of the fields of least degree")
    degree: int = Field(description="their degree")
    factors: tuple[str, ...] = Field(description="monomials that multiply them")
    explained: int = Field(description="number of generators that the products make up")

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

    floor: float = Field(description="largest singular value that rounding can produce")
    largest_null: float = Field(description="largest singular value below `rounding`; 0: none")
    smallest_other: float = Field(description="smallest singular value above `rounding`; 1: none")


class GapDecision(PValue):
    """The number of generators of an approximate oracle: the largest jump of the singular values.

    The p-value is the share of functions without symmetry that have a jump as large, the larger one of two kinds.
    """

    gap: float = Field(description="largest ratio of neighbouring singular values (gap)")
    gap_after: int = Field(description="number of fields before the gap")
    threshold: float = Field(description="99 % quantile of the gap for functions without symmetry")
    below: float = Field(
        description="1 % quantile of the smallest singular value for functions without symmetry"
    )
    p_permuted: float = Field(description="p-value from surrogates with gradients permuted between events")
    p_smooth: float = Field(description="p-value from random smooth functions")
    certain: int = Field(description="number of singular values that vanish within rounding")
    replicas: int = Field(description="bootstrap replicas")
    trainings: int = Field(
        1,
        description="number of trainings used for the replicas: the nominal one and those on bootstrap "
        "samples",
    )
    replica_answers: tuple[int, ...] = Field(description="numbers of generators found in the replicas")
    replica_shares: tuple[float, ...] = Field(description="number of replicas with each")


class ExactRecord(Record):
    """The solver by the null space of the conditions."""

    event_blocks: int = Field(description="number of blocks of events used for the errors")
    largest: float = Field(description="largest singular value, the unit of all others")
    rounding: RoundingDecision | None = Field(None, description="for exact oracles")
    gap: GapDecision | None = Field(None, description="for approximate oracles")


class CompareRecord(Record):
    """How far the span of the generators is from the algebra named in the card."""

    name: str = Field(description="as in the card")
    dimension: int = Field(description="its number of generators")
    principal_angles: tuple[float, ...] = Field(description="principal angles between the two spans, in rad")
    distance: Number = Field(description="Grassmann distance; each missing dimension counts pi / 2")
    largest_angle_outside: Number = Field(
        description="largest angle between a direction of the named algebra and the span of the "
        "generators; 0: contained"
    )
    rounding: float = Field(description="angle explained by rounding, in rad; 0 for approximate oracles")


class Survivors(Record):
    """Generators that the breaking term leaves."""

    name: str = Field(description="name of their algebra")
    generator_names: tuple[str, ...] = Field(description="their names")


class BrokenGenerator(Record):
    """A generator that the breaking term breaks."""

    name: str = Field(description="name of the generator")
    violation: tuple[Number, ...] = Field(
        description="for each strength, rms change of the oracle along the generator, relative to the "
        "largest along any field"
    )


class WholeAlgebra(NamedAlgebra):
    """All fields that preserve the oracle with its breaking term."""

    dimension: int = Field(description="number of generators")
    at_strength: float = Field(description="strength lambda of the breaking term")


class BreakingRecord(Record):
    """phi + lambda psi: what survives, and how strongly the rest is broken."""

    oracle: str = Field(description="description of the breaking term psi")
    strengths: tuple[float, ...] = Field(description="values of lambda")
    surviving: Survivors = Field(description="unbroken generators: symmetries at every strength")
    broken: tuple[BrokenGenerator, ...] = Field(
        description="broken generators, the most strongly broken last"
    )
    algebra_of_the_whole: tuple[WholeAlgebra, ...] = Field(
        description="algebra of phi + lambda psi at each strength"
    )


class FiniteRecord(Record):
    """What finite transformations along the generators, both ways, do to the oracle."""

    step: float = Field(description="angle (rad) or rapidity of the transformation")
    change: tuple[float, ...] = Field(
        description="for each generator, rms change relative to that along random fields"
    )
    moved: tuple[float, ...] = Field(
        description="for each generator, fraction of events whose value changes beyond rounding"
    )


class MultiplesRecord(Record):
    """Polynomial fields that are functions times fields of least degree."""

    lowest: tuple[str, ...] = Field(description="names of the fields of lowest degree")
    degree: int = Field(description="their degree")
    factors: tuple[str, ...] = Field(description="monomials that multiply them")
    explained: int = Field(description="number of generators that are such products")

"""What the method finds, typed: the same keys for all three solvers, null where a part does not apply."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from symhep.events.vectors import MOMENTUM
from symhep.hypotheses.algebra.record import NamedAlgebra
from symhep.hypotheses.support.record import SupportRecord as Support
from symhep.methods.events import EventsRecord, VectorsRecord
from symhep.methods.number import Number
from symhep.methods.p_values import PValue
from symhep.methods.record import Record
from symhep.methods.symmetry import SymmetryRecord
from symhep_oracle.fit.record import BreakingRecord, CompareRecord, ExactRecord, FiniteRecord, MultiplesRecord
from symhep_oracle.gradient.record import FlowsRecord, GradientRecord
from symhep_oracle.latent.record import LatentRecord
from symhep_oracle.learned.record import TrainingRecord

__all__ = [
    "AlgebraRecord",
    "Entry",
    "FieldName",
    "FieldsRecord",
    "FunctionRecord",
    "GeneratorRecord",
    "IdentificationRecord",
    "LayoutRecord",
    "NearlyNull",
    "OracleRecord",
    "ResidualRecord",
    "SolverRecord",
    "SpectrumRecord",
    "SpuriousField",
    "SupportRecord",
]


class IdentificationRecord(Record):
    """How the span of the generators got its name, and its structure; see `symhep.lie.identify`."""

    how: str = Field(description="how the name was obtained")
    closed: bool = Field(description="the span is a Lie algebra within the errors")
    widened: bool = Field(
        False,
        description="the span is not closed within the errors of events and networks, but within those set "
        "by the invariance residuals, on which the name is based",
    )
    closure: float | None = Field(
        description="norm of the commutators outside the span, relative to all commutators"
    )
    parts: tuple[str, ...] = Field(description="simple ideals, and centre or radical")
    isomorphic: tuple[str, ...] = Field(description="other names of the same abstract algebra")
    semisimple_rank: int = Field(description="rank of the semisimple part")
    signature: tuple[int, ...] | None = Field(
        description="numbers of positive, negative and zero eigenvalues of the Killing form"
    )


class AlgebraRecord(NamedAlgebra, PValue):
    """The Lie algebra that preserves the oracle; polynomial fields get no name: 'closed' or 'not closed'.

    The p-value is that of a function without symmetry being given as many generators: the share of surrogates with as
    large a jump of the singular values, the larger of two kinds; null for functions that are known.
    """

    dimension: int = Field(description="number of generators")
    name: str = Field(
        description="name of the algebra with the size of its violation: 'so(3), broken by up to 11 %'; "
        "'0': none; 'not closed'; 'ambiguous': several names are possible"
    )
    unbroken: str = Field("", description="the name without the breaking: 'so(3)'")
    breaking: Number = Field(
        Number(value=0.0, level=None, unit="%"),
        description="largest rms change of the oracle along a field of the span, relative to the largest "
        "along any field; 0 if due to rounding. For a learned oracle it includes imperfections "
        "of the training",
    )
    dimension_stability: float | None = Field(
        description="fraction of resamplings (bootstrap, ensemble members, seeds) with this dimension; 1 "
        "for exact oracles, where only rounding matters; null: not determined"
    )
    decision: str = Field(description="criterion by which the dimension was determined")
    identification: IdentificationRecord | None = Field(
        description="null without generators, and for fields that are not matrices"
    )

    @property
    def joint(self) -> float:
        """Stability of dimension and name together; what has no name is as stable as its dimension."""
        return (self.dimension_stability or 0.0) * (1.0 if self.stability is None else self.stability)


class Entry(Record):
    """An entry of a generator that differs from zero by three standard errors."""

    row: int = Field(description="from 1")
    column: int = Field(description="from 1; the last column of an affine generator translates")
    imaginary: bool = Field(False, description="the imaginary part of a complex entry")
    coefficient: Number = Field(description="its value; no interval if the error is rounding")


class FieldName(Record):
    """What a vector field is called."""

    name: str = Field(description="known matrix within 10 degrees, a formula, or X_n (trained networks: v_n)")
    overlap: float | None = Field(
        None, description="cosine of the angle to the nearest known matrix; null: none"
    )
    near: str | None = Field(None, description="known matrix within 26 degrees of a field X_n")

    @property
    def known(self) -> bool:
        """Has it a name, or a formula, of its own?"""
        return not self.name.startswith("X_")

    @property
    def described(self) -> str:
        """'J_y', or 'X_1 (near J_y, overlap 0.975)'."""
        return f"{self.name} (near {self.near}, overlap {self.overlap:.3f})" if self.near else self.name


class GeneratorRecord(FieldName):
    """A generator, normalised to tr W W^dagger = 2."""

    residual: Number = Field(
        description="rms of grad phi . v over the events, relative to the largest along any field "
        "(matrices and "
        "polynomials), or to |v| times the slope (networks, with the spread over the seeds)"
    )
    along_contours: Number | None = Field(
        None, description="networks: fraction of |v|^2 along the contours of the oracle"
    )
    breaking: Number = Field(
        Number(value=0.0, level=None, unit="%"),
        description="size of the violation: the residual in %, if larger than rounding",
    )
    largest_error: float | None = Field(
        None, description="largest standard error of its coefficients, for a field of unit norm"
    )
    entries: tuple[Entry, ...] = Field((), description="non-zero entries of its matrix, at most 16")
    entries_more: int = Field(
        0, description="number of further non-zero entries; all are in the arrays generators_*"
    )


class SpuriousField(FieldName):
    """A field that preserves the oracle on these events and not around them."""

    moves_no_event: bool = Field(description="whether it vanishes at every event")
    entries: tuple[Entry, ...] = Field((), description="non-zero entries of its matrix, at most 16")
    entries_more: int = Field(
        0, description="number of further non-zero entries; all are in the arrays spurious_*"
    )


class ResidualRecord(Record):
    """What of the conditions is left: of invariance, and of closure."""

    invariance: Number = Field(description="largest residual of the generators")
    closure: Number = Field(
        description="norm of the commutators of the generators outside their span, relative to the "
        "commutators"
    )
    finite: Number | None = Field(
        None,
        description="largest rms change of the oracle under finite transformations, relative to that along "
        "random fields; null: not tested",
    )
    brackets_along_contours: Number | None = Field(
        None, description="networks: fraction of the commutators along the contours of the oracle"
    )


class SpectrumRecord(Record):
    """Singular values of the conditions of invariance, increasing; empty for networks."""

    values: tuple[float, ...] = Field(description="relative to the largest")
    standard_errors: tuple[float, ...] = Field(description="their standard errors")


class SupportRecord(Support):
    """What holds on these events alone."""

    checked_off_support: bool = Field(
        description="whether the oracle was also evaluated in the neighbourhood of the events"
    )
    spurious: tuple[SpuriousField, ...] = Field(description="excluded fields, which are not symmetries")


class LayoutRecord(VectorsRecord):
    """What the generators act on."""

    size: int = Field(description="components of a vector: number of rows of a generator")
    complex: bool = Field(description="complex components")
    acts_on: Literal["momenta", "features", "latents"] = Field(
        description="four-momenta of the objects, the features, or the latents of an autoencoder"
    )
    unused: tuple[str, ...] = Field(
        (),
        description="variables of the feature set that are not used, since the generators act on "
        "four-momenta",
    )
    sets: tuple[str, ...] = Field((), description="objects whose number varies between events; [] if none")
    tag_names: tuple[str, ...] = Field(
        (), description="inputs of the oracle for each vector that no generator transforms"
    )
    spectator_names: tuple[str, ...] = Field(
        (), description="inputs of the oracle for each event that no generator transforms"
    )

    @property
    def minkowski(self) -> bool:
        """Are the vectors four-momenta?"""
        return self.components == MOMENTUM


class FieldsRecord(Record):
    """The family of vector fields that was searched."""

    family: Literal["matrices", "polynomials", "networks"] = Field(description="kind of the fields")
    degree: int = Field(description="degree of the polynomials; 1: linear")
    affine: bool = Field(description="with translations")
    unknowns: int | None = Field(description="number of parameters of a field; null for networks")


class FunctionRecord(Record):
    """The oracle phi."""

    description: str = Field(description="description of the oracle")
    outputs: int = Field(description="number of outputs per event, summed over the members of an ensemble")
    precision: float = Field(description="relative rounding of its values and gradients")
    approximate: bool = Field(
        description="whether it is an approximation, which no transformation preserves exactly"
    )
    training: TrainingRecord | None = Field(None, description="how a learned oracle was trained")


class SolverRecord(Record):
    """How the generators were found; one of the three parts is there."""

    name: Literal["exact", "gradient", "flows"] = Field(description="as in the card")
    exact: ExactRecord | None = Field(None, description="null space of the linear conditions")
    gradient: GradientRecord | None = Field(None, description="training of matrices")
    flows: FlowsRecord | None = Field(None, description="training of networks x -> v(x)")


class NearlyNull(Record):
    """A field that an exact oracle only just tells from a generator."""

    singular_value: float = Field(description="relative singular value")
    field: FieldName | None = Field(None, description="the field; null beyond the first five")


class OracleRecord(Record):
    """Generators of the symmetry of a function of the event."""

    algebra: AlgebraRecord = Field(description="the Lie algebra")
    generators: tuple[GeneratorRecord, ...] = Field(description="its generators in their sparsest basis")
    residual: ResidualRecord = Field(
        description="how exactly the oracle is preserved, and the algebra closes"
    )
    spectrum: SpectrumRecord = Field(description="singular values of the conditions")
    support: SupportRecord = Field(description="fields that preserve the oracle only on these events")
    vectors: LayoutRecord = Field(description="what the generators act on")
    fields: FieldsRecord = Field(description="the vector fields searched")
    subsample: int | None = Field(
        description="number of events in the uniform subsample that was used; null: all events were used"
    )
    events: EventsRecord = Field(
        description="events on which invariance is required (held-out events for learned oracles), "
        "weighted by |w|"
    )
    scale: float = Field(description="scale of the components, in ``unit``: the unit of translations")
    unit: str = Field(description="unit of the components; '': a pure number, or several units")
    oracle: FunctionRecord = Field(description="the function")
    solver: SolverRecord = Field(description="how it was solved")
    compare: CompareRecord | None = Field(None, description="distance to the algebra named in the card")
    breaking: BreakingRecord | None = Field(None, description="effect of the breaking term")
    finite: FiniteRecord | None = Field(None, description="finite transformations; exact oracles only")
    multiples: MultiplesRecord | None = Field(None, description="polynomial fields only")
    nearly_null: tuple[NearlyNull, ...] = Field((), description="weakly broken fields of an exact oracle")
    latent: LatentRecord | None = Field(None, description="flows in the latent space of an autoencoder")
    symmetry: SymmetryRecord | None = Field(
        None, description="symmetry used by `symhep augment`; null for fields that are not linear"
    )

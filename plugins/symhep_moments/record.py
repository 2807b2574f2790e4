"""What is found: the typed record of a result of moments."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from symhep.hypotheses.algebra.record import NamedAlgebra
from symhep.hypotheses.candidates.record import CandidateRow
from symhep.hypotheses.discrete.record import DiscreteRow
from symhep.hypotheses.discrete.scan_record import DiscreteScan
from symhep.hypotheses.divergence.record import DivergenceRecord
from symhep.hypotheses.generators.record import GeneratorRow
from symhep.hypotheses.groups.record import GroupRow
from symhep.hypotheses.subgroups.record import SubgroupRow
from symhep.hypotheses.support.record import SupportRecord as Support
from symhep.hypotheses.support.record import SurfaceAlgebraRecord
from symhep.methods.events import EventsRecord, VectorsRecord
from symhep.methods.number import Number
from symhep.methods.p_values import PValue
from symhep.methods.record import Record
from symhep.methods.symmetry import SymmetryRecord
from symhep_moments.sector import SectorRow

__all__ = [
    "AlgebraRecord",
    "BinRow",
    "BlockRow",
    "BoundsRecord",
    "BreakingKind",
    "Candidate",
    "Closure",
    "DiscreteElement",
    "Excluded",
    "Functions",
    "LeftOut",
    "MomentsRecord",
    "NoLimit",
    "ObjectRow",
    "RankRow",
    "SizeKind",
    "SupportRecord",
    "SystematicTerms",
    "ThresholdRow",
    "WholeEvents",
]

#: What a map shows.
BreakingKind = Literal["modulation", "rate"]
#: What the size of a candidate is.
SizeKind = Literal["v_m", "rate"]


class Closure(PValue):
    """The hypothesis that the fitted span is closed under commutators, as the symmetries of a density are."""

    exists: bool = Field(description="whether a closed algebra compatible with the fitted span was found")
    chi_squared: float | None = Field(
        description="chi^2 between the fitted span and the nearest closed one; null: none was found"
    )
    conditions: int = Field(description="degrees of freedom: number of conditions for closure of the span")
    rejected: bool = Field(description="whether closure is rejected at the significance level")


class AlgebraRecord(NamedAlgebra, PValue):
    """The Lie algebra of the symmetries found.

    Its p-value is that of the hypothesis 'a closed algebra near the one found is a symmetry'; where closure is no
    condition (one generator, all candidates) or no closed algebra was found near, that of the rank test at this
    dimension, which is then the same hypothesis or the only one tested.
    """

    dimension: int | None = Field(
        description="number of generators (independent symmetries); null: not fitted, see not_fitted"
    )
    angle_95: float | None = Field(
        None, description="upper limit at 95 % CL on the angle between the fitted and the true span, radians"
    )
    closure_test: Closure | None = Field(
        None, description="test of closure under commutators; null: no symmetry was found"
    )


class BlockRow(PValue):
    """A rank test with some of the test functions."""

    statistic: float | None = Field(description="test statistic: quadratic form of the moments")
    dof: float = Field(description="expectation of the statistic if r symmetries hold")
    spread: float = Field(description="standard deviation of the statistic if r symmetries hold")


class RankRow(BlockRow):
    """The hypothesis of r independent symmetries among the candidates; statistic, dof, spread of all functions.

    The hypotheses are nested and tested downwards until the first that is not rejected, so that no adjustment for
    their number is needed.
    """

    dimension: int = Field(description="number of generators r (independent symmetries)")
    rejected: bool = Field(description="whether it is rejected at the significance level")
    blocks: dict[str, BlockRow] = Field(
        description="tests with subsets of the test functions, whose p-values are combined; 'harmonics': "
        "smallest p of the orders and of all of them together, statistic and mean of all; "
        "'all': all functions except the harmonics"
    )


class Candidate(CandidateRow):
    """A candidate generator: its test and the size of the violation."""

    size: Number | None = Field(
        None,
        description="size of the violation for the predefined observables, with its simultaneous 95 % "
        "confidence interval; null: not requested, or not tested",
    )
    size_kind: SizeKind | None = Field(
        None,
        description="definition of size. v_m: largest |E[exp(i m phi)]| over vectors and orders m, with "
        "phi the angle about the axis, a fraction; v_m = epsilon / 2 if the density (or the "
        "ratio of the densities, relative to a reference or an efficiency) varies as 1 + "
        "epsilon cos m(phi - Psi) along the orbits. rate: r.m.s. relative change of the "
        "density per unit of the group parameter, projected on the test functions",
    )
    relative_by: Literal["orbits", "derivatives"] | None = Field(
        None,
        description="test relative to a reference or an efficiency. orbits: comparison of the positions of "
        "the events on their orbits, at fixed orbit, insensitive to edges; derivatives: "
        "moments with the estimated derivative of the density of both samples; null: neither, "
        "or not tested",
    )


class NoLimit(Record):
    """A hypothesis without a limit."""

    label: str = Field(description="name of the candidate or of the group found")
    why: str = Field(description="the reason")


class BoundsRecord(Record):
    """Simultaneous confidence region of all sizes and limits."""

    highest_order: int = Field(
        description="highest order m of the azimuthal harmonics and highest degree "
        "l of the spherical harmonics"
    )
    quantities: int = Field(
        description="number of observables in the simultaneous confidence region: harmonics of each vector "
        "for each rotation, spherical harmonics of directions, rates"
    )
    level: float = Field(description="simultaneous coverage of the region")
    delta: float | None = Field(
        None, description="size of the violation in the equivalence tests, a fraction; null: none"
    )
    without: tuple[NoLimit, ...] = Field((), description="hypotheses without a limit, and why")


class DiscreteElement(DiscreteRow):
    """A discrete element; ``tests`` are those by moments, by classifier and by nearest neighbours."""

    gain: Number | None = Field(
        None,
        description="mean reduction of the loss of the classifier on held-out events, nats per event; 0 if "
        "it learned nothing",
    )


class BinRow(Record):
    """The most significant bin of a map of a violation."""

    is_answer = False

    label: str = Field(description="the generator")
    kind: BreakingKind = Field(description="quantity of the map")
    axes: tuple[str, str] = Field(description="names of the two coordinates")
    x_edges: tuple[float, float] = Field(description="edges of the bin")
    y_edges: tuple[float, float] = Field(description="edges of the bin")
    departure: Number = Field(
        description="modulation: relative deviation from the symmetric density; rate: relative change of "
        "the density per unit of the group parameter (scaled units)"
    )
    bins: int = Field(description="number of bins of the map")


class Excluded(Record):
    """A candidate that does not preserve the surface on which the events lie."""

    label: str = Field(description="the candidate")
    why: str = Field(description="which constraint of the events it violates")


class LeftOut(Record):
    """A generator that is not defined on all vectors."""

    label: str = Field(description="the generator")
    why: str = Field(description="which component of which vector is missing")


class ObjectRow(Record):
    """An object of the events: a fixed number of vectors, or a set."""

    name: str = Field(description="name of the object")
    components: tuple[str, ...] = Field(description="known components of its vectors")
    places: int = Field(description="number of vectors; for a set, the largest number of members")
    is_set: bool = Field(
        description="whether the number of members varies between events; the members then have no order"
    )
    average: float = Field(description="mean number of members (unweighted)")
    fewest: int = Field(description="smallest number of members")
    ordered: bool = Field(False, description="whether its members are sorted by decreasing pt in all events")


class ThresholdRow(Record):
    """A cut on the members of an object."""

    cut: str = Field(description="the cut: 'pt > 30 of jets'")
    changed_by: tuple[str, ...] = Field(description="candidates under which the cut is not invariant")
    covered: bool = Field(description="whether it is among the edges at which the test functions vanish")


class WholeEvents(Record):
    """Events with vectors of several kinds, a variable number of members, tags or spectators."""

    objects: tuple[ObjectRow, ...] = Field(description="the objects of an event, in order")
    tag_names: tuple[str, ...] = Field(
        (), description="quantities of each member that are not transformed but enter the tests; [] if none"
    )
    spectator_names: tuple[str, ...] = Field((), description="the same for the event; [] if none")
    otherwise: tuple[str, ...] = Field((), description="differences in the analysis of such events, in words")


class SupportRecord(Support):
    """What the events fill, and which candidates do not preserve it."""

    rank: int = Field(description="dimension of the plane that contains the events")
    numbers: int = Field(
        description="number of components per event (the rank without constraints); the members of a set "
        "count by their sum"
    )
    excluded: tuple[Excluded, ...] = Field(description="candidates that do not preserve it")
    still: tuple[str, ...] = Field((), description="candidates that act trivially on these events")
    algebra: SurfaceAlgebraRecord | None = Field(
        None,
        description="affine maps that preserve the surface, independent of the density on it; null: no "
        "equation holds for all events, or it was not searched for",
    )


class SystematicTerms(Record):
    """Systematic variations included in p-values and limits."""

    is_answer = False

    of: Literal["events", "reference"] = Field(description="sample to which the variations belong")
    parametric: tuple[str, ...] = Field(
        description="variations with nuisance parameters; each adds D D^T to the covariance of the moments"
    )
    nuisance_parameters: int = Field(description="number of these nuisance parameters")
    envelopes: tuple[str, ...] = Field(
        description="variations without a nuisance parameter: largest p-value over the nominal events and "
        "all alternatives, and union of the confidence intervals"
    )
    without_systematics: dict[str, PValue] = Field(
        {}, description="p-value of each candidate with statistical uncertainties only"
    )
    omitted: tuple[str, ...] = Field(
        (), description="tests of discrete elements that are omitted with systematic variations of the events"
    )
    nominal_only: tuple[str, ...] = Field((), description="results without systematic variations, in words")


class Functions(Record):
    """The test functions."""

    number: int = Field(description="how many")
    blocks: dict[str, tuple[int, int]] = Field(description="block -> first, end")


class MomentsRecord(Record):
    """Symmetries of the density of the events from moment conditions."""

    algebra: AlgebraRecord = Field(description="Lie algebra of the symmetries found")
    generators: tuple[GeneratorRow, ...] = Field(description="a readable basis of the span found")
    symmetry: SymmetryRecord = Field(description="the symmetry found, for symhep augment")
    chain: tuple[RankRow, ...] = Field(description="rank tests, in decreasing number of symmetries")
    candidates: tuple[Candidate, ...] = Field(
        description="candidates of the card, then combinations of them that preserve the support"
    )
    catalogue: Literal["lorentz", "poincare"] | None = Field(
        None, description="catalogue of subgroups; null: none was tested"
    )
    subgroups: tuple[SubgroupRow, ...] = Field(
        (), description="classes of subgroups, in decreasing dimension"
    )
    maximal_subgroups: tuple[str, ...] = Field((), description="names of the maximal compatible classes")
    discrete: tuple[DiscreteElement, ...] = Field((), description="discrete elements")
    cyclic_scan: DiscreteScan | None = Field(
        None, description="cyclic groups of a one-parameter subgroup; null: not requested"
    )
    groups: tuple[GroupRow, ...] = Field((), description="compact groups given in the card")
    not_fitted: str | None = Field(
        None,
        description="why no symmetries were fitted, in words (required number of events or moments); "
        "chain, generators and subgroups are then empty, and candidates without an exact test "
        "are not tested; null: fitted",
    )
    clearest_bins: tuple[BinRow, ...] = Field(
        (), description="most significant bin of each map of a violation"
    )
    sectors: tuple[SectorRow, ...] = Field(
        (),
        description="most significant sector of azimuth with fewer or more events, for each vector about "
        "the axis of each violated rotation; not searched for relative to a reference or a "
        "density",
    )
    support: SupportRecord = Field(description="support of the events")
    functions: Functions = Field(description="test functions")
    events: EventsRecord = Field(description="the events used")
    subsample: int | None = Field(
        None,
        description="size of the uniform subsample used where not all events fit in memory: for the "
        "equations of the support (checked on all events), the covariance of the moments, "
        "maps, projections, networks, nearest neighbours, the choice of test functions and "
        "binnings, and the scale; null: all events",
    )
    vectors: VectorsRecord = Field(description="vectors of an event")
    scale: float = Field(description="scale of the components and unit of translations, in ``unit``")
    unit: str = Field(description="unit of the components; '': dimensionless")
    significance_level: float = Field(
        description="significance level (family-wise error rate) per family of hypotheses"
    )
    bounds: BoundsRecord | None = Field(
        None,
        description="confidence region of sizes and limits; null: not requested, or nothing could be "
        "measured",
    )
    kl: DivergenceRecord | None = Field(
        None,
        description="KL divergences of projections after compatible transformations (random elements of "
        "the connected group, each discrete element) and after random elements of the first "
        "violated candidate; null: no compatible transformation, or symmetries relative to "
        "another density",
    )
    reference: str | None = Field(None, description="name of the reference, in words; null: none")
    steep: tuple[str, ...] = Field(
        (),
        description="candidates along which the density of events and reference varies too steeply for the test "
        "functions, as at hard edges: tests with derivatives reject too often there",
    )
    edges: tuple[str, ...] = Field((), description="fiducial cuts at which the test functions vanish")
    left_out: tuple[LeftOut, ...] = Field(
        (), description="requested generators that need components that some vectors do not have"
    )
    thresholds: tuple[ThresholdRow, ...] = Field(
        (),
        description="cuts on members (in the 'where' of the objects) that are not invariant under some "
        "candidates",
    )
    whole: WholeEvents | None = Field(
        None,
        description="composition of the events; null: the same number of complete vectors in each event, "
        "without spectators",
    )
    systematic_terms: SystematicTerms | None = Field(
        None,
        description="systematic variations in p-values and limits; null: none",
    )

    @property
    def first_rejected(self) -> str | None:
        """Label of the first candidate that is rejected."""
        return next((row.label for row in self.candidates if row.rejected), None)

    def subgroup(self, name: str) -> SubgroupRow:
        """The row of a class."""
        return next(row for row in self.subgroups if row.name == name)

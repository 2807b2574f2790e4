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
    """The hypothesis that the span found is closed under brackets, as the symmetries of a density are."""

    exists: bool = Field(description="whether a closed algebra was found near the span")
    chi_squared: float | None = Field(
        description="chi^2 between the span found and the nearest closed one; null: none was found near"
    )
    conditions: int = Field(
        description="number of conditions that closure puts on a span: degrees of freedom"
    )
    rejected: bool = Field(description="whether closure is rejected at the level")


class AlgebraRecord(NamedAlgebra, PValue):
    """The Lie algebra of the symmetries that were found.

    Its p-value is that of the hypothesis 'a closed algebra near the one found is a symmetry'; where closure is no
    condition (one generator, all candidates) or no closed algebra was found near, that of the rank test at this
    dimension, which is then the same hypothesis or the only one tested.
    """

    dimension: int | None = Field(
        description="number of generators: of independent symmetries; null: not fitted, see not_fitted"
    )
    angle_95: float | None = Field(
        None, description="largest angle between the span found and the true one, radians, 95 %"
    )
    closure_test: Closure | None = Field(
        None, description="closure under brackets; null: no symmetry was found"
    )


class BlockRow(PValue):
    """A rank test with some of the test functions."""

    statistic: float | None = Field(description="the quadratic form of moments")
    dof: float = Field(description="its mean if r symmetries hold")
    spread: float = Field(description="its standard deviation if r symmetries hold")


class RankRow(BlockRow):
    """The hypothesis of r independent symmetries among the candidates; statistic, dof, spread of all functions.

    The hypotheses are nested and tested downwards until the first that is not rejected, so that no adjustment for
    their number is needed.
    """

    dimension: int = Field(description="number of generators: r independent symmetries")
    rejected: bool = Field(description="rejected at the level")
    blocks: dict[str, BlockRow] = Field(
        description="the tests with blocks of functions that the p-value joins; 'harmonics': the least p of each order "
        "and of all together, statistic and mean of all; 'all': with every function but these"
    )


class Candidate(CandidateRow):
    """A candidate generator: its test, and how strongly it is broken."""

    size: Number | None = Field(
        None,
        description="how strongly it is broken on the named functions, with the interval of the simultaneous 95 % "
        "region; null: not asked for, or not tested",
    )
    size_kind: SizeKind | None = Field(
        None,
        description="v_m: the largest |E[exp(i m phi)]| over vectors and orders m, phi the angle about the axis, a "
        "fraction: half of the epsilon of 1 + epsilon cos m(phi - Psi), by which the density varies along the orbits, "
        "or relative to a reference or an efficiency the ratio of the densities; rate: rms relative change of the "
        "density per unit of the group's parameter, as far as the named functions see it",
    )
    relative_by: Literal["orbits", "derivatives"] | None = Field(
        None,
        description="how it was tested relative to a reference, or to an efficiency: orbits: where on its orbit an "
        "event lies, given the orbit, tells nothing of the sample it is from, or is as the efficiency says, whatever "
        "edges there are; derivatives: moments with an estimated change of the density of both; null: neither, or not "
        "tested",
    )


class NoLimit(Record):
    """Something that has no limit."""

    label: str = Field(description="the candidate, or the name of what was found")
    why: str = Field(description="the reason")


class BoundsRecord(Record):
    """The region that all sizes and limits come from."""

    highest_order: int = Field(description="highest harmonic m of angles, and degree l of directions")
    quantities: int = Field(
        description="named quantities that the region holds all at once: harmonics of each vector about each rotation, "
        "spherical harmonics of directions, rates"
    )
    level: float = Field(description="probability that all of them lie in it")
    delta: float | None = Field(None, description="breaking of the equivalence tests, a fraction; null: none")
    without: tuple[NoLimit, ...] = Field((), description="what has no limit, and why")


class DiscreteElement(DiscreteRow):
    """A discrete element; ``tests`` are those by moments, by classifier and by nearest neighbours."""

    gain: Number | None = Field(
        None,
        description="mean gain of the classifier on held-out events, nats per event: 0 for one that learned nothing",
    )


class BinRow(Record):
    """The bin of a map of a breaking that differs from zero by most errors: other events have another one."""

    is_answer = False

    label: str = Field(description="the generator")
    kind: BreakingKind = Field(description="what the map shows")
    axes: tuple[str, str] = Field(description="the two coordinates")
    x_edges: tuple[float, float] = Field(description="edges of the bin")
    y_edges: tuple[float, float] = Field(description="edges of the bin")
    departure: Number = Field(
        description="relative departure from the symmetric density (modulation), or relative change of the density per "
        "unit of the parameter in scaled units (rate)"
    )
    bins: int = Field(description="number of bins of the map")


class Excluded(Record):
    """A candidate that does not preserve the surface on which the events lie."""

    label: str = Field(description="the candidate")
    why: str = Field(description="which constant of the events it changes")


class LeftOut(Record):
    """A generator that does not act on all of the vectors."""

    label: str = Field(description="the generator")
    why: str = Field(description="which component of which vector it would need")


class ObjectRow(Record):
    """An object of the events: places that every event fills, or a set."""

    name: str = Field(description="of the object")
    components: tuple[str, ...] = Field(description="what is known of its vectors")
    places: int = Field(description="number of places; of a set the largest number of members")
    is_set: bool = Field(
        description="whether the number of members differs from event to event; they have no order then"
    )
    average: float = Field(description="mean number of members, weights not counted")
    fewest: int = Field(description="smallest number of members")
    ordered: bool = Field(False, description="whether its places are sorted by falling pt in all events")


class ThresholdRow(Record):
    """A cut on the members of an object."""

    cut: str = Field(description="in words: 'pt > 30 of jets'")
    changed_by: tuple[str, ...] = Field(
        description="candidates that take members over it, so that the cut breaks them"
    )
    covered: bool = Field(description="whether it is among the edges at which test functions vanish")


class WholeEvents(Record):
    """Events with vectors of several kinds, any number of members, tags or spectators."""

    objects: tuple[ObjectRow, ...] = Field(description="what an event is made of, in the order of its places")
    tag_names: tuple[str, ...] = Field(
        (), description="numbers of each member that are not transformed, and that tests see; [] if none"
    )
    spectator_names: tuple[str, ...] = Field((), description="the same of the event; [] if none")
    otherwise: tuple[str, ...] = Field(
        (), description="what is left out for such events, or done otherwise, in words"
    )


class SupportRecord(Support):
    """What the events fill, and which candidates do not preserve it."""

    rank: int = Field(description="dimension of the plane that holds the events")
    numbers: int = Field(
        description="numbers per event: the rank without constraints; members of a set count by their sum"
    )
    excluded: tuple[Excluded, ...] = Field(description="candidates that do not preserve it")
    still: tuple[str, ...] = Field((), description="candidates that act trivially on these events")
    algebra: SurfaceAlgebraRecord | None = Field(
        None,
        description="affine maps that preserve the surface, whatever the density on it; null: no equation holds for "
        "all events, or it was not looked for",
    )


class SystematicTerms(Record):
    """Systematic variations that entered p-values and bounds."""

    is_answer = False

    of: Literal["events", "reference"] = Field(description="whose variations they are")
    parametric: tuple[str, ...] = Field(
        description="variations with nuisance parameters: each adds D D^T to the covariance of all moments"
    )
    nuisance_parameters: int = Field(description="number of these nuisance parameters")
    envelopes: tuple[str, ...] = Field(
        description="variations whose alternatives have no parameter: the largest p-value over the nominal events and "
        "all alternatives, and the union of the intervals"
    )
    without_systematics: dict[str, PValue] = Field(
        {}, description="p-value of each candidate from the nominal events and their number alone"
    )
    omitted: tuple[str, ...] = Field(
        (), description="tests of discrete elements that are not made with variations of the events"
    )
    nominal_only: tuple[str, ...] = Field(
        (), description="what is of the nominal events alone, in words: no variation enters there"
    )


class Functions(Record):
    """The test functions."""

    number: int = Field(description="how many")
    blocks: dict[str, tuple[int, int]] = Field(description="block -> first, end")


class MomentsRecord(Record):
    """Which symmetries the density of the events has, by moments that must vanish."""

    algebra: AlgebraRecord = Field(description="Lie algebra of the symmetries found")
    generators: tuple[GeneratorRow, ...] = Field(description="a readable basis of the span found")
    symmetry: SymmetryRecord = Field(description="the symmetry that the result states, for symhep augment")
    chain: tuple[RankRow, ...] = Field(description="rank tests, number of symmetries falling")
    candidates: tuple[Candidate, ...] = Field(
        description="candidates as the card has them, then combinations of them that preserve the support"
    )
    catalogue: Literal["lorentz", "poincare"] | None = Field(
        None, description="catalogue of subgroups; null: none was tested"
    )
    subgroups: tuple[SubgroupRow, ...] = Field((), description="classes of subgroups, dimension falling")
    maximal_subgroups: tuple[str, ...] = Field(
        (), description="names of the surviving classes that lie in no other survivor"
    )
    discrete: tuple[DiscreteElement, ...] = Field((), description="discrete elements")
    cyclic_scan: DiscreteScan | None = Field(
        None, description="cyclic groups of a one-parameter subgroup; null: none was asked for"
    )
    groups: tuple[GroupRow, ...] = Field((), description="compact groups that were given")
    not_fitted: str | None = Field(
        None,
        description="why no symmetries were fitted, in words: how many events or moments it needs; chain, generators, "
        "subgroups are empty then, and candidates without an exact test are not tested; null: they were",
    )
    clearest_bins: tuple[BinRow, ...] = Field((), description="of each map of a breaking, its clearest bin")
    sectors: tuple[SectorRow, ...] = Field(
        (),
        description="of each vector, about each axis whose rotation is rejected, the clearest sector of azimuth with "
        "fewer or more events; not sought relative to a reference or a density",
    )
    support: SupportRecord = Field(description="what the events fill")
    functions: Functions = Field(description="test functions")
    events: EventsRecord = Field(description="the events that enter")
    subsample: int | None = Field(
        None,
        description="of more events than are looked at side by side, how many are: a uniform subsample. From it are "
        "the equations of the support (all events are checked), the covariance of the moments, maps, "
        "projections, what networks and nearest neighbours see, the choice of functions and of binnings, and "
        "the scale; null: all",
    )
    vectors: VectorsRecord = Field(description="what an event is made of")
    scale: float = Field(description="scale of the components, in ``unit``: the unit of translations")
    unit: str = Field(description="unit of the components; '': a pure number")
    significance_level: float = Field(
        description="significance level (family-wise error rate) per family of hypotheses"
    )
    bounds: BoundsRecord | None = Field(
        None,
        description="where sizes and limits come from; null: not asked for, or nothing could be measured",
    )
    kl: DivergenceRecord | None = Field(
        None,
        description="KL divergences of projections after what is kept (random elements of the connected group, each "
        "discrete element) and after random elements of the first candidate that is rejected; null: nothing is kept, "
        "or the symmetry is relative to another density",
    )
    reference: str | None = Field(None, description="relative to what, in words; null: the events alone")
    steep: tuple[str, ...] = Field(
        (),
        description="candidates along which the density of the events and the reference together changes more steeply "
        "than the test functions follow, as at hard edges: there tests by derivatives reject too often",
    )
    edges: tuple[str, ...] = Field((), description="fiducial cuts at which the test functions vanish")
    left_out: tuple[LeftOut, ...] = Field(
        (), description="generators that were asked for and need components that not all vectors have"
    )
    thresholds: tuple[ThresholdRow, ...] = Field(
        (), description="cuts on members, of the objects' where, that some candidates take members over"
    )
    whole: WholeEvents | None = Field(
        None,
        description="what whole events are made of; null: as many vectors in every event, of which all is known, and "
        "nothing else",
    )
    systematic_terms: SystematicTerms | None = Field(
        None,
        description="systematic variations in p-values and bounds; null: there are none, as of data alone",
    )

    @property
    def first_rejected(self) -> str | None:
        """Label of the first candidate that is rejected."""
        return next((row.label for row in self.candidates if row.rejected), None)

    def subgroup(self, name: str) -> SubgroupRow:
        """The row of a class."""
        return next(row for row in self.subgroups if row.name == name)

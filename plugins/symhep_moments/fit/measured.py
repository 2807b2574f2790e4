"""All tests of a sample, as they come out of the fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from symhep.hypotheses.discrete.scan_record import DiscreteScan
from symhep.hypotheses.groups.record import GroupRow
from symhep.hypotheses.subgroups.record import SubgroupRow
from symhep.hypotheses.subgroups.walk import Walked
from symhep.hypotheses.support.algebra import SurfaceAlgebra
from symhep.methods.p_values import PKind
from symhep_moments.fit.algebra import AlgebraTest
from symhep_moments.fit.bounds.limits import Bounds
from symhep_moments.fit.candidates import CandidateTest
from symhep_moments.fit.first_reading import Counted
from symhep_moments.fit.maps import BreakingMap
from symhep_moments.fit.moments import Moments
from symhep_moments.fit.rank import Chain
from symhep_moments.fit.region import Region
from symhep_moments.fit.relative_tests import RelativeTests
from symhep_moments.fit.sectors.rows import Sectors
from symhep_moments.fit.support import Support
from symhep_moments.record import DiscreteElement, SystematicTerms, ThresholdRow, WholeEvents
from symhep_moments.sample import Events

__all__ = ["Measurement"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Measurement:
    """All tests of a sample; what was not asked for is None, or empty.

    Attributes
    ----------
    events
        With the G candidates of the card.
    moments
        Of the G' candidates, or combinations of them, that preserve the support.
    support
        What the events fill, and which candidates do not preserve it.
    candidates, ranks
        Tests of each tangent candidate, and of every number of symmetries among them.
    region, algebra
        Of the span that was found; None if no symmetry was.
    lattice
        Of subgroups, for four-momenta.
    discrete, elements
        Tests of discrete elements, and their matrices (P d, P d) by name.
    bounds, maps
        How strongly anything could be broken, and where candidates are.
    level
        Family-wise error rate.
    reference, edges
        Relative to what, and with which fiducial cuts, in words.
    whole, thresholds
        What whole events are made of, and cuts on their members.
    scan
        Of the angles of a one-parameter subgroup.
    groups, not_fitted
        Tests of given groups, and why nothing was fitted: then moments and ranks are empty.
    along
        Tests relative to a reference, None without one.
    sectors
        Of azimuth, about the axes whose rotations are rejected.
    surface
        Of the events.
    systematic
        Which variations entered; None without any.
    moved
        Of discrete elements the asymmetry under each alternative, and the errors of the differences.
    counted
        Of all events, where ``events`` are a subsample; else None.
    """

    events: Events
    moments: Moments
    support: Support
    candidates: Sequence[CandidateTest]
    ranks: Chain
    region: Region | None
    algebra: AlgebraTest | None
    lattice: Walked[SubgroupRow] | None
    discrete: Sequence[DiscreteElement]
    elements: Mapping[str, FloatArray]
    bounds: Bounds | None
    maps: Sequence[BreakingMap]
    level: float
    reference: str | None = None
    edges: tuple[str, ...] = ()
    whole: WholeEvents | None = None
    thresholds: tuple[ThresholdRow, ...] = ()
    scan: DiscreteScan | None = None
    groups: tuple[GroupRow, ...] = ()
    not_fitted: str | None = None
    along: RelativeTests | None = None
    surface: SurfaceAlgebra | None = None
    sectors: Sectors = field(default_factory=Sectors)
    systematic: SystematicTerms | None = None
    moved: Mapping[str, tuple[FloatArray, FloatArray]] = field(default_factory=dict)
    counted: Counted | None = None

    @property
    def kind(self) -> PKind:
        """Of the p-values of what is fitted."""
        return "bound" if self.systematic is not None and self.systematic.envelopes else "asymptotic"

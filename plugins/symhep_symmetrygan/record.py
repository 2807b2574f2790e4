"""What is found, typed: the record of a result, and the arrays that its figures are drawn from.

Restarts are numbered e < E, parameters of the search space k < K, coordinates of an event D, projections j < J,
generators of the space G, slices s < S. Matrices act on coordinates divided by ``scale``; parameters are in the units
of the data. Logarithms of p-values are decimal; NaN: not tested.

Arrays.

- ``initial`` and ``final`` (E, K), ``periods`` (K,) (0: no angle); ``verdict`` (E,) 'kept', 'failed', 'diverged' or
  'not tested'; ``component`` (E,) a name of ``connected_components`` or ''; ``matrices`` and ``refined`` (E, D + 1, D
  + 1) before and after refinement, ``random`` (.., D + 1, D + 1); ``log10_p``, ``log10_p_adjusted``,
  ``log10_p_trained`` (E,) and ``moved`` (E,) how far refining went; ``loss`` (E, T) of the discriminators at
  ``loss_steps`` (T,), both
  halves summed;
- ``kl_found`` (as trained), ``kl_refined`` (E, J), ``kl_random`` (.., J), ``kl_noise`` (.., J): images of one half
  against the other half, noise included; ``excess_found``, ``excess_refined``, ``excess_random`` less that noise, with
  ``excess_found_error``, ``excess_refined_error``, ``excess_random_error``; ``posthoc_found``,
  ``posthoc_found_error`` (E,), ``posthoc_random``, ``posthoc_random_error`` (..,);
- ``span_values`` (G,) singular values of the logarithms of found elements, ``span_noise`` (G,) those of noise alone;
- ``composition_steps`` (C,), and at each the mean over chains of the distance from the exact power,
  ``composition_distance`` with ``composition_distance_error`` (C,), and of the excess divergences,
  ``composition_excess`` with ``composition_excess_error`` (C, J), the error of one element;
- ``slice_{s}_x`` (X,), ``slice_{s}_y`` (Y,), ``slice_{s}_loss`` (X, Y), less 2 ln 2, or (X,) without y;
  ``slice_{s}_points`` (E, 2) or (E, 1): found elements, ``slice_{s}_near`` (E,) those on it; ``slice_{s}_ridge``
  (.., 2): points of a continuum of maxima;
- ``map_periods`` (M,) (0: none), ``map_initial``, ``map_final``, ``map_expected`` (E, M): by the formula; of a learned
  map ``omega_initial``, ``omega_final``, ``omega_expected`` (V, M) on fresh points, and ``omega_trained`` (V', M)
  separate trainings from the first V' of them;
- ``symmetry_generators``, ``symmetry_elements``: see `symhep.methods.symmetry.Symmetry`.

Histograms, weighted: ``projection: NAME`` over (which, value) and ``plane: A, B`` over (which, a, b), in the units of
the data, axes labelled by what they hold; ``which`` is 'events', 'kept' or 'rejected' (after the element of that kind
in the middle by excess KL divergence), or 'random', of held-out events. Of subgroups and discrete elements they are
``projection: NAME`` alone, of images under random elements of one that survives, one that is rejected, and the group.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from symhep.hypotheses.discrete.scan_record import DiscreteScan
from symhep.hypotheses.divergence.record import DivergenceRecord
from symhep.hypotheses.generators.record import GeneratorRow
from symhep.methods.events import EventsRecord, VectorsRecord
from symhep.methods.number import Number
from symhep.methods.record import Record
from symhep.methods.split import SplitRecord
from symhep.methods.symmetry import SymmetryRecord
from symhep_symmetrygan.inference.record import (
    AlgebraRecord,
    ComponentRecord,
    CompositionRecord,
    FiniteGroupRecord,
)
from symhep_symmetrygan.landscape.record import LandscapeRecord
from symhep_symmetrygan.maps.record import MapRecord
from symhep_symmetrygan.subgroups.record import ClassRow, ElementRow, LabRow
from symhep_symmetrygan.validation.record import ElementDivergences, LossRecord, VerdictCounts

__all__ = [
    "InertialRecord",
    "SearchRecord",
    "SpaceRecord",
    "SymmetryGanRecord",
]


class SpaceRecord(Record):
    """The search space."""

    name: str = Field(description="name of the space as in the card")
    marginal: bool = Field(
        description="whether other coordinates of the events are ignored (symmetries of the marginal density)"
    )
    parameter_labels: tuple[str, ...] = Field(description="labels of its parameters")
    discrete_parameters: tuple[str, ...] = Field(
        description="labels of the parameters that choose discrete elements"
    )
    coordinates: tuple[str, ...] = Field(description="coordinates that it acts on")
    spectator_names: tuple[str, ...] = Field(
        description="quantities that are not transformed but enter each comparison of events with "
        "transformed events"
    )
    dimension: int | None = Field(description="dimension (number of generators); null: not a Lie group")


class SearchRecord(Record):
    """Settings of the search for elements."""

    restarts: int = Field(description="number of restarts")
    terms: tuple[str, ...] = Field(description="additional loss terms, in words")


class InertialRecord(Record):
    """Tests of the elements found on the inertial density."""

    how: Literal["simultaneous", "two_stage"] = Field(
        description="whether it was used during the search or tested afterwards"
    )
    kept: int = Field(description="number of elements that preserve it")
    failed: int = Field(
        description="number of elements that do not preserve it, at the significance "
        "level, adjusted for their number (Holm)"
    )


class SymmetryGanRecord(Record):
    """Results of symmetrygan; not requested parts are null or [].

    >>> record = SymmetryGanRecord(
    ...     events={"used": 5, "available": 10, "effective": 5.0, "negative": 0.0},
    ...     vectors={"number": 1, "components": ["x"]}, scale=1.0, unit="", significance_level=0.01,
    ... )
    >>> record.elements, record.kl
    (0, None)
    """

    elements: int = Field(0, description="number of restarts that ended with an element")
    verdicts: VerdictCounts | None = Field(None, description="numbers of accepted and rejected elements")
    algebra: AlgebraRecord | None = Field(
        None, description="Lie algebra of the group of the accepted elements"
    )
    generators: tuple[GeneratorRow, ...] = Field((), description="a readable basis of that algebra")
    connected_components: tuple[ComponentRecord, ...] = Field(
        (), description="connected components of the elements found, that of the identity first"
    )
    finite_group: FiniteGroupRecord | None = Field(
        None, description="group of the accepted elements, if it is finite"
    )
    component_group: FiniteGroupRecord | None = Field(
        None, description="group of the connected components of a continuous group"
    )
    notes: tuple[str, ...] = Field((), description="remarks on the group, in sentences")
    composition: CompositionRecord | None = Field(None, description="composition of accepted elements")
    kl: ElementDivergences | None = Field(
        None,
        description="Kullback-Leibler divergences of projections of the transformed coordinates; null: not "
        "available, for example for a variable number of objects",
    )
    subgroup_kl: DivergenceRecord | None = Field(
        None, description="the same for random elements of subgroups; null: none was tested"
    )
    discrete_kl: DivergenceRecord | None = Field(
        None, description="the same for discrete elements; null: none was tested"
    )
    posthoc_loss: LossRecord | None = Field(None, description="post-hoc losses of newly trained classifiers")
    catalogue: Literal["lorentz", "poincare"] | None = Field(
        None, description="catalogue of subgroups; null: none was tested"
    )
    subgroups: tuple[ClassRow, ...] = Field((), description="classes of subgroups, with fitted directions")
    maximal_subgroups: tuple[str, ...] = Field((), description="names of the maximal compatible classes")
    candidates: tuple[LabRow, ...] = Field((), description="individual generators in the lab frame")
    discrete: tuple[ElementRow, ...] = Field((), description="discrete elements, tested one by one")
    cyclic_scan: DiscreteScan | None = Field(
        None, description="cyclic groups of a one-parameter subgroup; null: not requested"
    )
    forward_backward_asymmetry: Number | None = Field(
        None, description="forward-backward asymmetry of an oppositely charged pair, a fraction"
    )
    bounded_quantities: int = Field(
        0,
        description="number of predefined observables with simultaneous limits: for the algebra, "
        "components and generators",
    )
    landscape: LandscapeRecord | None = Field(None, description="slices of the loss for a known density")
    map: MapRecord | None = Field(
        None, description="symmetry discovery map from initial to final parameters, compared with a formula"
    )
    inertial: InertialRecord | None = Field(None, description="results for the inertial density")
    symmetry: SymmetryRecord | None = Field(None, description="the symmetry found, for `symhep augment`")
    space: SpaceRecord | None = Field(None, description="search space; null: no search for elements")
    search: SearchRecord | None = Field(None, description="settings of the search")
    events: EventsRecord = Field(description="held-out events in memory")
    split: SplitRecord | None = Field(
        None,
        description="numbers of training and held-out events; with `subsample`, only components are tested "
        "with more than `events`",
    )
    subsample: int | None = Field(
        None,
        description="size of the uniform subsample used for the search; null: all events were used",
    )
    vectors: VectorsRecord = Field(description="vectors of an event")
    spectator_names: tuple[str, ...] = Field(
        (),
        description="quantities of the event that are not transformed but enter each comparison; [] if none",
    )
    tag_names: tuple[str, ...] = Field((), description="the same for each vector; [] if none")
    sets: tuple[str, ...] = Field(
        (),
        description="objects whose number varies between events; networks and plane waves sum over the "
        "members",
    )
    kinds: tuple[str, ...] = Field(
        (), description="kinds of the vectors, if some lack components that others have; [] otherwise"
    )
    scale: float = Field(description="scale of the components and unit of translations, in ``unit``")
    unit: str = Field(description="unit of the components; '': dimensionless")
    significance_level: float = Field(
        description="significance level (family-wise error rate) per family of hypotheses"
    )

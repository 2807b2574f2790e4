"""What enters: scaled vectors with signed weights, the candidate generators, and those of a reference."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from symhep.errors import CardError, MethodError, as_card_error, nearest
from symhep.events.copies import copies_of, merged
from symhep.events.dataset import Dataset
from symhep.events.effective import require_effective
from symhep.events.stream import InMemory, stream_of
from symhep.events.vectors import MOMENTUM, ActsOn, Vectors, acts_on_momenta, vectors_of
from symhep.lie.elements.frame import Frame
from symhep.lie.generators import Generators
from symhep.lie.kinds import defined_on
from symhep.lie.sums import algebra_sum
from symhep.lie.terms import read_terms
from symhep.methods.enumeration import several
from symhep_moments.events import Events
from symhep_moments.options import EfficiencyFunction, EfficiencyHistogram, MomentsOptions
from symhep_moments.places import Places, places_of, whole_events
from symhep_moments.thresholds import MemberCut, cuts_of, resolved
from symhep_moments.used import used_of
from symhep_moments.varied import VariedEvents, varied_events

__all__ = [
    "Events", "Sample", "candidates", "events_of", "frame_of", "named_generators", "objects_of",
    "prepare", "require_sense",
]  # fmt: skip

#: Translations of four components that are no momenta.
_NUMBERED = {"P_t": "P_1", "P_x": "P_2", "P_y": "P_3", "P_z": "P_4"}
#: Momenta in space and across the beam: their generators have names of physics.
_MOMENTA = {("px", "py", "pz"): "so(3)", ("px", "py"): "so(2)"}
#: Most components of a vector for which all linear maps are candidates.
ALL_LINEAR = 4


@dataclass(frozen=True, eq=False)
class Sample:
    """What enters a fit: events, those of the reference in the same units, names of the vectors, options, cuts on
    members, relative to what, in words, and the systematic variations of both."""

    events: Events
    reference: Events | None
    particles: tuple[str, ...]
    options: MomentsOptions
    cuts: tuple[MemberCut, ...] = ()
    relative_to: str | None = None
    variations: tuple[VariedEvents, ...] = ()
    reference_variations: tuple[VariedEvents, ...] = ()


def prepare(data: Dataset, options: MomentsOptions) -> Sample:
    """The sample. Raises as `events_of` and `require_sense` do."""
    _require_one_relation(data, options)
    own, theirs = data.apart()
    options = resolved(options, data)
    # A set is one if its number differs in either sample.
    like = None if theirs is None else places_of(vectors_of(data, options.acts_on, options.vectors))
    events = _events(own, options, like)
    reference = None if theirs is None else _events(theirs, options, events.places)
    if reference is not None:
        reference = reference.scaled_as(events)

    def build(varied: Dataset) -> Events:
        return _events(varied, options, events.places)

    return Sample(
        events, reference, data.particles, options, cuts_of(data, options), _relative_to(data, options),
        varied_events(used_of(own, options.max_events), events, build),
        ()
        if theirs is None or reference is None
        else varied_events(used_of(theirs, options.max_events), reference, build),
    )  # fmt: skip


def require_sense(data: Dataset, options: MomentsOptions) -> None:
    """Raise `CardError` or `MethodError` for a reference, vectors, candidates, edges or elements that are not there."""
    _require_one_relation(data, options)
    own, _ = data.apart()
    edges = resolved(options, data).fiducial
    vectors = vectors_of(own, options.acts_on, options.vectors)
    places = places_of(vectors)
    _defined(candidates(options.generators, vectors), places)
    if named := [edge for edge in edges if edge.particle != "all"]:
        from symhep_moments.fit.functions.edges import whose  # torch comes with it

        for edge in named:
            whose(edge, vectors.x.shape[1], vectors.called, places)
    frame = frame_of(vectors.names, data.particles, vectors.x.shape[1], places)
    if options.efficiency is not None:
        require_variables(options.efficiency, vectors.names, vectors.called, places)
    if options.discrete is not None:
        options.discrete.chosen(frame)
        options.discrete.scanned(frame)
    if options.groups:
        from symhep_moments.fit.given.rows import given_groups  # torch comes with it

        given_groups(
            options.groups, frame, named_generators(candidates(options.generators, vectors), vectors.names)
        )


def require_variables(
    options: EfficiencyFunction | EfficiencyHistogram,
    names: tuple[str, ...],
    particles: tuple[str, ...],
    places: Places | None,
) -> None:
    """Raise `CardError` for a variable or an object of a histogram that the vectors do not have."""
    if isinstance(options, EfficiencyFunction):
        return
    known = [*names, *(("phi", "pt") if {"px", "py"} <= set(names) else ())]
    known += ["eta"] if {"px", "py", "pz"} <= set(names) else []
    for variable in options.variables:
        if variable not in known:
            raise CardError(f"efficiency: unknown variable '{variable}'", hint=nearest(variable, known))
    objects = objects_of(particles, places)
    if options.object is not None and options.object not in objects:
        raise CardError(
            f"efficiency: unknown object '{options.object}'", hint=nearest(options.object, objects)
        )


def objects_of(particles: tuple[str, ...], places: Places | None) -> tuple[str, ...]:
    """Name of the object of each vector: 'muons' of 'muons[0]'."""
    return tuple(name.partition("[")[0] for name in particles) if places is None else places.objects


def frame_of(names: tuple[str, ...], particles: tuple[str, ...], count: int, places: Places | None) -> Frame:
    """What discrete elements must know of an event."""
    if places is None:
        return Frame.of(names, particles, count)
    return Frame.of(names, particles, count, places.known, places.objects, places.sets)


def named_generators(known: Generators, names: tuple[str, ...]) -> tuple[Generators, ...]:
    """Generators whose labels name groups of one parameter: the ``known`` candidates, and the usual ones of vectors
    with these components."""
    d = len(names)
    if names == MOMENTUM:
        return known, algebra_sum("poincare", d)
    return (known, algebra_sum("rotations" if names in _MOMENTA else f"so({d})", d)) if d > 1 else (known,)


def _events(data: Dataset, options: MomentsOptions, like: Places | None = None) -> Events:
    return events_of(
        data, options.generators, acts_on=options.acts_on, vectors=options.vectors, max_events=options.max_events,
        like=like,
    )  # fmt: skip


def _defined(generators: Generators, places: Places | None) -> tuple[Generators, tuple[tuple[str, str], ...]]:
    """The candidates that act on all vectors, and why the others do not. Raises `CardError` if none does."""
    if places is None:
        return generators, ()
    with as_card_error("generators"):
        kept = defined_on(generators, places.names, places.known)
    return kept.generators, kept.left_out


def _require_one_relation(data: Dataset, options: MomentsOptions) -> None:
    """Raise `CardError` for what says relative to two things, or asks of a relation what only events have."""
    if not data.reference:
        return
    if options.efficiency is not None:
        raise CardError("give either 'reference' or 'efficiency', not both")
    if options.density is not None:
        raise CardError("give either 'reference' or 'density', not both")
    if options.groups:
        raise CardError("'groups' cannot be tested relative to a reference: remove 'reference'")
    if options.discrete is not None and options.discrete.scan is not None:
        raise CardError(
            "'scan' is not available with a reference: remove 'reference', or name elements such as Z_3(z)"
        )
    if options.discrete is not None and options.discrete.efficiency is not None:
        raise CardError("'efficiency' is not available with a reference, which includes it: remove it")


def _relative_to(data: Dataset, options: MomentsOptions) -> str | None:
    """In words."""
    if data.reference:
        names = [f"'{name}'" for name in data.label_names if name in data.reference]
        return f"the dataset{'s' * (len(names) > 1)} {several(names)}"
    if options.efficiency is not None:
        return f"the efficiency '{options.efficiency.text}'"
    return None if options.density is None else f"the density '{options.density.function}'"


def events_of(
    data: Dataset,
    generators: str | None = None,
    *,
    acts_on: ActsOn = "auto",
    vectors: int | None = None,
    max_events: int | None = None,
    like: Places | None = None,
) -> Events:
    """Events of a dataset in one common scale, with the candidates that all vectors know.

    Of more than `symhep.events.stream.SUBSAMPLE` events the scale, and what tags and spectators are standardised with,
    are those of a uniform subsample, which the rows are (`symhep_moments.used.used_of`).

    Parameters
    ----------
    data
        The events.
    generators
        Name of the candidates, such as 'poincare' or 'so(3)+T'; None: what suits the vectors.
    acts_on, vectors, max_events
        As in `symhep.vectors_of`.
    like
        Tags and spectators are standardised as these are.

    Returns
    -------
    Events
        x (N, P, d) with a root mean square of 1.

    Raises
    ------
    CardError
        For names, numbers and kinds that do not fit.
    MethodError
        For events that are not finite, or too few effective ones.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> events = events_of(Dataset.from_array(3 * rng.normal(size=(500, 4)), scaling="none"))
    >>> len(events), events.generators.name, round(float((events.x**2).mean()), 12)
    (500, 'sl(4,R) + R^4', 1.0)
    """
    import torch

    available, data, given = data.events, used_of(data, max_events), data
    subsampled = data.events > len(data)
    found = copies_of(given) if data.events == available and not subsampled else None
    require_effective(data)
    total = data.weights.sum() if data.stream is None else sum(block.w for block in data.stream.blocks)
    if total <= 0:
        raise MethodError(f"the weights of '{data.name}' sum to {total:.4g}; the sum must be positive")
    rows = merged(data)  # a sum over equal rows of one event is one row with their weight
    taken = vectors_of(rows, acts_on, vectors)
    stream = stream_of(data)
    here = stream if not subsampled else InMemory(replace(data, stream=None))
    scale = taken.scale
    x, places = whole_events(taken, scale, like)
    kept, left_out = _defined(candidates(generators, taken), places)
    return Events(
        torch.from_numpy(x), torch.from_numpy(taken.weights), scale, taken.names, taken.unit, taken.momenta, kept,
        available, rows.unit, places, taken.called, left_out,
        acts_on_momenta(data, acts_on, vectors), found,
        taken.columns, stream, here, subsampled, (acts_on, vectors),
    )  # fmt: skip


def candidates(name: str | None, vectors: Vectors) -> Generators:
    """The algebra ``name`` on these vectors, such as 'poincare' or 'so(3)+T', as affine matrices.

    Default: Poincare for four-momenta; rotations and translations for (px, py, pz) and (px, py); else all
    volume-preserving affine maps, sl(d) + T, or, of vectors of more than four components, rotations and translations,
    so(d) + T. (A density that can be normalised has no others: a map that changes volumes would carry it away.)

    Raises `CardError` for unknown names, other sizes, and complex algebras.
    """
    d = vectors.x.shape[2]
    turns = _MOMENTA.get(vectors.names)
    if name is None:
        linear = "rotations+" if turns else f"sl({d})+" if d <= ALL_LINEAR else f"so({d})+"
        name = "poincare" if vectors.momenta else f"{linear if d > 1 else ''}T"
    with as_card_error():
        if turns is not None:
            # The same algebra, by the axes J_x, J_y, J_z in place of the planes J_12, J_13, J_23.
            name = "+".join("rotations" if term.text == turns else term.text for term in read_terms(name))
        found = algebra_sum(name, d)
    if np.iscomplexobj(found.matrices):
        raise CardError(
            f"'{name}' acts on complex vectors, which moments do not support",
            hint="use a real algebra, such as so, sl or gl",
        )
    found = found.homogeneous()
    if vectors.momenta:
        return found
    if turns is not None:
        known = {f"P_{i + 1}": f"P_{component[1]}" for i, component in enumerate(vectors.names)}
    else:
        known = _NUMBERED
    return replace(found, labels=tuple(known.get(a, a) for a in found.labels))

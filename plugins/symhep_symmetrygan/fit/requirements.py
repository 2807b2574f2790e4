"""What can be known before any training."""

from __future__ import annotations

from symhep.errors import CardError
from symhep.events.dataset import Dataset
from symhep.methods.context import Context, seed_sequence
from symhep_symmetrygan.fit.restarts import prepared, space_of
from symhep_symmetrygan.fit.shards import pieces
from symhep_symmetrygan.fit.subgroups import subgroup_options
from symhep_symmetrygan.inertial.density import draw_inertial
from symhep_symmetrygan.landscape.slices import Landscape
from symhep_symmetrygan.maps.formulas import formula_of
from symhep_symmetrygan.maps.periods import periods_of
from symhep_symmetrygan.options import SymmetryGanOptions
from symhep_symmetrygan.subgroups.discrete import chosen_elements
from symhep_symmetrygan.subgroups.walk import asked_classes

__all__ = ["check_card"]


def check_card(data: Dataset, options: SymmetryGanOptions) -> None:
    """Raise `CardError` or `MethodError` for events that the options do not fit."""
    context = Context(seed_sequence(0, "symmetrygan", 0))
    events = prepared(data, options, context)
    kinds = {piece.kind for piece in pieces(options, momenta=events.momenta)}
    if "subgroups" in kinds:
        chosen = subgroup_options(options, momenta=events.momenta)
        asked_classes(chosen)
        chosen_elements(chosen, events)
    if "restarts" not in kinds:
        for name in ("landscape", "map", "inertial"):
            if getattr(options, name) is not None:
                raise CardError(
                    f"'{name}' belongs to a search for elements, and the card asks for subgroups alone"
                )
        return
    space = space_of(options, events)
    seen = space.of(events)
    coupled = {term.build().coupled for term in options.terms} | {1}
    block = options.training.replicas_per_batch
    for number in coupled:
        if options.training.restarts % number or block % number:
            raise CardError(
                f"a term of the loss couples {number} restarts, so that restarts and replicas_per_batch must be "
                f"multiples of it, not {options.training.restarts} and {block}"
            )
    if options.landscape is not None:
        size = options.landscape.mixture.size
        if size != seen.size:
            number = "1 number" if size == 1 else f"{size} numbers"
            raise CardError(f"the density of 'landscape' is of {number}, and events are {seen.size}")
        landscape = Landscape(options.landscape.mixture, space.family)
        for one in options.landscape.slices:
            landscape.check([axis.label for axis in one.axes], one.fixed)
    if options.map is not None:
        formula_of(options.map.stated, space.family.labels, periods_of(space.family))
    if options.inertial is not None:
        draw_inertial(options.inertial.of, 100, seen.names, seen.scale, context.rng())

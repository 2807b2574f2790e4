"""What a card needs of the events, before any training."""

from __future__ import annotations

import numpy as np

from symhep.errors import CardError
from symhep_symmetrygan.fit.shards import Prepared
from symhep_symmetrygan.inertial.density import draw_inertial
from symhep_symmetrygan.landscape.slices import Landscape
from symhep_symmetrygan.maps.formulas import formula_of
from symhep_symmetrygan.maps.periods import periods_of
from symhep_symmetrygan.options import SymmetryGanOptions
from symhep_symmetrygan.sample import Events
from symhep_symmetrygan.spaces.matrices import frame_of
from symhep_symmetrygan.spaces.names import read_space

__all__ = ["require"]


def require(prepared: Prepared) -> None:
    """Raise `CardError` or `MethodError` for events that the options do not fit."""
    options = prepared.options
    if not prepared.works:
        raise CardError(
            "nothing is asked: 'search' is false, and there are no 'subgroups' and no 'discrete' elements",
            hint="write 'subgroups: true', say",
        )
    events = prepared.rows.split(np.random.default_rng(0), options.held_out)
    if options.subgroups is not None:
        if not events.momenta:
            raise CardError(
                "subgroups of the Poincare group act on four-momenta, and there are none",
                where="subgroups",
                hint="give an object with E, px, py, pz and leave out 'acts_on: features'",
            )
        options.subgroups.asked(options.subgroups.chosen)
    if options.discrete is not None:
        options.discrete.chosen(frame_of(events))
    if options.search is None:
        for name in ("landscape", "map", "inertial"):
            if getattr(options, name) is not None:
                raise CardError(
                    f"'{name}' belongs to a search for elements, and 'search' is false", where=name
                )
        return
    _require_of_search(options, events)


def _require_of_search(options: SymmetryGanOptions, events: Events) -> None:
    assert options.search is not None
    space = read_space(options.search, events)
    seen = space.of(events)
    block = options.training.replicas_per_batch
    for number in {term.build().coupled for term in options.terms} | {1}:
        if options.training.restarts % number or block % number:
            raise CardError(
                f"a term of the loss couples {number} restarts, so that restarts and replicas_per_batch must be "
                f"multiples of it, not {options.training.restarts} and {block}"
            )
    if options.landscape is not None:
        size = options.landscape.mixture.size
        if size != seen.size:
            numbers = "1 number" if size == 1 else f"{size} numbers"
            raise CardError(f"the density of 'landscape' is of {numbers}, and events are {seen.size}")
        landscape = Landscape(options.landscape.mixture, space.family)
        for one in options.landscape.slices:
            landscape.check([axis.label for axis in one.axes], one.fixed)
    if options.map is not None:
        formula_of(options.map.stated, space.family.labels, periods_of(space.family))
    if options.inertial is not None:
        draw_inertial(options.inertial.of, 100, seen.names, seen.scale, np.random.default_rng(0))

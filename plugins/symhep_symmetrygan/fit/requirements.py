"""What a card needs of the events, before any training."""

from __future__ import annotations

import numpy as np

from symhep.errors import CardError
from symhep.methods.enumeration import several
from symhep_symmetrygan.fit.shards import Prepared
from symhep_symmetrygan.inertial.density import draw_inertial
from symhep_symmetrygan.landscape.slices import Landscape
from symhep_symmetrygan.maps.formulas import formula_of
from symhep_symmetrygan.maps.periods import periods_of
from symhep_symmetrygan.members import not_defined
from symhep_symmetrygan.options import SymmetryGanOptions
from symhep_symmetrygan.sample import Events
from symhep_symmetrygan.spaces.names import read_space
from symhep_symmetrygan.subgroups.discrete import chosen_elements

__all__ = ["require"]


def require(prepared: Prepared) -> None:
    """Raise `CardError` or `MethodError` for events that the options do not fit."""
    options = prepared.options
    if not prepared.works:
        raise CardError(
            "there is nothing to do: 'search' is false, and there are no 'subgroups' and no 'discrete' "
            "elements",
            hint="for example, write 'subgroups: true'",
        )
    events = prepared.rows.split(np.random.default_rng(0), options.held_out)
    if options.subgroups is not None:
        if not events.momenta:
            raise CardError(
                "subgroups of the Poincare group act on four-momenta, but the features have none",
                where="subgroups",
                hint="give an object with E, px, py, pz and remove 'acts_on: features'",
            )
        options.subgroups.asked(options.subgroups.chosen)
        _require_subgroups(events)
    if options.discrete is not None:
        chosen_elements(events, options.discrete)
    if options.search is None:
        for name in ("landscape", "map", "inertial"):
            if getattr(options, name) is not None:
                raise CardError(f"'{name}' needs a search for elements, but 'search' is false", where=name)
        return
    _require_of_search(options, events)


def _require_of_search(options: SymmetryGanOptions, events: Events) -> None:
    assert options.search is not None
    space = read_space(options.search, events)
    seen = space.of(events)
    if events.members is not None:
        _refuse_positions(options)
    block = options.training.replicas_per_batch
    for number in {term.build().coupled for term in options.terms} | {1}:
        if options.training.restarts % number or block % number:
            raise CardError(
                f"a term of the loss couples {number} restarts: restarts ({options.training.restarts}) and "
                f"replicas_per_batch ({block}) must be multiples of it"
            )
    if options.landscape is not None and seen.train.beside is not None:
        raise CardError(
            "'landscape' needs a known density of all variables, but it does not include the spectators "
            f"{several(seen.spectators)}",
            where="landscape",
            hint="remove the spectators, or write 'marginal: true'",
        )
    if options.landscape is not None:
        size = options.landscape.mixture.size
        if size != seen.size:
            numbers = "1 number" if size == 1 else f"{size} numbers"
            raise CardError(f"the density of 'landscape' has {numbers}, but events have {seen.size}")
        landscape = Landscape(options.landscape.mixture, space.family)
        for one in options.landscape.slices:
            landscape.check([axis.label for axis in one.axes], one.fixed)
    if options.map is not None:
        formula_of(options.map.stated, space.family.labels, periods_of(space.family))
    if options.inertial is not None:
        draw_inertial(options.inertial.of, 100, seen.names, seen.scale, np.random.default_rng(0))


def _require_subgroups(events: Events) -> None:
    """Classes are searched in any direction, where vectors without all components have no images."""
    members = events.members
    if members is not None and members.partial:
        lacking = next(kind for kind in members.kinds if kind not in ("full", "massless"))
        raise not_defined("a subgroup in any direction", lacking, "subgroups")


def _refuse_positions(options: SymmetryGanOptions) -> None:
    """Raise `CardError` for what takes an event as one row of numbers, each with a meaning of its own."""
    discriminator = options.training.discriminator
    asked = {
        "landscape": options.landscape is not None,
        "map": options.map is not None,
        "inertial": options.inertial is not None,
        "terms": bool(options.terms),
        "training.discriminator.spectral_norm": discriminator.spectral_norm,
        "training.discriminator.gradient_penalty": discriminator.gradient_penalty > 0,
    }
    for name, there in asked.items():
        if there:
            raise CardError(
                f"'{name}' is not available for a variable number of objects or vectors of several kinds",
                where=name,
                hint="remove it, or give the features an object with a fixed number and all components",
            )

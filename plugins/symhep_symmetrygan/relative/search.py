"""Discrete elements, tested relative to a reference."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from symhep.errors import CardError, MethodError
from symhep.hypotheses.discrete.family import ElementTest, discrete_rows
from symhep.lie.elements import Element
from symhep.methods.context import Progress, stream_for
from symhep_symmetrygan.options import SymmetryGanOptions
from symhep_symmetrygan.relative.element_test import RelativeTest
from symhep_symmetrygan.sample import Events, Sample
from symhep_symmetrygan.subgroups.discrete import chosen_elements
from symhep_symmetrygan.subgroups.held_out import OnRows
from symhep_symmetrygan.subgroups.record import DiscreteSearch, ElementRow
from symhep_symmetrygan.validation.waves import Waves

__all__ = ["relative_elements", "require_relative"]


def require_relative(options: SymmetryGanOptions, events: Events, reference: Sample) -> None:
    """Raise `CardError` or `MethodError` for what has no answer relative to a reference."""
    hint = "relative to a reference, write 'search: false' and list elements under 'discrete'"
    for name, there in (("search", options.search is not None), ("subgroups", options.subgroups is not None)):
        if there:
            raise CardError(
                f"'{name}' does not go with a reference: training would learn what the detector breaks",
                where=name, hint=hint,
            )  # fmt: skip
    if options.discrete is None:
        raise CardError("a reference is given, and no element to test relative to it", hint=hint)
    for name in ("scan", "delta", "efficiency"):
        if getattr(options.discrete, name) is not None:
            raise CardError(
                f"'{name}' does not go with a reference", where=f"discrete.{name}", hint="leave it out"
            )
    if events.members is not None:
        raise CardError(
            "a number of objects that differs from event to event, or vectors of several kinds, have no test relative "
            "to a reference here",
            hint="give the features an object with a fixed number and all components",
        )
    for sample, whose in ((events.train, "events"), (events.held, "events"), (reference, "reference")):
        if bool((sample.weights < 0).any()):
            raise MethodError(
                f"weights of the {whose} are negative, and a ratio of densities is not learned from such; use "
                "'weights: {negative: abs}' if the sign does not matter"
            )


def relative_elements(
    own: Sample,
    reference: Sample,
    events: Events,
    options: SymmetryGanOptions,
    seeds: np.random.SeedSequence,
    progress: Progress,
) -> DiscreteSearch:
    """Does each of the elements leave the ratio of the densities of ``own`` and ``reference`` as it is?"""
    o = options.discrete
    assert o is not None
    elements = chosen_elements(events, o)

    def test(tested: list[Element]) -> Sequence[ElementTest]:
        waves = Waves.draw(reference, o.waves, np.random.default_rng(stream_for(seeds, "waves")))
        with progress.task("discrete elements", 1 + len(tested)) as advance:
            relative = RelativeTest(own, reference, waves, o.steps, o.batch, stream_for(seeds, "ratio"))
            advance(1)
            found = list[ElementTest]()
            for element in tested:
                act = OnRows(element, own).act
                log_p = relative.log_p(act, stream_for(seeds, f"images of {element.name}"))
                found.append(
                    ElementTest(
                        log_p, "asymptotic", {"waves relative to the reference": (log_p, "asymptotic")}
                    )
                )
                advance(1)
        return found

    x = own.x.view(-1, events.each.particles, events.vector)
    rows = discrete_rows(elements, x, test, options.level, ElementRow)
    return DiscreteSearch(discrete=rows, cyclic_scan=None, forward_backward_asymmetry=None, discrete_kl=None)

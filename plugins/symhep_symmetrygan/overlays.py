"""What found elements are drawn over: slices through the analytic loss, and formulas of the discovery map."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from symhep_symmetrygan.events import Events
from symhep_symmetrygan.landscape.slices import CyclicTerm, Landscape
from symhep_symmetrygan.maps.compared import compare
from symhep_symmetrygan.maps.formulas import formula_of
from symhep_symmetrygan.maps.options import MapOptions
from symhep_symmetrygan.maps.periods import periods_of
from symhep_symmetrygan.options import SymmetryGanOptions
from symhep_symmetrygan.outcome import Expected, Search, Slice
from symhep_symmetrygan.recorded import slice_of
from symhep_symmetrygan.spaces.space import Space

__all__ = ["empirical_map", "landscape_slices"]


def landscape_slices(options: SymmetryGanOptions, space: Space, search: Search) -> Sequence[Slice]:
    """The slices of the card, in the units of the data, with the found elements and which of them lie on each."""
    assert options.landscape is not None
    cyclic = next((t for t in options.terms if t.name == "cyclic"), None)
    term = None if cyclic is None else CyclicTerm(int(cyclic.settings["order"]), cyclic.strength)
    landscape = Landscape(options.landscape.mixture, space.family, term)
    final, made = search.final * search.units, []
    for asked in options.landscape.slices:
        computed = landscape.slice(asked.axes, asked.fixed)
        made.append(slice_of(computed, search.parameters, final, search.periods, asked.within))
    return made


def empirical_map(options: MapOptions, space: Space, events: Events, search: Search) -> Expected:
    """From initial to final parameters beside the formula of the card."""
    formula = formula_of(options.stated, space.family.labels, periods_of(space.family))
    compared = compare(search.initial, search.final, formula, events.train)
    return Expected(
        formula=formula.title,
        coordinates=formula.names,
        periods=np.array(formula.periods),
        initial=compared.initial,
        final=compared.final,
        expected=compared.expected,
    )

"""What found elements are drawn over: slices through the analytic loss, and formulas of the discovery map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from symhep_symmetrygan.fit.elements import slice_of
from symhep_symmetrygan.landscape.options import SliceOptions
from symhep_symmetrygan.landscape.slices import Axis, CyclicTerm, Landscape
from symhep_symmetrygan.maps.comparison import compare
from symhep_symmetrygan.maps.formulas import formula_of
from symhep_symmetrygan.maps.options import MapOptions
from symhep_symmetrygan.maps.periods import periods_of
from symhep_symmetrygan.options import SymmetryGanOptions
from symhep_symmetrygan.outcome import Expected, Search, Slice
from symhep_symmetrygan.sample import Events
from symhep_symmetrygan.spaces.space import Space

__all__ = ["empirical_map", "landscape_slices", "scaled_slice"]


def landscape_slices(
    options: SymmetryGanOptions, space: Space, events: Events, search: Search
) -> Sequence[Slice]:
    """The slices of the card, in the units of the data, with the found elements and which of them lie on each."""
    assert options.landscape is not None
    cyclic = next((t for t in options.terms if t.name == "cyclic"), None)
    term = None if cyclic is None else CyclicTerm(int(cyclic.settings["order"]), cyclic.strength)
    landscape = Landscape(options.landscape.mixture.scaled(events.scale), space.family, term)
    units = dict(zip(search.parameters, search.units.tolist(), strict=True))
    made = []
    for asked in options.landscape.slices:
        computed = landscape.slice(*scaled_slice(asked, units))
        made.append(
            slice_of(computed, search.parameters, search.final, search.periods, search.units, asked.within)
        )
    return made


def scaled_slice(asked: SliceOptions, units: Mapping[str, float]) -> tuple[list[Axis], dict[str, float]]:
    """Axes and fixed values of the card, which are in the units of the data, for scaled coordinates."""
    axes = [
        replace(a, low=a.low / units.get(a.label, 1.0), high=a.high / units.get(a.label, 1.0))
        for a in asked.axes
    ]
    return axes, {label: value / units.get(label, 1.0) for label, value in asked.fixed.items()}


def empirical_map(options: MapOptions, space: Space, events: Events, search: Search) -> Expected:
    """From initial to final parameters beside the formula of the card."""
    formula = formula_of(options.stated, space.family.labels, periods_of(space.family))
    compared = compare(search.initial, search.final, formula, events.train, search.units)
    return Expected(
        formula=formula.title,
        coordinates=formula.names,
        periods=np.array(formula.periods),
        initial=compared.initial,
        final=compared.final,
        expected=compared.expected,
    )

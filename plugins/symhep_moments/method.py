"""The method 'moments': which symmetries the density of the events has, by moments that must vanish."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from symhep.events.dataset import Dataset
from symhep.hypotheses.references import LESTER, PATERA
from symhep.lie.groups.elements.frame import Frame
from symhep.methods.context import Context
from symhep.methods.interface import Method, NamedFigure, ScanQuantity, Shard
from symhep.methods.result import Part, Result
from symhep_moments.discrete.family import chosen_elements
from symhep_moments.findings import findings
from symhep_moments.measuring import functions_for, measure, prepared
from symhep_moments.options import MomentsOptions
from symhep_moments.references import CRAGG_DONALD, KLEIBERGEN_PAAP, ROBIN_SMITH
from symhep_moments.results import drawing_arrays, summarise
from symhep_moments.tables import tables

__all__ = ["MomentConditions"]


class MomentConditions(Method[MomentsOptions]):
    """Continuous and discrete symmetries of a density, without labels and without training, with p-values.

    >>> from symhep.methods.context import seed_sequence
    >>> x = np.random.default_rng(0).normal(size=(2000, 2))
    >>> data = Dataset.from_array(x, scaling="isotropic")
    >>> options, method = MomentsOptions(discrete=None, strength=False), MomentConditions()
    >>> part = method.fit(data, options, Shard(), Context(seed_sequence(1, "moments", 0)))
    >>> method.combine(data, options, [part]).summary["algebra"]["name"]
    'so(2)'
    """

    name = "moments"
    summary = "which subgroup of the Poincare group, and which reflections, the events respect, with p-values"
    references = (
        CRAGG_DONALD,
        ROBIN_SMITH,
        KLEIBERGEN_PAAP,
        LESTER,
        PATERA,
    )
    Options = MomentsOptions
    scan_quantities = (ScanQuantity("algebra.dimension", "Symmetries"),)

    def check(self, data: Dataset, options: MomentsOptions) -> None:
        """Raise `CardError` or `MethodError` for events that the options do not fit."""
        events, _ = prepared(data, options)
        functions_for(events, options, np.random.default_rng(0))
        if options.discrete is not None:
            chosen_elements(options.discrete, Frame.of(events.names, data.particles, events.x.shape[1]))

    def fit(self, data: Dataset, options: MomentsOptions, shard: Shard, context: Context) -> Part:
        """All tests."""
        outcome = measure(data, options, context)
        return Part(values={"summary": summarise(outcome)}, arrays=drawing_arrays(outcome))

    def combine(self, data: Dataset, options: MomentsOptions, parts: Sequence[Part]) -> Result:
        """Say what was found."""
        summary = parts[0].values["summary"]
        return Result(
            summary=summary,
            arrays=parts[0].arrays,
            tables=tables(summary),
            statements=list(findings(summary)),
        )

    def figures(self, result: Result) -> Iterator[NamedFigure]:
        """p-values, lattice, ranks, generators, strengths, maps, discrete elements, moments."""
        from symhep_moments.figures.all import draw_all

        return draw_all(result)

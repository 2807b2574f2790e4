"""The method 'moments': which symmetries the density of the events has, by moments that must vanish."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from symhep.events.dataset import Dataset
from symhep.events.variation import Alternative
from symhep.hypotheses.references import LESTER, PATERA
from symhep.methods.context import Context
from symhep.methods.init_block import InitBlock, SampleView
from symhep.methods.interface import Method, NamedFigure, ScanQuantity, Shard
from symhep.methods.result import Part, Result, Statement
from symhep.methods.symmetry import Symmetry
from symhep.methods.table import Table
from symhep.methods.varied import Shifted
from symhep.methods.verdict import Verdict
from symhep_moments.options import MomentsOptions
from symhep_moments.record import MomentsRecord
from symhep_moments.references import CRAGG_DONALD, KLEIBERGEN_PAAP, ROBIN_SMITH

# What fits, and torch with it, is loaded by the first fit: a card is checked without.
if TYPE_CHECKING:
    import hist

    from symhep_moments.sample import Sample

__all__ = ["MomentConditions"]

#: Effective events from which on symmetries can be told: ten for each of the usual test functions.
ENOUGH = 400


class MomentConditions(Method[MomentsOptions, MomentsRecord, "Sample"]):
    """Tests of continuous and discrete symmetries of a density with p-values, without labels and without training.

    For a generator with the affine field v and any test function f, a density that the flow keeps has E[grad f(x) .
    v(x)] = 0: the candidates whose moments vanish together span the algebra, and rank tests say how many there are.

    Examples
    --------
    >>> import numpy as np
    >>> import symhep
    >>> x = np.random.default_rng(0).normal(size=(2000, 2))
    >>> symhep.moments(x, discrete=None, bounds=False).record.algebra.name
    'so(2)'
    """

    name = "moments"
    summary = (
        "symmetries of the event density (subgroups of the Poincare group, reflections), with p-values and "
        "upper limits"
    )
    references = (CRAGG_DONALD, ROBIN_SMITH, KLEIBERGEN_PAAP, LESTER, PATERA)
    Options = MomentsOptions
    Record: ClassVar[type[MomentsRecord]] = MomentsRecord
    scaling = "isotropic"
    streams = True
    varied_by = "evaluation"
    takes = frozenset({"mask", "kinds", "tags", "spectators", "reference"})
    scan_quantities = (ScanQuantity("algebra.dimension", "Symmetries"),)

    def check(self, data: Dataset, options: MomentsOptions) -> None:
        """Raise `CardError` or `MethodError` for names that the events do not have."""
        from symhep_moments.sample import require_sense

        require_sense(data, options)

    def prepare(self, data: Dataset, options: MomentsOptions) -> Sample:
        """Scaled events, and those of the reference."""
        from symhep_moments.sample import prepare

        return prepare(data, options)

    def fit(self, prepared: Sample, shard: Shard, context: Context) -> Part:
        """All tests."""
        from symhep_moments.fit.measurement import measure
        from symhep_moments.fit.records import arrays_of, record_of

        measured = measure(prepared, context)
        return Part({"record": record_of(measured).to_json()}, arrays_of(measured))

    def combine(self, prepared: Sample, parts: Sequence[Part], context: Context) -> Result[MomentsRecord]:
        """The record of the only part, and what projections of the events say of what it keeps."""
        from symhep_moments.fit.divergences import divergences

        record, arrays = MomentsRecord.from_json(parts[0].values["record"]), parts[0].arrays
        symmetry = Symmetry.of(Result(record, arrays))
        assert symmetry is not None
        kl, histograms = divergences(prepared, record, symmetry, context.shared("divergences"))
        return Result(record.model_copy(update={"kl": kl}), arrays, histograms)

    def vary(
        self,
        prepared: Sample,
        result: Result[MomentsRecord],
        variation: str,
        alternative: Alternative,
        context: Context,
    ) -> Mapping[str, Shifted]:
        """Sizes under one alternative: the fit has measured them with the shifts that it needs, from the nominal
        functions and in one pass over the events, so that nothing is left to compute."""
        from symhep_moments.fit.varied_sizes import sizes_under

        return sizes_under(prepared, result, variation, alternative.name)

    def vary_weights(
        self,
        prepared: Sample,
        result: Result[MomentsRecord],
        variation: str,
        alternatives: Sequence[Alternative],
        context: Context,
    ) -> Sequence[Mapping[str, Shifted]]:
        """All of them are read from the result."""
        return [self.vary(prepared, result, variation, a, context) for a in alternatives]

    def statements(self, record: MomentsRecord) -> Iterable[Statement]:
        """Findings, most important first; then warnings."""
        from symhep_moments.say.sentences import sentences

        return sentences(record)

    def verdicts(self, record: MomentsRecord) -> Iterable[Verdict]:
        """The symmetry found, generators, discrete elements."""
        from symhep_moments.say.verdicts import verdicts

        return verdicts(record)

    def tables(self, record: MomentsRecord) -> Mapping[str, Table]:
        """Candidates, ranks, generators, subgroups, discrete elements."""
        from symhep_moments.say.tables import tables

        return tables(record)

    def figures(self, result: Result[MomentsRecord]) -> Iterator[NamedFigure]:
        """p-values, lattice, ranks, generators, limits, maps, discrete elements, moments."""
        from symhep_moments.figures.all import draw_all

        return draw_all(result)

    def histograms(self, result: Result[MomentsRecord]) -> Mapping[str, hist.Hist[Any]]:
        """Projections before and after, and the maps of breakings."""
        from symhep_moments.figures.map_histograms import map_histograms

        return {**result.histograms, **map_histograms(result.arrays, result.record)}

    def init_block(self, sample: SampleView) -> InitBlock:
        """The quick look; a comment where there are too few effective events for it.

        Where the generator has cut, the density ends, and rotations and boosts are tested inside of the cut.
        """
        what = (
            "rotations, boosts, reflections and exchanges" if sample.object else "rotations and reflections"
        )
        comment = f"Under which {what} is the density invariant? With p-values."
        enough = sample.effective >= ENOUGH
        if not enough:
            comment += (
                f" The effective number of events is {sample.effective:.0f}, too few for a conclusion; "
                f"enable it with {ENOUGH} or more."
            )
        text = f"use: moments\nfeatures: {sample.geometric}"
        if sample.object and sample.passed:
            edges = (
                f"{{variable: {cut.variable}, "
                + (f"above: {cut.above:g}}}" if cut.above is not None else f"below: {cut.below:g}}}")
                for cut in sample.passed
            )
            text += f"\noptions:\n  edges: [{', '.join(edges)}]          # cuts of the generator"
        # Loading and drawing some twenty seconds; sums over the events are quick.
        return InitBlock("symmetries", comment, text, seconds=20 + sample.events / 2000, active=enough)

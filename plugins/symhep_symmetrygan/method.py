"""The method 'symmetrygan': which transformations leave the density of the events as it is, by adversarial training."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from symhep.events.dataset import Dataset
from symhep.events.effective import require_spread
from symhep.events.variation import Alternative
from symhep.events.varied_stream import with_stream
from symhep.hypotheses.references import LESTER, PATERA
from symhep.methods.context import Context
from symhep.methods.init_block import InitBlock, SampleView
from symhep.methods.interface import Method, NamedFigure, ScanQuantity, Shard
from symhep.methods.result import Part, Result, Statement
from symhep.methods.table import Table
from symhep.methods.varied import Shifted
from symhep.methods.verdict import Verdict
from symhep.torchkit.threads import one_thread_per_operation
from symhep_symmetrygan.fit.map import learned_map
from symhep_symmetrygan.fit.requirements import require
from symhep_symmetrygan.fit.restarts import restarts
from symhep_symmetrygan.fit.result import result_of
from symhep_symmetrygan.fit.shards import Prepared
from symhep_symmetrygan.fit.subgroups import discrete_elements, subgroups
from symhep_symmetrygan.fit.variation import evaluated
from symhep_symmetrygan.options import SymmetryGanOptions
from symhep_symmetrygan.record import SymmetryGanRecord
from symhep_symmetrygan.references import DESAI
from symhep_symmetrygan.say.sentences import statements
from symhep_symmetrygan.say.tables import tables
from symhep_symmetrygan.say.verdicts import verdicts

__all__ = ["SymmetryGan"]

#: Of the card that `symhep init` writes: effective events from which on it trains, restarts, their batches, and events.
ENOUGH = 400
RESTARTS, STEPS, MOST_EVENTS = 16, 1500, 20_000
#: How the same card looks for the positions of subgroups: fewer starts and batches than by default.
SUBGROUPS = "{restarts: 4, steps: 400, posthoc_steps: 1000}          # 6, 600 and 1500 for a measurement"


class SymmetryGan(Method[SymmetryGanOptions, SymmetryGanRecord, Prepared]):
    """Elements of a group of transformations, found by adversarial training and tested on held-out events.

    References
    ----------
    K. Desai, B. Nachman and J. Thaler, SymmetryGAN: Symmetry discovery with deep learning, Phys. Rev. D 105 (2022)
    096031.

    Examples
    --------
    >>> import numpy as np
    >>> import symhep
    >>> x = np.random.default_rng(0).normal(size=(600, 2))
    >>> quick = {"training": {"restarts": 6, "steps": 20}, "validation": {"posthoc": None}}
    >>> symhep.symmetrygan(x, search="so(2)", **quick).record.elements
    6
    """

    name = "symmetrygan"
    takes = frozenset({"mask", "kinds", "tags", "spectators"})
    summary = (
        "symmetry transformations of the event density by adversarial training, and the group that they form"
    )
    references = (DESAI, LESTER, PATERA)
    Options = SymmetryGanOptions
    Record = SymmetryGanRecord
    scaling = "isotropic"
    varied_by = "evaluation"
    scan_quantities = (
        ScanQuantity("kl.symmetry.mean", "KL divergence", error_key="kl.symmetry.error", entry="projection"),
        ScanQuantity("verdicts.kept", "Accepted elements"),
        ScanQuantity("posthoc_loss.found", "Post-hoc loss"),
    )

    def check(self, data: Dataset, options: SymmetryGanOptions) -> None:
        """Raise `CardError` or `MethodError` for events that the options do not fit."""
        require_spread(data)
        require(Prepared.of(data, options))

    def prepare(self, data: Dataset, options: SymmetryGanOptions) -> Prepared:
        """Events on one scale."""
        return Prepared.of(data, options)

    def shards(self, prepared: Prepared) -> Sequence[Shard]:
        """Blocks of restarts, the subgroups, the discrete elements, the learned map."""
        return tuple(Shard(i, work.label) for i, work in enumerate(prepared.works))

    def fit(self, prepared: Prepared, shard: Shard, context: Context) -> Part:
        """One piece of the work."""
        work = prepared.works[shard.index]
        if work.kind == "restarts":
            return restarts(prepared, work, context)
        others = {"subgroups": subgroups, "discrete": discrete_elements, "map": learned_map}
        return others[work.kind](prepared, context)

    def combine(
        self, prepared: Prepared, parts: Sequence[Part], context: Context
    ) -> Result[SymmetryGanRecord]:
        """Put the pieces together, and infer the group."""
        with one_thread_per_operation():  # small matrices, many of them
            return result_of(prepared, parts, context)

    def vary(
        self,
        prepared: Prepared,
        result: Result[SymmetryGanRecord],
        variation: str,
        alternative: Alternative,
        context: Context,
    ) -> Mapping[str, Shifted]:
        """Elements and classifiers of the nominal fit on varied held-out events; nothing is trained again."""
        return self.vary_weights(prepared, result, variation, [alternative], context)[0]

    def vary_weights(
        self,
        prepared: Prepared,
        result: Result[SymmetryGanRecord],
        variation: str,
        alternatives: Sequence[Alternative],
        context: Context,
    ) -> Sequence[Mapping[str, Shifted]]:
        """The same for many weights, from one projection of the images and one pass of the classifiers."""
        rows = prepared.rows
        streamed = [with_stream(a, rows.stream, rows.planned, variation) for a in alternatives]
        with one_thread_per_operation():
            return evaluated(prepared, result, streamed, context)

    def statements(self, record: SymmetryGanRecord) -> Iterator[Statement]:
        """The group, the elements and their tests, subgroups, maps; then warnings."""
        return statements(record)

    def verdicts(self, record: SymmetryGanRecord) -> Iterator[Verdict]:
        """The group found, its components, subgroups, discrete elements."""
        return verdicts(record)

    def tables(self, record: SymmetryGanRecord) -> Mapping[str, Table]:
        """Projections, components, generators, subgroups, discrete elements."""
        return tables(record)

    def figures(self, result: Result[SymmetryGanRecord]) -> Iterator[NamedFigure]:
        """Elements over the loss, azimuths before and after, divergences, losses, components, the lattice, maps."""
        from symhep_symmetrygan.figures.all import draw_all

        return draw_all(result)

    def init_block(self, sample: SampleView) -> InitBlock | None:
        """Single rotations and the subgroups of the Lorentz group for objects, else rotations of the numbers.

        The turns about the beam are among the rotations SO(3), and so are their neighbours, which events of a
        collider do not respect: the search has something to find and something to reject.
        """
        if sample.object is None and len(sample.variables) < 2:
            return None
        comment = (
            "Symmetries of the density by adversarial training (rotations, subgroups of the Lorentz group, "
            "reflections), tested on held-out events."
            if sample.object is not None
            else "Symmetries of the density by adversarial training (rotations), tested on held-out events."
        )
        enough = sample.effective >= ENOUGH
        if not enough:
            comment += (
                f" The effective number of events is {sample.effective:.0f}, too few for training and "
                f"tests; enable it with {ENOUGH} or more."
            )
        lines = [
            "use: symmetrygan",
            f"features: {sample.geometric}",
            "options:",
            *(
                ["  search: SO(3)", f"  subgroups: {SUBGROUPS}", "  discrete: {elements: usual}"]
                if sample.object is not None
                else []
            ),
            f"  training: {{restarts: {RESTARTS}, steps: {STEPS}}}          # 100 and 4000 for a measurement",
        ]
        if sample.events > MOST_EVENTS:
            lines.append(f"  max_events: {MOST_EVENTS}")
        return InitBlock("elements", comment, "\n".join(lines), seconds=60.0, active=enough)

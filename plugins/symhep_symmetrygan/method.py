"""The method 'symmetrygan': which transformations leave the density of the events as it is, by adversarial training."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from symhep.events.dataset import Dataset
from symhep.events.vectors import acts_on_momenta
from symhep.hypotheses.references import LESTER, PATERA
from symhep.methods.context import Context
from symhep.methods.interface import Method, NamedFigure, ScanQuantity, Shard
from symhep.methods.result import Part, Result
from symhep.torchkit.threads import one_thread_per_operation
from symhep_symmetrygan.checking import check_card
from symhep_symmetrygan.findings import findings
from symhep_symmetrygan.gathering import gather
from symhep_symmetrygan.map_learning import learned_map
from symhep_symmetrygan.options import SymmetryGanOptions
from symhep_symmetrygan.pieces import Piece, pieces
from symhep_symmetrygan.references import DESAI
from symhep_symmetrygan.results import drawing_arrays, summarise
from symhep_symmetrygan.searching import restarts
from symhep_symmetrygan.subgroup_search import subgroups
from symhep_symmetrygan.tables import tables

__all__ = ["SymmetryGan"]


class SymmetryGan(Method[SymmetryGanOptions]):
    """Elements of a group of transformations, found by adversarial training and tested on held-out events.

    >>> import numpy as np
    >>> from symhep.methods.context import seed_sequence
    >>> x = np.random.default_rng(0).normal(size=(2000, 2))
    >>> data = Dataset.from_array(x, scaling="isotropic")
    >>> options = SymmetryGanOptions(search="so(2)", training={"restarts": 6, "steps": 50})
    >>> method = SymmetryGan()
    >>> part = method.fit(data, options, Shard(), Context(seed_sequence(1, "symmetrygan", 0)))
    >>> method.combine(data, options, [part]).summary["elements"]
    6
    """

    name = "symmetrygan"
    summary = (
        "which transformations leave the density as it is, by adversarial training, and the group they form"
    )
    references = (
        DESAI,
        LESTER,
        PATERA,
    )
    Options = SymmetryGanOptions
    scan_quantities = (
        ScanQuantity("kl.symmetry.mean", "KL divergence", error_key="kl.symmetry.error", entry="projection"),
        ScanQuantity("verdicts.kept", "Elements kept"),
        ScanQuantity("posthoc_loss.found", "Post-hoc loss", error_key="posthoc_loss.found_error"),
    )

    def check(self, data: Dataset, options: SymmetryGanOptions) -> None:
        """Raise `CardError` or `MethodError` for events that the options do not fit."""
        check_card(data, options)

    def shards(self, data: Dataset, options: SymmetryGanOptions) -> Sequence[Shard]:
        """Blocks of restarts, the subgroups, the learned map; whatever the number of workers."""
        return tuple(Shard(i, piece.label) for i, piece in enumerate(self._pieces(data, options)))

    def fit(self, data: Dataset, options: SymmetryGanOptions, shard: Shard, context: Context) -> Part:
        """One piece of the work."""
        piece = self._pieces(data, options)[shard.index]
        work = {"restarts": restarts, "subgroups": subgroups, "map": learned_map}[piece.kind]
        return work(data, options, piece, context)

    def combine(self, data: Dataset, options: SymmetryGanOptions, parts: Sequence[Part]) -> Result:
        """Put the pieces together, infer the group, and say it."""
        with one_thread_per_operation():  # small matrices, many of them
            outcome, symmetry = gather(data, options, parts)
        summary = summarise(outcome) | {"symmetry": None if symmetry is None else symmetry.to_summary()}
        return Result(
            summary=summary,
            arrays=drawing_arrays(outcome) | ({} if symmetry is None else symmetry.to_arrays()),
            histograms=dict(outcome.histograms),
            tables=tables(summary),
            statements=list(findings(summary)),
        )

    def figures(self, result: Result) -> Iterator[NamedFigure]:
        """Elements over the loss, azimuths before and after, divergences, losses, components, the lattice, maps."""
        from symhep_symmetrygan.figures.all import draw_all

        return draw_all(result)

    def _pieces(self, data: Dataset, options: SymmetryGanOptions) -> tuple[Piece, ...]:
        return pieces(options, momenta=acts_on_momenta(data, options.acts_on, options.vectors))

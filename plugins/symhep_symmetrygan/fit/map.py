"""The piece of the fit that learns the symmetry discovery map in one training."""

from __future__ import annotations

import numpy as np

from symhep.events.dataset import Dataset
from symhep.methods.context import Context
from symhep.methods.result import Part
from symhep.torchkit.streams import ReplicaStreams, replica_seeds
from symhep_symmetrygan.fit.restarts import entropy_of, prepared, space_of, units_of
from symhep_symmetrygan.fit.shards import Piece
from symhep_symmetrygan.maps.comparison import compare_learned, factors
from symhep_symmetrygan.maps.formulas import formula_of
from symhep_symmetrygan.maps.omega import learn_map
from symhep_symmetrygan.maps.periods import periods_of
from symhep_symmetrygan.options import SymmetryGanOptions
from symhep_symmetrygan.training.adversary import train

__all__ = ["learned_map"]

#: Fresh points from which restarts are trained as well, to compare with.
TRAINED = 64


def learned_map(data: Dataset, options: SymmetryGanOptions, piece: Piece, context: Context) -> Part:
    """Omega, judged at fresh points against the formula of the card and against separate trainings."""
    assert options.map is not None
    assert options.map.learn is not None
    whole = prepared(data, options, context)
    space = space_of(options, whole)
    events = space.of(whole)
    learn = options.map.learn
    formula = formula_of(options.map.stated, space.family.labels, periods_of(space.family))
    seeds, fresh, apart = (context.shared(f"map {what}") for what in ("points", "fresh", "apart"))
    with context.progress.task("learning the map", learn.points * learn.steps) as advance:
        done = learn_map(
            space, events.train, learn, replica_seeds(seeds, learn.points), context.device, advance
        )
    starts = space.family.initial(ReplicaStreams(replica_seeds(fresh, options.map.fresh))).double().numpy()
    first = starts[:TRAINED]
    with context.progress.task("restarts beside the map", len(first) * options.training.steps) as advance:
        trained = train(
            space,
            events.train,
            options.training,
            replica_seeds(apart, len(first)),
            context.device,
            advance,
            start=first,
        )
    units = units_of(space, events)
    compared, against = compare_learned(done.omega, starts, trained.final, formula, events.train, units)
    ends = formula.coordinates(trained.final) * factors(formula, units)
    known = against[np.isfinite(against)]
    return Part(
        values={
            "entropy": entropy_of(context),
            "row": {
                "runs": 1,
                "points": learn.points,
                "samples": len(compared.initial),
                "against_trainings": float(np.median(known)) if len(known) else None,
            },
        },
        arrays={
            "initial": compared.initial,
            "final": compared.final,
            "expected": compared.expected,
            "trained": ends,
        },
    )

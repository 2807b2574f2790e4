"""The symmetry discovery map: of the restarts, beside a formula, and learned in a training of its own."""

from __future__ import annotations

import numpy as np

from symhep.methods.context import Context
from symhep.methods.result import Arrays, Part
from symhep.torchkit.streams import ReplicaStreams, replica_seeds
from symhep_symmetrygan.fit.elements import Elements
from symhep_symmetrygan.fit.shards import Prepared
from symhep_symmetrygan.maps.comparison import compare, compare_learned, factors
from symhep_symmetrygan.maps.distance import far_from
from symhep_symmetrygan.maps.formulas import formula_of
from symhep_symmetrygan.maps.omega import learn_map
from symhep_symmetrygan.maps.options import MapOptions
from symhep_symmetrygan.maps.periods import periods_of
from symhep_symmetrygan.maps.record import LearnedMapRecord, MapRecord
from symhep_symmetrygan.spaces.names import read_space
from symhep_symmetrygan.training.adversary import train

__all__ = ["learned_map", "map_of"]

#: Fresh points from which restarts are trained as well, to compare with.
TRAINED = 64


def learned_map(prepared: Prepared, context: Context) -> Part:
    """Omega, judged at fresh points against the formula of the card and against separate trainings."""
    options, whole = prepared.options, prepared.events(context)
    assert options.search is not None
    assert options.map is not None
    assert options.map.learn is not None
    space = read_space(options.search, whole)
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
    units = space.units(events)
    compared, against = compare_learned(done.omega, starts, trained.final, formula, events.train, units)
    arrays = {"initial": compared.initial, "final": compared.final, "expected": compared.expected}
    return Part(
        arrays=arrays
        | {"against": against, "trained": formula.coordinates(trained.final) * factors(formula, units)}
    )


def map_of(elements: Elements, options: MapOptions, learned: Part | None) -> tuple[MapRecord, Arrays]:
    """From initial to final parameters of the restarts, and the ``learned`` map, beside the formula of the card."""
    space, a = elements.space, elements.arrays
    formula = formula_of(options.stated, space.family.labels, elements.periods)
    done = compare(a["initial"], a["final"], formula, elements.events.train, elements.units)
    periods = np.array(formula.periods)
    arrays: Arrays = {
        "map_periods": periods, "map_initial": done.initial, "map_final": done.final, "map_expected": done.expected,
    }  # fmt: skip
    omega = None
    if learned is not None:
        assert options.learn is not None
        b = learned.arrays
        known = b["against"][np.isfinite(b["against"])]
        omega = LearnedMapRecord(
            points=options.learn.points,
            samples=len(b["initial"]),
            against_trainings=float(np.median(known)) if len(known) else None,
            **far_from(b["final"], b["expected"], periods),
        )
        arrays |= {f"omega_{name}": b[name] for name in ("initial", "final", "expected", "trained")}
    record = MapRecord(
        formula=formula.title,
        coordinates=formula.names,
        learned=omega,
        **far_from(done.final, done.expected, periods),
    )
    return record, arrays

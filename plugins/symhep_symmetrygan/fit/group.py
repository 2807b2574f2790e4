"""The group that the elements form, its components on held-out events, and what composing elements does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from symhep.lie.generators import Generators
from symhep.methods.context import Context
from symhep_symmetrygan.fit.elements import component_names, component_rows, span_of
from symhep_symmetrygan.inference.composition import compose
from symhep_symmetrygan.inference.exact import exact_elements
from symhep_symmetrygan.inference.infer import infer
from symhep_symmetrygan.inference.inference import Inference
from symhep_symmetrygan.options import SymmetryGanOptions
from symhep_symmetrygan.outcome import Composed, Outcome
from symhep_symmetrygan.sample import Events
from symhep_symmetrygan.spaces.space import Space
from symhep_symmetrygan.validation.divergences import counts, divergence
from symhep_symmetrygan.validation.projections import projections
from symhep_symmetrygan.validation.results import Validated
from symhep_symmetrygan.validation.validate import validate

__all__ = ["grouped"]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

#: Elements that are composed.
COMPOSED = 32


def grouped(
    outcome: Outcome,
    v: Validated,
    kept: BoolArray,
    space: Space,
    events: Events,
    options: SymmetryGanOptions,
    context: Context,
) -> Outcome:
    """The outcome with the group of the refined elements; as it was, where there is none."""
    assert space.generators is not None
    if not np.isfinite(v.refined).all(axis=(1, 2)).any():
        return outcome
    found = infer(
        v.refined,
        v.information,
        kept,
        space.generators,
        names=events.names,
        level=options.level,
        unit=events.scale,
    )
    judged = None
    if found.components:
        alone = options.validation.model_copy(update={"random": 0})
        judged = validate(found.representatives, space, events, alone, context.shared("representatives"))
    return replace(
        outcome,
        span=span_of(found),
        component=component_names(found),
        components=component_rows(found, v, judged, options.level),
        finite=found.finite,
        component_group=found.component_group,
        notes=found.notes,
        composed=_composed(found, v, kept, space.generators, events, options),
    )


def _composed(
    found: Inference,
    v: Validated,
    kept: BoolArray,
    generators: Generators,
    events: Events,
    options: SymmetryGanOptions,
) -> Composed | None:
    """Powers of kept elements beside those of the exact ones that they stand for (section VII.B)."""
    if not found.components:
        return None
    exact = exact_elements(found, v.refined, generators)
    usable = np.flatnonzero(kept & np.isfinite(exact).all(axis=(1, 2)))[:COMPOSED]
    if not len(usable):
        return None
    drawn = projections(events, options.validation.bins)
    before = counts(drawn, events.held, np.eye(events.size + 1)[None])[0]

    def measure(elements: FloatArray) -> dict[str, npt.ArrayLike]:
        return {"kl": divergence(counts(drawn, events.held, elements), before)}

    done = compose(v.refined[usable], exact[usable], measure)
    row = done.row(v.kl_noise.mean(axis=0))
    return Composed(
        done.steps, done.distance, done.distance_error, done.measures["kl"], done.measure_errors["kl"], row
    )

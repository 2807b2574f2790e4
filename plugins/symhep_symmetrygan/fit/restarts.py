"""One block of restarts: trained, refined, tested."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import numpy.typing as npt

from symhep.methods.context import Context
from symhep.methods.result import Part
from symhep.torchkit.streams import replica_seeds
from symhep_symmetrygan.fit.shards import Prepared, Work
from symhep_symmetrygan.inertial.density import draw_inertial
from symhep_symmetrygan.inertial.options import InertialOptions
from symhep_symmetrygan.inertial.selection import kept_log_p
from symhep_symmetrygan.sample import Events, Sample
from symhep_symmetrygan.spaces.names import read_space
from symhep_symmetrygan.spaces.space import Space
from symhep_symmetrygan.training.adversary import train
from symhep_symmetrygan.validation.validate import steps_of, validate

__all__ = ["restarts"]

FloatArray = npt.NDArray[np.float64]


def restarts(prepared: Prepared, work: Work, context: Context) -> Part:
    """Train the restarts of a shard, refine what they found, and test it on the events held out.

    Restart r draws from the r-th stream, in whichever shard it is. What belongs to no restart (random elements, noise)
    is the same in all shards.
    """
    options, whole = prepared.options, prepared.events(context)
    assert options.search is not None
    space = read_space(options.search, whole)
    events = space.of(whole)
    draws = None if options.inertial is None else _inertial(options.inertial, events, context)
    together = options.inertial is not None and options.inertial.way == "simultaneous"
    count = work.last - work.first
    with context.progress.task(f"training {work.label}", count * options.training.steps) as advance:
        trained = train(
            space,
            events.train,
            options.training,
            replica_seeds(context.shared("restarts"), work.last)[work.first :],
            context.device,
            advance,
            terms=[(term.strength, term.build()) for term in options.terms],
            inertial=(options.inertial.strength, draws) if together and options.inertial and draws else None,
        )
    arrays = {name: getattr(trained, name) for name in ("initial", "final", "loss", "diverged")}
    if draws is not None:
        arrays["inertial_log_p"] = _tested(space, trained.final, draws, context, "inertial test")
    if space.family.affine:
        steps = steps_of(options.validation, count)
        with context.progress.task(f"testing {work.label}", steps) as advance:
            found = validate(
                space.matrices(trained.final),
                space,
                events,
                options.validation,
                context.shared("validation"),
                advance,
                first=work.first,
            )
        arrays |= {field.name: getattr(found, field.name) for field in fields(found)}
    else:
        arrays["log_p"] = _tested(space, trained.final, events.held, context, "test")
    return Part(arrays=arrays)


def _inertial(options: InertialOptions, events: Events, context: Context) -> Sample:
    rng = np.random.default_rng(context.shared("inertial"))
    return draw_inertial(options.of, options.draws, events.names, events.scale, rng, context.device)


def _tested(
    space: Space, parameters: FloatArray, sample: Sample, context: Context, purpose: str
) -> FloatArray:
    """ln p of 'the map keeps the density of the sample' (E,), NaN for a map that is not finite."""
    finite = np.isfinite(parameters).all(axis=1)
    log_p = np.full(len(parameters), np.nan)
    if finite.any():
        rng = np.random.default_rng(context.shared(purpose))
        log_p[finite] = kept_log_p(space.family, parameters[finite], sample, rng)
    return log_p

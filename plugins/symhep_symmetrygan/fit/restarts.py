"""One block of restarts: trained, refined, tested."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import fields

import numpy as np
import numpy.typing as npt
import torch

from symhep.events.dataset import Dataset
from symhep.lie.groups import Family
from symhep.methods.context import Context
from symhep.methods.result import Part
from symhep.plugin import build_registry
from symhep.torchkit.streams import replica_seeds
from symhep_symmetrygan.fit.shards import Piece
from symhep_symmetrygan.inertial.density import draw_inertial
from symhep_symmetrygan.inertial.options import InertialOptions
from symhep_symmetrygan.inertial.selection import kept_log_p
from symhep_symmetrygan.options import SymmetryGanOptions
from symhep_symmetrygan.sample import Events, Sample, prepare
from symhep_symmetrygan.spaces.names import read_space
from symhep_symmetrygan.spaces.space import Space
from symhep_symmetrygan.training.adversary import train
from symhep_symmetrygan.validation.validate import validate

__all__ = ["entropy_of", "matrices_of", "prepared", "restarts", "space_of", "units_of"]

FloatArray = npt.NDArray[np.float64]


def prepared(data: Dataset, options: SymmetryGanOptions, context: Context) -> Events:
    """The events, split alike in all pieces."""
    return prepare(
        data,
        np.random.default_rng(context.shared("split")),
        acts_on=options.acts_on,
        vectors=options.vectors,
        held_out=options.held_out,
        max_events=options.max_events,
        device=context.device,
    )


def space_of(options: SymmetryGanOptions, events: Events) -> Space:
    """The search space of the card: by default the Lorentz group on four-momenta, else all rotations.

    Raises `CardError` as `read_space` does.
    """
    text = options.search
    if text is None:
        text = "lorentz" if events.momenta else f"so({events.size})" if events.size > 1 else "line"
    return read_space(text, events, discrete=options.discrete, families=_families())


def _families() -> dict[str, Callable[..., Family]]:
    """Those of plugins by name, each loaded when it is asked for: a broken one breaks no other."""
    registry = build_registry()

    def maker(name: str) -> Callable[[Events], Family]:
        def made(events: Events) -> Family:
            make = registry.family(name)
            return make(events) if inspect.signature(make).parameters else make()

        return made

    return {name: maker(name) for name in registry.families}


def matrices_of(space: Space, parameters: FloatArray) -> FloatArray:
    """(E, D + 1, D + 1) homogeneous, of an affine family."""
    given = torch.from_numpy(np.asarray(parameters, dtype=np.float64))
    return np.asarray(space.family.homogeneous(given).numpy())


def restarts(data: Dataset, options: SymmetryGanOptions, piece: Piece, context: Context) -> Part:
    """Train the restarts of a piece, refine what they found, and test it on the events held out.

    Restart r draws from the r-th stream, in whichever piece it is. What belongs to no restart (random elements, noise)
    is the same in all pieces.
    """
    whole = prepared(data, options, context)
    space = space_of(options, whole)
    events = space.of(whole)
    draws = None if options.inertial is None else _inertial(options.inertial, events, context)
    together = options.inertial is not None and options.inertial.way == "simultaneous"
    count = piece.last - piece.first
    with context.progress.task(f"training {piece.label}", count * options.training.steps) as advance:
        trained = train(
            space,
            events.train,
            options.training,
            replica_seeds(context.shared("restarts"), piece.last)[piece.first :],
            context.device,
            advance,
            terms=[(term.strength, term.build()) for term in options.terms],
            inertial=(options.inertial.strength, draws) if together and options.inertial and draws else None,
        )
    arrays = {name: getattr(trained, name) for name in ("initial", "final", "loss", "diverged")}
    if draws is not None:
        arrays["inertial_log_p"] = _tested(space, trained.final, draws, context, "inertial test")
    if space.family.affine:
        with context.progress.task(f"testing {piece.label}", count) as advance:
            found = validate(
                matrices_of(space, trained.final),
                space,
                events,
                options.validation,
                context.shared("validation"),
                advance,
                first=piece.first,
            )
        arrays |= {field.name: getattr(found, field.name) for field in fields(found)}
    else:
        arrays["log_p"] = _tested(space, trained.final, events.held, context, "test")
    return Part(values={"entropy": entropy_of(context)}, arrays=arrays)


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


def entropy_of(context: Context) -> list[str]:
    """What the streams of the method were made from, so that combining draws the same split."""
    entropy = context.seeds.entropy
    assert isinstance(entropy, list | tuple)
    return [str(number) for number in entropy]


def units_of(space: Space, events: Events) -> FloatArray:
    """(K,) the scale for parameters that move the origin: b, translations."""
    k = len(space.family)
    if not space.family.affine:
        return np.ones(k)
    at = torch.zeros(k + 1, k, dtype=torch.float64)
    at[1:] = torch.eye(k, dtype=torch.float64) * 0.5
    shifts = space.family.translations(at)
    moved = (shifts[1:] - shifts[0]).abs().amax(1).numpy() > 0
    return np.where(moved, events.scale, 1.0)

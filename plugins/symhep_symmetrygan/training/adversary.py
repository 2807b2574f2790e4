"""SymmetryGAN's game: maps that try to keep a density, against networks that try to tell; all restarts at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.errors import MethodError
from symhep.lie.groups import Family
from symhep.methods.context import Task
from symhep.torchkit.adam import Adam
from symhep.torchkit.streams import ReplicaStreams
from symhep.torchkit.threads import in_groups
from symhep_symmetrygan.sample import Sample
from symhep_symmetrygan.spaces.space import Space
from symhep_symmetrygan.terms.interface import LossTerm
from symhep_symmetrygan.training.batches import Batch, EventBatches
from symhep_symmetrygan.training.discriminator import TOGETHER
from symhep_symmetrygan.training.opponent import KERAS_EPSILON, Opponent
from symhep_symmetrygan.training.options import TrainingOptions
from symhep_symmetrygan.training.whitening import whitening

__all__ = ["Trained", "train"]

FloatArray = npt.NDArray[np.float64]

#: The loss is measured on every eighth batch: it is for the eye, the gradient does not need it.
MEASURED = 8
#: Points of the loss curve, at most.
POINTS = 100


@dataclass(frozen=True, eq=False)
class Trained:
    """How R restarts went.

    Attributes
    ----------
    initial, final
        Parameters of the maps (R, K), before and after.
    loss
        Cross entropy (R, points), from the first steps to the last; each a mean over batches.
    diverged
        (R,): restarts whose parameters are no longer finite.
    """

    initial: FloatArray
    final: FloatArray
    loss: FloatArray
    diverged: npt.NDArray[np.bool_]


def train(
    space: Space,
    sample: Sample,
    options: TrainingOptions,
    seeds: Sequence[np.random.SeedSequence],
    device: str = "cpu",
    advance: Task | None = None,
    *,
    terms: Sequence[tuple[float, LossTerm]] = (),
    inertial: tuple[float, Sample] | None = None,
    start: FloatArray | None = None,
) -> Trained:
    """Search maps of ``space`` that keep the density of ``sample``, one restart per member of ``seeds``.

    Networks d minimise the loss (13) of the paper, -mean(ln d(x) + ln(1 - d(g(x)))), and maps g maximise it less the
    ``terms``, each with its strength; both move at every step, from the same batch and the same point. ``inertial`` are
    the strength of a second loss (13) and draws from the inertial density that it keeps, with networks of their own
    (section III, simultaneous discrimination). A restart draws from its own stream, so its numbers do not depend on
    what is trained beside it (within rounding).

    ``advance`` counts len(seeds) * options.steps steps in all, from several threads. ``start`` (R, K) replaces the
    random one. Raises `MethodError` if the restarts cannot be shared out among terms that couple them.
    """
    coupled = math.lcm(*(term.coupled for _, term in terms))
    if len(seeds) % coupled:
        raise MethodError(
            f"{len(seeds)} restarts cannot be divided into groups of {coupled}, as a loss term requires"
        )

    def play(groups: list[int]) -> Trained:
        members = [coupled * group + r for group in groups for r in range(coupled)]
        streams = ReplicaStreams([seeds[r] for r in members], device)
        first = None if start is None else start[members]
        with torch.inference_mode():  # cheaper per operation than no_grad
            return _Game(space.family, sample, options, streams, terms, inertial, first).play(advance)

    parts = in_groups(play, len(seeds) // coupled, device, most=max(1, TOGETHER // coupled))
    return Trained(
        *(
            np.concatenate([getattr(p, name) for p in parts])
            for name in ("initial", "final", "loss", "diverged")
        )
    )


class _Game:
    """The restarts of one group."""

    def __init__(
        self,
        family: Family,
        sample: Sample,
        options: TrainingOptions,
        streams: ReplicaStreams,
        terms: Sequence[tuple[float, LossTerm]],
        inertial: tuple[float, Sample] | None,
        start: FloatArray | None,
    ) -> None:
        self._family, self._options, self._terms = family, options, terms
        drawn = family.initial(streams) if start is None else torch.from_numpy(start)
        self._parameters = drawn.to(streams.device, torch.float32).contiguous()
        self._initial = self._parameters.double().cpu().numpy()
        self._slope = torch.zeros_like(self._parameters)
        rate = options.learning_rate.generator
        self._adam = Adam(self._parameters, self._slope, rate, epsilon=KERAS_EPSILON)
        self._opponents = [
            (
                strength,
                Opponent(
                    EventBatches(kept, streams, options.batch),
                    kept.width,
                    options.discriminator,
                    options.learning_rate.discriminator,
                    streams,
                    (
                        whitening(kept)
                        if options.discriminator.inputs == "whitened" and kept.members is None
                        else None
                    ),
                    acted=kept.x.shape[1],
                    members=kept.members,
                ),
            )
            for strength, kept in [(1.0, sample), *([] if inertial is None else [inertial])]
        ]
        self._moves = type(family).translations is not Family.translations

    def play(self, advance: Task | None) -> Trained:
        """All steps."""
        options, parameters = self._options, self._parameters
        mean, losses = parameters.clone(), []
        unreported = 0
        for step in range(options.steps):
            loss = self._slopes(measure=step % MEASURED == 0)
            if loss is not None:
                losses.append(loss)
            self._move(step / options.steps)
            if options.average:
                mean.lerp_(parameters, 1 - options.average)
            unreported += 1
            if advance is not None and (unreported == 50 or step + 1 == options.steps):
                advance(unreported * len(parameters))
                unreported = 0
        final = (mean if options.average else parameters).double().cpu().numpy()
        return Trained(self._initial, final, _curve(losses), ~np.isfinite(final).all(1))

    def _slopes(self, *, measure: bool) -> Tensor | None:
        """Write the gradients of both sides; the loss on the events if it is to be measured."""
        family, parameters = self._family, self._parameters
        matrices, pull = family.linearised(parameters) if family.affine else (None, None)
        shifts = family.translations(parameters) if self._moves and family.affine else None
        first: Batch | None = None
        told: Tensor | None = None
        self._slope.zero_()
        for strength, opponent in self._opponents:
            batch = opponent.batches.next()
            if matrices is not None and pull is not None:
                loss, by_matrix, by_shift = opponent.affine(
                    batch, matrices, shifts, measure=measure and first is None
                )
                slope = pull(by_matrix, by_shift)
            else:
                loss, slope = opponent.general(batch, family, parameters, measure=measure and first is None)
            self._slope.sub_(slope, alpha=strength)
            if first is None:
                first, told = batch, loss
        if self._terms and first is not None:
            self._slope.add_(self._terms_slope(first[0]))
        return told

    def _terms_slope(self, x: Tensor) -> Tensor:
        """Of the sum of all terms, (R, K)."""
        with torch.inference_mode(False), torch.enable_grad():
            leaf = self._parameters.clone().requires_grad_()
            rows = x[:, : self._family.vector].mT.clone()
            values = [strength * term.value(self._family, leaf, rows).sum() for strength, term in self._terms]
            return torch.autograd.grad(values, leaf)[0]

    def _move(self, done: float) -> None:
        share = 0.5 * (1 + math.cos(math.pi * done)) if self._options.decay == "cosine" else 1.0
        for _, opponent in self._opponents:
            opponent.step(share)
        self._adam.learning_rate = share * self._options.learning_rate.generator
        self._adam.step()


def _curve(losses: list[Tensor]) -> FloatArray:
    """(R, points) means over windows of the measured losses (R,)."""
    measured = torch.stack(losses, 1).double().cpu().numpy()
    windows = np.array_split(np.arange(measured.shape[1]), min(POINTS, measured.shape[1]))
    return np.stack([measured[:, window].mean(1) for window in windows], 1)

"""The game for the position of subgroups: random elements against discriminators, all classes as one batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import cos, pi

import numpy as np
import torch
from torch import Tensor

from symhep.lie.subgroups.catalogue import Catalogue
from symhep.torchkit.adam import Adam
from symhep.torchkit.streams import ReplicaStreams, replica_seeds
from symhep.torchkit.threads import in_groups
from symhep_symmetrygan.sample import Sample
from symhep_symmetrygan.subgroups.conjugates import Conjugated, Member
from symhep_symmetrygan.subgroups.images import moved_rows
from symhep_symmetrygan.subgroups.options import WalkOptions
from symhep_symmetrygan.subgroups.random_elements import Draws, random_elements
from symhep_symmetrygan.training.set_discriminator import make_networks
from symhep_symmetrygan.training.steps import SHOWN, Advance, nothing
from symhep_symmetrygan.training.whitening import whitening

__all__ = ["TOGETHER", "Whitening", "play"]

#: Elements per batch and replica: events share them, for an exponential costs more than a discriminator's batch.
SHARED = 16
#: Generators of the Poincare group.
LARGEST_DIMENSION = 10
#: Logits below are taken for it.
FAINTEST = -60.0
#: Random numbers of so many steps are drawn at once.
BLOCK = 32
#: Replicas that a core trains side by side, at most.
TOGETHER = 24
#: Directions narrower than this share of the widest are not widened further for the discriminator.
NARROWEST = 0.02


class Whitening:
    """Events as the discriminators see them: centred, with unit covariance (but for very narrow directions)."""

    def __init__(self, sample: Sample) -> None:
        if sample.members is not None:  # the networks do so themselves
            self.centre = sample.x.new_zeros(sample.width)
            self.matrix = torch.eye(sample.width).to(sample.x)
            return
        w = sample.weights.abs() / sample.weights.abs().sum()
        self.centre = w @ sample.rows
        self.matrix = whitening(Sample(sample.rows, w), NARROWEST)

    def __call__(self, x: Tensor) -> Tensor:
        """Rows (..., D) to rows (..., D)."""
        seen: Tensor = (x - self.centre.to(x)) @ self.matrix.to(x).T
        return seen


def play(
    sample: Sample,
    catalogue: Catalogue,
    chosen: Sequence[Member],
    start: Callable[[Tensor], Tensor],
    options: WalkOptions,
    seeds: Sequence[np.random.SeedSequence],
    device: str = "cpu",
    advance: Advance = nothing,
) -> Tensor:
    """Final parameters (R, n + Q) of R replicas of `Conjugated`, in float64.

    Real events are x, fake ones h x with h a random element of c H c^-1 for every batch, see `random_elements`: if the
    density is invariant under all of c H c^-1, no discriminator can tell them apart. The generator moves c and the
    parameters of the class so that it cannot; loss, discriminator and optimiser are those of the search for single
    elements, SymmetryGAN's eq. (13), both step sizes fall to zero as a cosine.

    Parameters
    ----------
    chosen
        R members of classes.
    start
        Applied to the random starts (R, n + Q): puts the first replica of each class where the catalogue has it.
    seeds
        One per replica: its numbers depend on nothing else.
    advance
        Counts R * options.steps steps.
    """
    both = [replica_seeds(s, 2) for s in seeds]
    streams = ReplicaStreams([own[0] for own in both], device)
    first = start(Conjugated(catalogue, chosen, device).initial(streams))

    def some(rows: list[int]) -> Tensor:
        return _played(
            sample, Conjugated(catalogue, [chosen[r] for r in rows], device), first[rows], options,
            [both[r][1] for r in rows], device, advance,
        )  # fmt: skip

    parts = in_groups(some, len(chosen), device, most=TOGETHER)
    width = first.shape[1]
    return torch.cat([torch.nn.functional.pad(p, (0, width - p.shape[1])) for p in parts]).double()


def _played(
    sample: Sample,
    subgroups: Conjugated,
    first: Tensor,
    options: WalkOptions,
    seeds: Sequence[np.random.SeedSequence],
    device: str,
    advance: Advance,
) -> Tensor:
    streams = ReplicaStreams(list(seeds), device)
    count, batch = len(seeds), options.batch // SHARED * SHARED
    networks = make_networks(sample.width, sample.members, count, device=device)
    networks.initialise(streams)
    theta = first[:, : subgroups.size].clone().requires_grad_()
    gradient = torch.zeros_like(theta)
    sides = (
        Adam(networks.parameters.values, networks.parameters.gradients),
        Adam(theta.detach(), gradient),
    )
    whitened, x, weights = Whitening(sample), sample.rows.float(), _relative(sample)
    matrix = whitened.matrix.to(x)
    k = subgroups.compact.shape[1]
    for step in range(options.steps):
        at = step % BLOCK
        if at == 0:
            rows = (streams.uniform(BLOCK, batch) * len(x)).long()
            # as many numbers whatever the classes beside this one
            shape = (BLOCK, SHARED, LARGEST_DIMENSION)
            draws = Draws.of(streams.uniform(*shape), streams.normal(*shape))
        real = x[rows[:, at]]  # (R, B, D)
        moving = random_elements(subgroups.generators(theta), subgroups.compact, draws.part(at, k))
        fake = moved_rows(moving, real, sample)
        w = None if weights is None else weights[rows[:, at]]
        seen = whitened(fake.detach()).mT.contiguous()
        guess = networks.logits(seen)
        _, slope = networks.gradients(whitened(real).mT.contiguous(), seen, w)
        # minus the gradient of -ln d(fake), where ln(1 - d(fake)) has none left: Goodfellow et al. 2014, section 3
        slope *= torch.exp(-guess.clamp_min(FAINTEST))[:, None]
        (pull,) = torch.autograd.grad(fake, theta, -(slope.mT @ matrix))
        # an element far out may leave the domain of the exponential: that step is left out
        gradient.copy_(torch.nan_to_num(pull, nan=0.0, posinf=0.0, neginf=0.0))
        share = (1 + cos(pi * step / options.steps)) / 2
        rates = (options.learning_rate.discriminator, options.learning_rate.generator)
        for side, rate in zip(sides, rates, strict=True):
            side.learning_rate = rate * share
            side.step()
        if (step + 1) % SHOWN == 0 or step + 1 == options.steps:
            advance((step % SHOWN + 1) * count)
    return theta.detach()


def _relative(sample: Sample) -> Tensor | None:
    """Weights of mean one, or None if they are all the same."""
    return (sample.weights / sample.weights.mean()).float() if sample.weighted else None

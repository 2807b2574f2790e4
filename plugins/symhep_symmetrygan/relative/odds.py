"""Logarithms of ratios of densities, learned by an ensemble of networks."""

from __future__ import annotations

from collections.abc import Callable
from math import cos, pi

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.torchkit.adam import Adam
from symhep.torchkit.streams import ReplicaStreams, replica_seeds
from symhep_symmetrygan.sample import Sample
from symhep_symmetrygan.training.batches import EventBatches
from symhep_symmetrygan.training.discriminator import Discriminator
from symhep_symmetrygan.training.options import DiscriminatorOptions
from symhep_symmetrygan.training.whitening import whitening

__all__ = ["learn_odds"]

FloatArray = npt.NDArray[np.float64]

#: Networks whose logits are averaged, their layers, and the step size of Adam at the start; it falls to 0 as a cosine.
MEMBERS, HIDDEN, RATE = 4, (25, 25), 2e-3
#: Events at once.
ROWS = 8192


def learn_odds(
    one: Sample, other: Sample, steps: int, batch: int, seeds: np.random.SeedSequence
) -> Callable[[Tensor], FloatArray]:
    """The probability (n,) that rows (n, D + S) come from ``one`` and not from ``other``, both as likely before.

    p / (p + q) of their densities, by the weights; these must not be negative.
    """
    events, draws = replica_seeds(seeds, 2)
    streams = ReplicaStreams(replica_seeds(events, MEMBERS))
    networks = Discriminator(one.width, MEMBERS, DiscriminatorOptions(hidden=HIDDEN))
    networks.initialise(streams)
    adam = Adam(networks.parameters.values, networks.parameters.gradients, RATE)
    seen = whitening(other).float()
    batches = [
        EventBatches(sample, own, batch)
        for sample, own in ((one, streams), (other, ReplicaStreams(replica_seeds(draws, MEMBERS))))
    ]
    with torch.inference_mode():
        for step in range(steps):
            real, fake = (seen @ b.next()[0] for b in batches)
            networks.gradients(real, fake, measure=False)
            adam.learning_rate = RATE * (1 + cos(pi * step / steps)) / 2
            adam.step()

    @torch.inference_mode()
    def chance(rows: Tensor) -> FloatArray:
        parts = [
            networks.logits((seen @ part.float().T).expand(MEMBERS, -1, -1)).mean(0).double().sigmoid()
            for part in torch.split(rows, ROWS)
        ]
        return np.asarray(torch.cat(parts).numpy())

    return chance

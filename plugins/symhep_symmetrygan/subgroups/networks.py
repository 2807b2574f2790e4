"""Networks that distinguish events from transformed events: what waves miss, and the post-hoc loss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi
from typing import Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.methods.number import Number
from symhep.torchkit.adam import Adam
from symhep.torchkit.streams import ReplicaStreams
from symhep.torchkit.threads import in_groups
from symhep_symmetrygan.sample import Sample
from symhep_symmetrygan.subgroups.adversary import TOGETHER, Whitening
from symhep_symmetrygan.subgroups.images import moved_rows
from symhep_symmetrygan.training.set_discriminator import make_networks
from symhep_symmetrygan.training.steps import SHOWN, Advance, nothing
from symhep_symmetrygan.validation.calibration import CalibratedLoss, halves

__all__ = ["Images", "Judges", "Loss", "PooledImages", "WholeImages", "under"]

FloatArray = npt.NDArray[np.float64]

#: Random numbers of so many steps are drawn at once.
BLOCK = 32
RATE = 2e-3
#: Events at once.
ROWS = 8192


class Images(Protocol):
    """Transformed events as input of R networks."""

    def __len__(self) -> int: ...

    def of(self, rows: list[int], x: Tensor, chance: Tensor) -> Tensor:
        """Images of rows x (r, B, D + S) for some of the R; ``chance`` (r, B) is uniform in [0, 1)."""
        ...


class PooledImages:
    """h x, h at random from a pool (R, M, 5, 5)."""

    def __init__(self, pools: Tensor, sample: Sample) -> None:
        self._pools, self._sample = pools.float(), sample

    def __len__(self) -> int:
        return len(self._pools)

    def of(self, rows: list[int], x: Tensor, chance: Tensor) -> Tensor:
        """See `Images`."""
        number = (chance * self._pools.shape[1]).long()
        return moved_rows(self._pools[torch.tensor(rows, device=x.device)[:, None], number], x, self._sample)


class WholeImages:
    """g x for matrices g (R, D, D), or of members (R, d, d)."""

    def __init__(self, matrices: Tensor, sample: Sample) -> None:
        self._matrices, self._sample = matrices.float(), sample

    def __len__(self) -> int:
        return len(self._matrices)

    def of(self, rows: list[int], x: Tensor, chance: Tensor) -> Tensor:
        """See `Images`."""
        return under(self._matrices[rows], x, self._sample)


def under(matrices: Tensor, rows: Tensor, sample: Sample) -> Tensor:
    """Rows (..., n, D + S) of ``sample`` under matrices (..., D, D), or (..., d, d) that act on each member."""
    if sample.members is not None:
        return sample.members.image(rows, matrices, None)
    if sample.beside is None:
        return rows @ matrices.mT
    acted = sample.x.shape[1]
    return torch.cat([rows[..., :acted] @ matrices.mT, rows[..., acted:]], -1)


@dataclass(frozen=True)
class Loss:
    """Cross entropy on held-out events with its standard error; 2 ln 2 if they cannot be told from their images."""

    value: float
    error: float

    @property
    def number(self) -> Number:
        """For a record."""
        return Number.with_error(self.value, self.error)


class Judges:
    """R networks trained to distinguish events from fixed transformed events; ``advance`` counts R * steps steps."""

    def __init__(
        self,
        sample: Sample,
        pictures: Images,
        steps: int,
        batch: int,
        seeds: Sequence[np.random.SeedSequence],
        device: str = "cpu",
        advance: Advance = nothing,
    ) -> None:
        self._whitened, self._device = Whitening(sample), device
        self._size, self._members = sample.width, sample.members
        parts = in_groups(
            lambda rows: self._fit(sample, pictures, rows, steps, batch, [seeds[r] for r in rows], advance),
            len(pictures),
            device,
            most=TOGETHER,
        )
        self._trained = {name: np.concatenate([p[name] for p in parts]) for name in parts[0]}

    @torch.inference_mode()
    def scores(self, r: int, x: Tensor) -> Tensor:
        """The logits of network r for rows (N, D + S): (N,)."""
        network = make_networks(self._size, self._members, 1, device=self._device)
        network.parameters.load({name: values[r : r + 1] for name, values in self._trained.items()})
        seen = self._whitened(x).float()
        return torch.cat(
            [network.logits(part.T[None].contiguous())[0] for part in torch.split(seen, ROWS)]
        ).double()

    def loss(self, real: Tensor, fake: Tensor, sample: Sample) -> Loss:
        """Calibrated (`CalibratedLoss`), from the logits of the events of ``sample`` and of their images (N,)."""
        loss = CalibratedLoss(1, halves(len(sample), sample.unit))
        loss.add(slice(0, len(sample)), real[None], fake[None], sample.weights.to(real))
        value, error = loss.found()
        return Loss(float(value[0]), float(error[0]))

    @torch.inference_mode()
    def _fit(
        self,
        sample: Sample,
        pictures: Images,
        rows: list[int],
        steps: int,
        batch: int,
        seeds: Sequence[np.random.SeedSequence],
        advance: Advance,
    ) -> dict[str, npt.NDArray[np.float32]]:
        streams = ReplicaStreams(list(seeds), self._device)
        networks = make_networks(self._size, self._members, len(rows), device=self._device)
        networks.initialise(streams)
        adam = Adam(networks.parameters.values, networks.parameters.gradients)
        x = sample.rows.float()
        weights = (sample.weights / sample.weights.mean()).float() if sample.weighted else None
        for step in range(steps):
            at = step % BLOCK
            if at == 0:
                picks = (streams.uniform(BLOCK, batch) * len(x)).long()
                chances = streams.uniform(BLOCK, batch)
            real = x[picks[:, at]]
            fake = pictures.of(rows, real, chances[:, at])
            w = None if weights is None else weights[picks[:, at]]
            networks.gradients(self._whitened(real).mT.contiguous(), self._whitened(fake).mT.contiguous(), w)
            adam.learning_rate = RATE * (1 + cos(pi * step / steps)) / 2
            adam.step()
            if (step + 1) % SHOWN == 0 or step + 1 == steps:
                advance((step % SHOWN + 1) * len(rows))
        return networks.parameters.arrays()

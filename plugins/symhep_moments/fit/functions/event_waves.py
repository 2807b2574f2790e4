"""Waves through the vectors that every event has, and through what the event has beside them."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from symhep_moments.fit.functions.fourier import waves_along, waves_sum_along
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.places import Places

__all__ = ["EventWaves"]


class EventWaves(TestFunctions):
    """f_k(y) = cos(omega_k . y + kappa_k . e + b_k): `Fourier` of the vectors of fixed places y, their tags and the
    spectators e, which nothing moves.

    Parameters
    ----------
    places
        What the columns of events are.
    waves, shifts, phases
        (K, F d) omega, (K, F L + S) kappa, (K,) b.
    """

    def __init__(self, places: Places, waves: Tensor, shifts: Tensor, phases: Tensor) -> None:
        self._places, self._fixed = places, places.fixed
        self.waves, self.shifts, self.phases = waves, shifts, phases
        self._waves = waves.view(len(waves), -1, places.dimension).transpose(1, 2).flatten(1)  # (K, d F)
        self.labels = tuple(f"wave {k + 1}" for k in range(len(waves)))
        self.blocks = {"fourier": slice(0, len(waves))}

    @classmethod
    def draw(
        cls, rng: np.random.Generator, count: int, places: Places, width: float, device: str = "cpu"
    ) -> EventWaves:
        """``count`` waves: omega normal with standard deviation 1 / ``width``, kappa standard normal, b uniform."""
        fixed = len(places.fixed)
        waves = rng.normal(size=(count, fixed * places.dimension)) / width
        shifts = rng.normal(size=(count, fixed * places.tags + places.spectators))
        phases = rng.uniform(0, 2 * np.pi, size=count)
        return cls(places, *(torch.from_numpy(part).to(device) for part in (waves, shifts, phases)))

    def values(self, x: Tensor) -> Tensor:
        return self._phase(x).cos_().T

    def along(self, x: Tensor, v: Tensor) -> Tensor:
        return waves_along(self._phase(x).sin_().neg_(), self._waves, self._moved(v))

    def sum_along(self, x: Tensor, v: Tensor, w: Tensor) -> Tensor:
        return waves_sum_along(self._phase(x).sin_().mul_(-w), self._waves, self._moved(v))

    def _moved(self, v: Tensor) -> Tensor:
        return v.permute(1, 3, 2, 0)[:, : self._places.dimension, self._fixed].permute(3, 0, 2, 1)

    def _phase(self, x: Tensor) -> Tensor:
        """(K, n)."""
        places, d = self._places, self._places.dimension
        columns = x.permute(2, 1, 0)
        own = columns[:, self._fixed]
        told = own[d + 1 : d + 1 + places.tags].transpose(0, 1).flatten(0, 1)
        seen = columns[x.shape[2] - places.spectators :, 0]
        phase = torch.addmm(self.phases[:, None], self._waves, own[:d].flatten(0, 1))
        return phase.addmm_(self.shifts, torch.cat([told, seen]))

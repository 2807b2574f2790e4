"""One density that the maps must keep, and the networks that watch over it."""

from __future__ import annotations

import torch
from torch import Tensor

from symhep.lie.groups import Family
from symhep.torchkit.adam import Adam
from symhep.torchkit.streams import ReplicaStreams
from symhep_symmetrygan.training.batches import Batch, Batches
from symhep_symmetrygan.training.discriminator import Discriminator
from symhep_symmetrygan.training.options import DiscriminatorOptions

__all__ = ["KERAS_EPSILON", "Opponent"]

#: Adam's epsilon in Keras, as in the paper.
KERAS_EPSILON = 1e-7


class Opponent:
    """Discriminators, their optimiser and their batches.

    Parameters
    ----------
    batches
        Events of the density.
    size
        D.
    rate
        Step size at the start.
    whitening
        (D, D) of the coordinates that the networks see; None: the events' own.
    """

    def __init__(
        self,
        batches: Batches,
        size: int,
        options: DiscriminatorOptions,
        rate: float,
        streams: ReplicaStreams,
        whitening: Tensor | None = None,
    ) -> None:
        self.batches, self._rate = batches, rate
        self._networks = Discriminator(size, len(streams), options, streams.device)
        self._networks.initialise(streams)
        parameters = self._networks.parameters
        self._adam = Adam(parameters.values, parameters.gradients, rate, epsilon=KERAS_EPSILON)
        self._to = None if whitening is None else whitening.to(streams.device, torch.float32)
        self._back = None if self._to is None else torch.linalg.inv(self._to)

    def affine(
        self, batch: Batch, matrices: Tensor, shifts: Tensor | None, *, measure: bool
    ) -> tuple[Tensor | None, Tensor, Tensor | None]:
        """Loss (R,) or None, d loss / dA (R, D, D) and d loss / db (R, D) at x -> A x + b.

        With whitened coordinates z = L x the networks see z -> L A L^-1 z + L b.
        """
        x, weights = batch
        if self._to is None or self._back is None:
            return self._networks.affine_gradients(x, matrices, shifts, weights, measure=measure)
        seen = self._to @ matrices @ self._back
        seen_shifts = None if shifts is None else shifts @ self._to.mT
        loss, by_matrix, by_shift = self._networks.affine_gradients(
            self._to @ x, seen, seen_shifts, weights, measure=measure
        )
        return (
            loss,
            self._to.mT @ by_matrix @ self._back.mT,
            None if by_shift is None else by_shift @ self._to,
        )

    def general(self, batch: Batch, family: Family, parameters: Tensor) -> tuple[Tensor, Tensor]:
        """Loss (R,) and d loss / d parameters (R, K), by differentiating the maps automatically."""
        x, weights = batch
        with torch.inference_mode(False), torch.enable_grad():
            leaf = parameters.clone().requires_grad_()
            images = family.transform(leaf, x.mT.clone())
        fake = images.detach().mT
        if self._to is not None:
            x, fake = self._to @ x, self._to @ fake
        loss, slope = self._networks.gradients(x, fake, weights)
        if self._to is not None:
            slope = self._to.mT @ slope
        with torch.inference_mode(False), torch.enable_grad():
            return loss, torch.autograd.grad(images, leaf, slope.mT.clone())[0]

    def step(self, share: float) -> None:
        """Move the networks, with ``share`` of the step size at the start."""
        self._adam.learning_rate = share * self._rate
        self._adam.step()

"""One density that the maps must keep, and the networks that watch over it."""

from __future__ import annotations

import torch
from torch import Tensor

from symhep.lie.groups import Family
from symhep.torchkit.adam import Adam
from symhep.torchkit.streams import ReplicaStreams
from symhep_symmetrygan.members import Members
from symhep_symmetrygan.training.batches import Batch, Batches
from symhep_symmetrygan.training.options import DiscriminatorOptions
from symhep_symmetrygan.training.set_discriminator import make_networks

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
        Numbers of a row: D + S.
    rate
        Step size at the start.
    whitening
        (D + S, D + S) of the coordinates that the networks see; None: the events' own.
    acted
        D: the first numbers of a row, which the maps change; None: all.
    members
        How a row falls into members, on each of which the maps act; None: they act on the first D numbers.
    """

    def __init__(
        self,
        batches: Batches,
        size: int,
        options: DiscriminatorOptions,
        rate: float,
        streams: ReplicaStreams,
        whitening: Tensor | None = None,
        *,
        acted: int | None = None,
        members: Members | None = None,
    ) -> None:
        self.batches, self._rate = batches, rate
        self._acted = None if acted == size else acted
        self._members = members
        self._networks = make_networks(size, members, len(streams), options, streams.device)
        self._networks.initialise(streams)
        parameters = self._networks.parameters
        self._adam = Adam(parameters.values, parameters.gradients, rate, epsilon=KERAS_EPSILON)
        self._whitening = None if whitening is None else whitening.to(streams.device, torch.float32)

    def affine(
        self, batch: Batch, matrices: Tensor, shifts: Tensor | None, *, measure: bool
    ) -> tuple[Tensor | None, Tensor, Tensor | None]:
        """Loss (R,) or None, d loss / dA (R, D, D) and d loss / db (R, D) at images A x + b; None for b = 0."""
        x, weights = batch
        if self._members is not None:
            fake = self._members.image(x.mT, matrices, shifts).mT
            loss, slope = self._gradients(x, fake, weights, measure=measure)
            # every member counts: the derivative is 0 where none is
            by_vector = self._members.split(slope.mT)[0].flatten(1, 2)
            vectors = self._members.split(x.mT)[0].flatten(1, 2)
            return loss, by_vector.mT @ vectors, None if shifts is None else by_vector.sum(1)
        acted = x if self._acted is None else x[:, : self._acted]
        fake = (
            torch.bmm(matrices, acted)
            if shifts is None
            else torch.baddbmm(shifts[..., None], matrices, acted)
        )
        loss, slope = self._beside(x, fake, weights, measure=measure)
        return loss, torch.bmm(slope, acted.mT), None if shifts is None else slope.sum(2)

    def general(
        self, batch: Batch, family: Family, parameters: Tensor, *, measure: bool
    ) -> tuple[Tensor | None, Tensor]:
        """Loss (R,) or None, and d loss / d parameters (R, K), by differentiating the maps automatically."""
        x, weights = batch
        with torch.inference_mode(False), torch.enable_grad():
            leaf = parameters.clone().requires_grad_()
            acted = x if self._acted is None else x[:, : self._acted]
            images = family.transform(leaf, acted.mT.clone())
        loss, slope = self._beside(x, images.detach().mT, weights, measure=measure)
        with torch.inference_mode(False), torch.enable_grad():
            return loss, torch.autograd.grad(images, leaf, slope.mT.clone())[0]

    def _beside(
        self, x: Tensor, images: Tensor, weights: Tensor | None, *, measure: bool
    ) -> tuple[Tensor | None, Tensor]:
        """Of the networks, at images (R, D, B) of the numbers that the maps change, beside those that they do not."""
        if self._acted is None:
            return self._gradients(x, images, weights, measure=measure)
        whole = torch.cat([images, x[:, self._acted :]], 1)
        loss, slope = self._gradients(x, whole, weights, measure=measure)
        return loss, slope[:, : self._acted]

    def _gradients(
        self, x: Tensor, fake: Tensor, weights: Tensor | None, *, measure: bool
    ) -> tuple[Tensor | None, Tensor]:
        """Of the networks, in the coordinates that they see: with z = L x, d loss / dx = L^T d loss / dz."""
        if self._whitening is None:
            return self._networks.gradients(x, fake, weights, measure=measure)
        seen = self._whitening
        loss, slope = self._networks.gradients(seen @ x, seen @ fake, weights, measure=measure)
        return loss, seen.mT @ slope

    def step(self, share: float) -> None:
        """Move the networks, with ``share`` of the step size at the start."""
        self._adam.learning_rate = share * self._rate
        self._adam.step()

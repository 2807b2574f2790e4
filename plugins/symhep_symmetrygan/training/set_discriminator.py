"""Networks that tell sets of members from their images: sums over what is there, whatever its order and number."""

from __future__ import annotations

import torch
from torch import Tensor

from symhep.torchkit.network import Perceptron
from symhep.torchkit.parameters import ReplicaParameters
from symhep.torchkit.streams import ReplicaStreams
from symhep_symmetrygan.members import Members
from symhep_symmetrygan.training.discriminator import Discriminator, cross_entropy
from symhep_symmetrygan.training.options import DiscriminatorOptions

__all__ = ["Networks", "SetDiscriminator", "make_networks"]


class SetDiscriminator:
    """R deep sets: the logit is rho(sum_p phi(x_p, type and tags of p), spectators), p over the members that are there.

    Zaheer et al., arXiv:1703.06114. phi is one network for all places; the type of a member enters as a one-hot
    vector, so that members of a set are alike and other objects are not. Members see coordinates with unit covariance
    (`Members.white`). It is called as `Discriminator` is, with rows as columns (R, C, B); see `Members` for what they
    hold.

    >>> import numpy as np
    >>> two = Members(2, 3, 0, 0, (0, 0), np.ones((2, 3), bool), ("jets",), (), ("full",) * 2, np.zeros(3), np.eye(3))
    >>> networks = SetDiscriminator(two, replicas=4)
    >>> networks.logits(torch.zeros(4, 8, 128)).shape
    torch.Size([4, 128])
    """

    def __init__(
        self,
        members: Members,
        replicas: int,
        options: DiscriminatorOptions | None = None,
        device: str | torch.device = "cpu",
        dtype: torch.dtype = torch.float32,
    ) -> None:
        hidden = (options or DiscriminatorOptions()).hidden
        inner = (members.vector + members.tags + len(members.names), *hidden)
        outer = (hidden[-1] + members.spectators, hidden[-1], 1)
        shapes = Perceptron.shapes("member", inner) | Perceptron.shapes("event", outer)
        self.parameters = ReplicaParameters(shapes, replicas, device, dtype=dtype)
        self._members, self._depth = members, len(inner)
        self._member = Perceptron(self.parameters, "member", inner)
        self._event = Perceptron(self.parameters, "event", outer)
        self._centre = torch.as_tensor(members.centre, dtype=dtype, device=device)
        self._white = torch.as_tensor(members.white, dtype=dtype, device=device)

    def initialise(self, streams: ReplicaStreams) -> None:
        """Uniform in +-1/sqrt(fan in)."""
        self._member.initialise(streams)
        self._event.initialise(streams)

    def logits(self, x: Tensor) -> Tensor:
        """ln d / (1 - d) of events (R, C, B): (R, B)."""
        return self._trace(x)[0][-1][..., 0]

    def gradients(
        self, real: Tensor, fake: Tensor, weights: Tensor | None = None, *, measure: bool = True
    ) -> tuple[Tensor | None, Tensor]:
        """As `Discriminator.gradients`; the derivative (R, C, B) by what no transformation changes is 0."""
        size = real.shape[2]
        trace, mask = self._trace(torch.cat([real, fake], 2))
        logits = trace[-1][..., 0]
        slope = torch.sigmoid(logits) / size
        slope[:, :size] -= 1 / size
        if weights is not None:
            slope *= torch.cat([weights, weights], 1)
        pooled = self._event.backward(trace[self._depth :], slope[..., None])
        each = pooled[:, :, None, : trace[self._depth - 1].shape[2]] * mask[..., None]
        by_input = self._member.backward(trace[: self._depth], each.flatten(1, 2))
        d, events = self._members.vector, slice(size, None)
        by_vector = by_input[..., :d].reshape(*mask.shape, d)[:, events] @ self._white
        by_vector = by_vector * self._members.there(mask[:, events])
        found = torch.zeros_like(fake)
        found[:, : self._members.size] = by_vector.flatten(2).mT
        loss = cross_entropy(logits[:, :size], logits[:, size:], weights) if measure else None
        return loss, found

    def _trace(self, columns: Tensor) -> tuple[list[Tensor], Tensor]:
        """What enters the layers of phi, its output, the same of rho, and (R, B, P) which members are there."""
        x, mask, tags, beside = self._members.split(columns.mT)
        seen = (x - self._centre) * self._members.there(mask) @ self._white.mT
        types = self._members.one_hot(seen).expand(*seen.shape[:2], -1, -1)
        inner = self._member.trace(torch.cat([seen, types, tags], -1).flatten(1, 2))
        each = inner[-1].reshape(*mask.shape, -1) * mask[..., None]
        return [*inner, *self._event.trace(torch.cat([each.sum(2), beside], -1))], mask


Networks = Discriminator | SetDiscriminator


def make_networks(
    width: int,
    members: Members | None,
    replicas: int,
    options: DiscriminatorOptions | None = None,
    device: str | torch.device = "cpu",
) -> Networks:
    """Networks for rows of ``width`` numbers, or for ``members``."""
    if members is None:
        return Discriminator(width, replicas, options, device)
    return SetDiscriminator(members, replicas, options, device)

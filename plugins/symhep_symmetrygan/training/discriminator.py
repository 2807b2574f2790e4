"""Networks that tell events from their images: one per restart, differentiated by hand, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import sqrt

import torch
from torch import Tensor
from torch.nn.functional import softplus

from symhep.torchkit.parameters import ReplicaParameters
from symhep.torchkit.streams import ReplicaStreams
from symhep_symmetrygan.training.gradient_penalty import add_penalty
from symhep_symmetrygan.training.options import DiscriminatorOptions
from symhep_symmetrygan.training.spectral_norm import SpectralNorm

__all__ = ["Discriminator", "cross_entropy"]


def cross_entropy(real: Tensor, fake: Tensor, weights: Tensor | None = None) -> Tensor:
    """-mean over events of w (ln d(x) + ln(1 - d(g x))), d = sigmoid(logit): SymmetryGAN's eq. (13), (R,).

    ``real``, ``fake`` and ``weights`` are (R, B). It is 2 ln 2 where the two cannot be told apart.

    >>> [round(v, 4) for v in cross_entropy(torch.zeros(1, 5), torch.zeros(1, 5)).tolist()]
    [1.3863]
    """
    each = softplus(-real) + softplus(fake)
    return (each if weights is None else each * weights).mean(-1)


class Discriminator:
    """R perceptrons with ReLU in the hidden layers and one output, the logit.

    Events are columns here, (R, D, B): the matrix products of narrow layers run 1.6 times faster this way round than
    with events in rows. The parameters are in ``parameters``; whoever trains gives them to an optimiser
    (`symhep.torchkit.adam.Adam`) and calls `gradients` or `affine_gradients` before each of its steps.

    >>> networks = Discriminator(4, replicas=3)
    >>> networks.logits(torch.zeros(3, 4, 128)).shape
    torch.Size([3, 128])
    >>> loss, slope = networks.gradients(torch.zeros(3, 4, 128), torch.ones(3, 4, 128))
    >>> loss.shape, slope.shape
    (torch.Size([3]), torch.Size([3, 4, 128]))
    """

    def __init__(
        self,
        inputs: int,
        replicas: int,
        options: DiscriminatorOptions | None = None,
        device: str | torch.device = "cpu",
        dtype: torch.dtype = torch.float32,
    ) -> None:
        chosen = options or DiscriminatorOptions()
        sizes = (inputs, *chosen.hidden, 1)
        shapes: dict[str, tuple[int, ...]] = {}
        for i, (fan_in, fan_out) in enumerate(pairwise(sizes)):
            shapes[f"weight.{i}"], shapes[f"bias.{i}"] = (fan_out, fan_in), (fan_out, 1)
        self.parameters = ReplicaParameters(shapes, replicas, device, dtype=dtype)
        layers = range(len(sizes) - 1)
        self._raw = [self.parameters[f"weight.{i}"] for i in layers]
        self._biases = [self.parameters[f"bias.{i}"] for i in layers]
        self._weight_slopes = [self.parameters.gradient(f"weight.{i}") for i in layers]
        self._bias_slopes = [self.parameters.gradient(f"bias.{i}") for i in layers]
        self._norm = SpectralNorm(self._raw) if chosen.spectral_norm else None
        self._penalty = chosen.gradient_penalty

    @torch.no_grad()
    def initialise(self, streams: ReplicaStreams) -> None:
        """Keras' start, as in the paper: weights uniform in +-sqrt(6 / (fan in + fan out)), biases 0."""
        for weight, bias in zip(self._raw, self._biases, strict=True):
            out, fan_in = weight.shape[1:]
            weight.copy_((2 * streams.uniform(out, fan_in) - 1) * sqrt(6 / (fan_in + out)))
            bias.zero_()
        if self._norm is not None:
            self._norm.start()

    def logits(self, x: Tensor) -> Tensor:
        """ln d / (1 - d) of events (R, D, B): (R, B)."""
        weights = self._weights()
        return self._trace(weights, torch.baddbmm(self._biases[0], weights[0], x).relu())[-1][:, 0]

    def gradients(self, real: Tensor, fake: Tensor, weights: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Write d loss / d parameters for a batch of events and their images, (R, D, B) both.

        Returns the `cross_entropy` (R,) and its derivative by ``fake`` (R, D, B). ``weights`` (R, B) of mean one;
        None if all are. The gradient penalty is part of what is written and not of what is returned.
        """
        self._iterate()
        used, size = self._weights(), real.shape[2]
        x = torch.cat([real, fake], 2)
        first = torch.baddbmm(self._biases[0], used[0], x).relu_()
        logits, slope = self._through(used, first, weights, size)
        torch.bmm(slope, x.mT, out=self._weight_slopes[0])
        self._finish(used, real)
        return cross_entropy(logits[:, :size], logits[:, size:], weights), used[0].mT @ slope[..., size:]

    def affine_gradients(
        self,
        x: Tensor,
        matrices: Tensor,
        shifts: Tensor | None = None,
        weights: Tensor | None = None,
        *,
        measure: bool = True,
    ) -> tuple[Tensor | None, Tensor, Tensor | None]:
        """`gradients` for images A x + b, (R, D, D) and (R, D), without ever making them.

        The first layer sees the events through (W, W A) at once. Returns the loss (R,), None unless it is to be
        measured, and its derivatives by A (R, D, D) and b (R, D); None without ``shifts``.
        """
        self._iterate()
        used, size = self._weights(), x.shape[2]
        width = used[0].shape[1]
        both = torch.cat([used[0], torch.bmm(used[0], matrices)], 1)
        bias = self._biases[0]
        fake_bias = bias if shifts is None else torch.baddbmm(bias, used[0], shifts[..., None])
        first = torch.baddbmm(torch.cat([bias, fake_bias], 1), both, x).relu_()
        first = torch.cat([first[:, :width], first[:, width:]], 2)
        logits, slope = self._through(used, first, weights, size)
        slope = torch.cat([slope[..., :size], slope[..., size:]], 1)
        product = torch.bmm(slope, x.mT)
        real, fake = product[:, :width], product[:, width:]
        torch.baddbmm(real, fake, matrices.mT, out=self._weight_slopes[0])
        by_shift = None
        if shifts is not None:
            total = slope[:, width:].sum(2, keepdim=True)
            self._weight_slopes[0].baddbmm_(total, shifts[:, None])
            by_shift = torch.bmm(used[0].mT, total)[..., 0]
        self._finish(used, x)
        loss = cross_entropy(logits[:, :size], logits[:, size:], weights) if measure else None
        return loss, torch.bmm(used[0].mT, fake), by_shift

    def _weights(self) -> Sequence[Tensor]:
        """The matrices in use: those trained, or with the spectral norm divided out."""
        return self._raw if self._norm is None else self._norm.normalised()

    def _iterate(self) -> None:
        if self._norm is not None:
            self._norm.iterate()

    def _trace(self, used: Sequence[Tensor], first: Tensor) -> list[Tensor]:
        """Activations of every hidden layer, and the logits (R, 1, B)."""
        trace = [first]
        last = len(used) - 1
        for i in range(1, last + 1):
            h = torch.baddbmm(self._biases[i], used[i], trace[-1])
            trace.append(h if i == last else h.relu_())
        return trace

    def _through(
        self, used: Sequence[Tensor], first: Tensor, weights: Tensor | None, size: int
    ) -> tuple[Tensor, Tensor]:
        """Up and down again: logits (R, 2 B), and the slope before the first layer's ReLU (R, width, 2 B).

        Writes all gradients but that of the first matrix.
        """
        trace = self._trace(used, first)
        logits = trace.pop()
        slope = torch.sigmoid(logits)
        slope[..., :size] -= 1
        slope /= size
        if weights is not None:
            slope *= torch.cat([weights, weights], 1)[:, None]
        for i in range(len(used) - 1, 0, -1):
            h = trace[i - 1]
            torch.bmm(slope, h.mT, out=self._weight_slopes[i])
            torch.sum(slope, 2, keepdim=True, out=self._bias_slopes[i])
            # the last matrix is one row, and its product with one column an outer product
            slope = used[i].mT * slope if slope.shape[1] == 1 else torch.bmm(used[i].mT, slope)
            slope = torch.ops.aten.threshold_backward(slope, h, 0)
        torch.sum(slope, 2, keepdim=True, out=self._bias_slopes[0])
        return logits[:, 0], slope

    def _finish(self, used: Sequence[Tensor], real: Tensor) -> None:
        """What the options add to the gradients that stand."""
        if self._penalty:
            add_penalty(self._penalty, used, self._biases, self._weight_slopes, real)
        if self._norm is not None:
            self._norm.pull(self._weight_slopes)

"""Losses of calibrated classifiers: what a network says, scaled down to what it knows."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn.functional import softplus

__all__ = ["CalibratedLoss", "halves"]

FloatArray = npt.NDArray[np.float64]

#: Scales of the logit that are compared: 0 is a classifier that can only guess, 1 the network as it is. None is larger:
#: a network is never said to know more than it does.
SCALES = (0.0, *(2.0 ** (k / 2) for k in range(-10, 1)))
#: Multiples of it are spread evenly over [0, 1), without a period that events could have too.
GOLDEN = (5**0.5 - 1) / 2


def halves(count: int, unit: npt.NDArray[np.int64] | None = None) -> npt.NDArray[np.bool_]:
    """(count,) which of two halves each event belongs to; rows of one ``unit`` share theirs.

    >>> halves(8).tolist()
    [False, True, False, True, False, False, True, False]
    """
    number = np.arange(count) if unit is None else np.unique(unit, return_inverse=True)[1]
    return np.asarray((number * GOLDEN) % 1 >= 0.5)


class CalibratedLoss:
    """Cross entropy of E classifiers on held-out events, with logits a f(x), summed up block by block.

    A network that was trained for long overtrains: its logits are too large, and its loss on
    others exceeds that of guessing, 2 ln 2, where there is nothing to be told. So the scale a >= 0 (Platt 1999,
    without a shift) is chosen as the one of `SCALES` that is best for one half of the held-out events, and the loss
    taken on the other half, and the other way round: no event is judged by a scale that it had a say in.

    >>> loss, logits = CalibratedLoss(1, halves(1000)), torch.linspace(-9, 9, 1000)[None]
    >>> loss.add(slice(0, 1000), logits, logits, torch.ones(1000))  # images as events: large logits that mean nothing
    >>> [round(float(number[0]), 3) for number in loss.found()]
    [1.386, 0.0]
    """

    def __init__(self, count: int, half: npt.NDArray[np.bool_]) -> None:
        self._half = torch.from_numpy(half)
        self._sums = torch.zeros(2, 3, len(SCALES), count, dtype=torch.float64)
        self._weight = torch.zeros(2, 2, dtype=torch.float64)

    def add(self, rows: slice, real: Tensor, fake: Tensor, weights: Tensor) -> None:
        """Logits (E, B) of the events ``rows`` and of their images, with weights (B,)."""
        half = self._half[rows].to(weights.device)
        for h in (0, 1):
            own = half == bool(h)
            w, x, y = weights[own], real[:, own], fake[:, own]
            self._weight[h] += torch.stack([w.sum(), (w**2).sum()]).double().cpu()
            for k, scale in enumerate(SCALES):
                each = softplus(-scale * x) + softplus(scale * y)
                sums = torch.stack([each @ w, each @ w**2, each**2 @ w**2])
                self._sums[h, :, k] += sums.double().cpu()

    @property
    def state(self) -> tuple[FloatArray, FloatArray]:
        """Sums (2, 3, scales, E) and (2, 2), which may be added to those of other events."""
        return self._sums.numpy(), self._weight.numpy()

    @classmethod
    def of_state(cls, sums: FloatArray, weight: FloatArray) -> CalibratedLoss:
        """Undo `state`."""
        loss = cls(sums.shape[-1], np.zeros(0, dtype=bool))
        loss._sums, loss._weight = torch.from_numpy(sums), torch.from_numpy(weight)
        return loss

    def found(self) -> tuple[FloatArray, FloatArray]:
        """Losses (E,) and their standard errors."""
        first, cross, second = self._sums.numpy().swapaxes(0, 1)  # (2, scales, E) each
        weight, squares = self._weight.numpy().T[:, :, None]
        total = weight.sum()
        each = np.arange(first.shape[2])
        value, variance = np.zeros(len(each)), np.zeros(len(each))
        for h in (0, 1):
            if not weight[h] > 0 or not weight[1 - h] > 0:
                continue  # of one event: nothing to choose by
            best = first[1 - h].argmin(axis=0)
            a, b, c = (part[h, best, each] for part in (first, cross, second))
            mean = a / weight[h]
            value += a / total
            variance += np.maximum(c - 2 * mean * b + mean**2 * squares[h], 0.0) / total**2
            # and what the choice may have cost: the best scale of this half is another
            variance += ((a - first[h].min(axis=0)) / total) ** 2
        return value, np.sqrt(variance)

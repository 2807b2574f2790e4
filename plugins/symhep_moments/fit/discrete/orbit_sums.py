"""Sums over the events of functions of an event and of its images, in one pass over the events."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.lie.elements.element import Element
from symhep.stats.randomisation import group_numbers
from symhep.stats.support import RESOLUTION

__all__ = ["OrbitSums", "chunks", "orbit_sums"]

FloatArray = npt.NDArray[np.float64]

#: Events that are looked at together.
CHUNK = 8192


@dataclass(frozen=True)
class OrbitSums:
    """Of y_k(x) = w (f_k(x) - mean of f_k over the orbit of x), of the K functions that g changes.

    Attributes
    ----------
    groups
        (groups, q, K) sums of y_k(g^j x).
    second
        (K, K) sum over the events of the mean of y y^T over their images: the covariance of sum_n y_n over all
        choices of images.
    changed
        (K',) which functions change by more than rounding; the others are left out.
    """

    groups: FloatArray
    second: FloatArray
    changed: npt.NDArray[np.bool_]


def orbit_sums(
    x: Tensor, weights: Tensor, functions: Callable[[Tensor], Tensor], elements: Sequence[Element]
) -> list[OrbitSums]:
    """For each of ``elements``, from events (N, P, d) with signed weights (N,) and functions (n, P, d) -> (n, K')."""
    number = torch.from_numpy(group_numbers(len(x))).to(x.device)
    groups = int(number[-1]) + 1
    count = functions(x[:1]).shape[1]
    size = x.new_zeros(count)
    sums = [x.new_zeros(groups, e.order, count) for e in elements]
    seconds = [x.new_zeros(count, count) for _ in elements]
    for part in chunks(len(x)):
        xs, w = x[part], weights[part]
        here = functions(xs)
        size += (w[:, None] * here).square().sum(0)
        for element, total, second in zip(elements, sums, seconds, strict=True):
            q = element.order
            images = element.orbit(xs)[1:].flatten(0, 1)
            f = torch.cat([here, functions(images)]).view(q, len(xs), count)
            y = ((f - f.mean(0)) * w[:, None]).transpose(0, 1)  # (n, q, K)
            # The two images of an event under an involution have the same square.
            half = y[:, :1] if q == 2 else y
            second.addmm_(half.flatten(0, 1).T, half.flatten(0, 1), alpha=1 / half.shape[1])
            total.index_add_(0, number[part], y)
    return [_kept(total, second, size) for total, second in zip(sums, seconds, strict=True)]


def _kept(total: Tensor, second: Tensor, size: Tensor) -> OrbitSums:
    changed = second.diagonal() > RESOLUTION**2 * size
    return OrbitSums(
        total[..., changed].cpu().numpy(),
        second[changed][:, changed].cpu().numpy(),
        changed.cpu().numpy(),
    )


def chunks(events: int) -> Iterator[slice]:
    """Slices of at most `CHUNK` events."""
    for first in range(0, events, CHUNK):
        yield slice(first, min(first + CHUNK, events))

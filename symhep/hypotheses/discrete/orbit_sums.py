"""Sums over the events of functions of an event and of its images, in one pass over the events."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.hypotheses.discrete.weighting import Moving, Weighting
from symhep.stats.support import RESOLUTION
from symhep.torchkit.threads import on_cores

__all__ = ["OrbitSums", "chunks", "orbit_sums", "score_sums"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: Events that are looked at together.
CHUNK = 8192
#: Numbers of an intermediate array: 4 MB, so that it stays near the processor; and fewest events for one.
NUMBERS, FEWEST = 1 << 19, 64
#: Groups of so many events are summed one after the other.
LONG = 16


@dataclass(frozen=True)
class OrbitSums:
    """Of y_k(x) = w (f_k(x) - mean of f_k over the orbit of x), of the K functions that g changes.

    Attributes
    ----------
    groups
        (groups, q, K) sums of y_k(g^j x); with random signs (groups, 2, K), sums and their negatives.
    second
        (K, K) sum over the events of the mean of y y^T over their images: the covariance of sum_n y_n over all
        choices of images.
    changed
        (K',) which functions change by more than rounding; the others are left out.
    skew
        (K,) with random signs, what is added to the sums that were observed for their skewness; else 0.
    """

    groups: FloatArray
    second: FloatArray
    changed: npt.NDArray[np.bool_]
    skew: FloatArray | None = None


def orbit_sums(
    x: Tensor,
    weighting: Weighting,
    functions: Callable[[Tensor], Tensor],
    elements: Sequence[Moving],
) -> list[OrbitSums]:
    """For each of ``elements``, from events (N, P, d) with functions (n, P, d) -> (n, K').

    Functions are best laid out with the numbers of a column side by side in memory.
    """
    number = torch.from_numpy(weighting.groups).to(x.device)
    groups = int(number[-1]) + 1
    count = functions(x[:1]).shape[1]
    size = x.new_zeros(count)
    sums = [x.new_zeros(groups, weighting.choices(e.order), count) for e in elements]
    seconds = [x.new_zeros(count, count) for _ in elements]
    of_images = [
        tuple(torch.from_numpy(a).to(x).T.contiguous() for a in weighting.images(e, x)) for e in elements
    ]
    weights = torch.from_numpy(weighting.weights).to(x)
    together = max(FEWEST, NUMBERS // (count * max((e.order for e in elements), default=2)))

    def of_part(part: slice) -> tuple[Tensor, list[tuple[Tensor, Tensor, Tensor]]]:
        """Of a chunk of events: what it adds to ``size``; for each element its groups, their sums and ``second``."""
        xs, found = x[part], []
        here = functions(xs).T  # (K, n)
        for element, (shares, ws) in zip(elements, of_images, strict=True):
            q, share, w = element.order, shares[:, part], ws[:, part]
            moved = functions(element.orbit(xs)[1:].flatten(0, 1)).T.view(count, q - 1, len(xs)).unbind(1)
            if weighting.signs or (q == 2 and not weighting.unequal and weighting.efficiency is None):
                # The other image under an involution, or the other sign, has the negative of the event's own.
                own = here * (w[0] - share[0] * w[0])
                for f, factor in zip(moved, share[1:] * w[1:], strict=True):
                    own.addcmul_(f, factor, value=-1.0)
                where, of_groups = _group_sums(number[part], own)
                found.append((where, torch.stack([of_groups, -of_groups], dim=1), own @ own.T))
            else:
                y = torch.stack([here, *moved], dim=1).mul_(w)  # (K, q, n)
                y -= (share * y).sum(dim=1, keepdim=True)
                half = (share.sqrt() * y).flatten(1)
                where, of_groups = _group_sums(number[part], y)
                found.append((where, of_groups.transpose(1, 2), half @ half.T))
        return (weights[part] * here).square_().sum(dim=1), found

    for extra, parts in on_cores(of_part, chunks(len(x), -(-CHUNK // together)), x.device.type):
        size += extra
        for total, second, (where, of_groups, product) in zip(sums, seconds, parts, strict=True):
            total[where] += of_groups
            second += product
    return [_kept(total, second, size, weighting) for total, second in zip(sums, seconds, strict=True)]


def _group_sums(number: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Groups of events of the groups ``number`` (n,), which ascend, and sums of y (..., n) over each: (groups, ...)."""
    found, counts = torch.unique_consecutive(number, return_counts=True)
    if LONG * len(found) < len(number):
        return found, torch.stack([part.sum(dim=-1) for part in torch.split(y, counts.tolist(), dim=-1)])
    sums = y.new_zeros(len(found), *y.shape[:-1])
    return found, sums.index_add_(0, number - number[0], y.movedim(-1, 0))


def _kept(total: Tensor, second: Tensor, size: Tensor, weighting: Weighting) -> OrbitSums:
    changed = second.diagonal() > RESOLUTION**2 * size
    groups = total[..., changed].cpu().numpy()
    covariance = second[changed][:, changed].cpu().numpy()
    if weighting.copies:
        # Rows of one unit are no independent terms: the groups, which hold units whole, are.
        flat = groups.reshape(-1, groups.shape[2])
        covariance = flat.T @ flat / groups.shape[1]
    return OrbitSums(groups, covariance, changed.cpu().numpy())


def score_sums(scores: FloatArray, weighting: Weighting, element: Moving, x: Tensor) -> OrbitSums:
    """The same of K numbers per image that are known already: ``scores`` (N, q, K) of events x (N, P, d)."""
    share, w = weighting.images(element, x)
    y = w[..., None] * scores
    y = y - (share[..., None] * y).sum(axis=1, keepdims=True)
    if weighting.signs:
        y = np.stack([y[:, 0], -y[:, 0]], axis=1)
        share = np.full(y.shape[:2], 0.5)
    groups = np.zeros((int(weighting.groups[-1]) + 1, *y.shape[1:]))
    np.add.at(groups, weighting.groups, y)
    if weighting.copies:
        second = np.einsum("gjk,gjl->kl", groups, groups) / groups.shape[1]
    else:
        second = np.einsum("nj,njk,njl->kl", share, y, y, optimize=True)
    size = (w[:, :1] ** 2 * scores[:, 0] ** 2).sum(axis=0)
    changed = second.diagonal() > RESOLUTION**2 * size
    skew = _skew(groups[:, 0] if weighting.copies else y[:, 0])[changed] if weighting.signs else None
    return OrbitSums(groups[..., changed], second[changed][:, changed], changed, skew)


def _skew(y: FloatArray) -> FloatArray:
    """Of independent terms (n, K): sqrt(sum y^2) g (1 + 2 t^2) / 6, t = sum y / sqrt(sum y^2), g = sum y^3 / (..)^3.

    With it t is normal to one order more (Johnson 1978, J. Am. Stat. Assoc. 73, 536), as sums with random signs are,
    which know no skewness.
    """
    root = np.sqrt((y**2).sum(axis=0))
    unit = np.where(root > 0, root, 1.0)
    t, g = y.sum(axis=0) / unit, (y**3).sum(axis=0) / unit**3
    return np.asarray(root * g * (1 + 2 * t**2) / 6)


def chunks(events: int, share: int = 1) -> Iterator[slice]:
    """Slices of at most `CHUNK` / ``share`` events."""
    size = max(CHUNK // share, 1)
    for first in range(0, events, size):
        yield slice(first, min(first + size, events))

"""Sums over the events of functions of their images, and the exact p-value of the smallest of several statistics.

Shared by the tests of given groups and of discrete elements: what an event could as well have been under the
hypothesis are its ``q`` images, itself among them, and a random choice among these is as probable as what was observed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import log
from typing import Literal

import numpy as np
import numpy.typing as npt
import torch
from scipy.stats import chi2
from torch import Tensor

from symhep.stats.randomisation import sequential_p
from symhep.stats.support import RESOLUTION

__all__ = ["Block", "ImageSums", "JoinedP", "Sums", "joined_p"]

FloatArray = npt.NDArray[np.float64]

#: Share of a function's own variance that is added to its covariance with the others, as in the test of generators.
RIDGE = 0.01
#: Logarithms of p that only put statistics in order need not go on below this.
FLOOR = -700.0
#: Random choices that are made together, at most; the first batch is smaller, for most hypotheses stop there.
BATCH, FIRST = 1000, 199
#: Sums of single precision that differ by less are equal.
EQUAL = 1e-5


@dataclass(frozen=True, eq=False)
class ImageSums:
    """Of y_k = w (f_k - mean of f_k over the images of the event), for the K functions that the group changes.

    Attributes
    ----------
    groups
        (groups, q, K) sums of y_k over the events of a group, for the q images; the first is that of the events as
        they are.
    second
        (K, K) sum over the events of the mean of y y^T over their images: the covariance of the sum of y over all
        choices of images, which no choice changes.
    changed
        (K',) which functions change by more than rounding; the others are left out.
    """

    groups: FloatArray
    second: FloatArray
    changed: npt.NDArray[np.bool_]

    @property
    def observed(self) -> FloatArray:
        """(K,) the sum of y over the events as they are."""
        return np.asarray(self.groups[:, 0].sum(axis=0))

    @property
    def deviation(self) -> FloatArray:
        """(K,) its standard deviation over all choices of images."""
        return np.sqrt(self.second.diagonal())

    def flipped(self) -> ImageSums:
        """The same for signs in place of images: (y, -y) of each group, y that of the events as they are.

        Where only the mean of y is known to vanish, as for weights that depend on the event, sum e y with random signs
        e has for many events the law of sum y, and sum y y^T is the same for all of them.
        """
        y = self.groups[:, 0]
        return ImageSums(np.stack([y, -y], axis=1), y.T @ y, self.changed)


class Sums:
    """Adds up `ImageSums` over chunks of events.

    >>> sums = Sums(groups=2, images=2, functions=1)
    >>> f = torch.tensor([[[1.0], [-1.0]], [[2.0], [0.0]]], dtype=torch.float64)
    >>> sums.add(f, torch.ones(2, dtype=torch.float64), torch.tensor([0, 1]))
    >>> sums.finish().groups.tolist()
    [[[1.0], [-1.0]], [[1.0], [-1.0]]]
    """

    def __init__(self, groups: int, images: int, functions: int, device: str = "cpu") -> None:
        kind = {"dtype": torch.float64, "device": device}
        self._total = torch.zeros(groups, images, functions, **kind)  # type: ignore[call-overload]
        self._second = torch.zeros(functions, functions, **kind)  # type: ignore[call-overload]
        self._size = torch.zeros(functions, **kind)  # type: ignore[call-overload]

    def add(self, f: Tensor, weights: Tensor, group: Tensor, unit: Tensor | None = None) -> None:
        """Functions ``f`` (n, q, K) of the images of n events with signed ``weights`` (n,) in ``group`` (n,).

        ``unit`` (n,): rows of one unit change together, and are added up first; all of them must be in one call.
        """
        middle = f.mean(1, keepdim=True)
        self._size += weights.square() @ middle[:, 0].square()
        y = (f - middle).mul_(weights[:, None, None])
        self._total.index_add_(0, group, y)
        if unit is not None:
            own, inverse = np.unique(unit.cpu().numpy(), return_inverse=True)
            place = torch.from_numpy(inverse).to(y.device)
            y = y.new_zeros(len(own), *y.shape[1:]).index_add_(0, place, y)
        # The two images of an event under an involution have the same square.
        half = y[:, :1] if y.shape[1] == 2 else y
        flat = half.flatten(0, 1).float()
        self._second += (flat.T @ flat).double() / half.shape[1]

    def finish(self) -> ImageSums:
        """Without the functions that change by rounding only."""
        spread = self._second.diagonal()
        kept = spread > RESOLUTION**2 * (self._size + spread)
        total = self._total if bool(kept.all()) else self._total[..., kept]
        return ImageSums(
            total.cpu().numpy(),
            self._second[kept][:, kept].cpu().numpy(),
            kept.cpu().numpy(),
        )


@dataclass(frozen=True)
class Block:
    """Functions with a statistic of their own.

    Attributes
    ----------
    columns
        (K',) which of all functions.
    share
        Of the level: the p-value of the block is divided by it before the smallest is taken.
    form
        'ridge': z^T (R + 0.01)^-1 z of the pulls z with the correlation R. 'sum': sum (sum_n y_n)^2, which for random
        Fourier features of a kernel is its maximum mean discrepancy between the events and their images.
    """

    columns: npt.NDArray[np.bool_]
    share: float
    form: Literal["ridge", "sum"] = "ridge"


@dataclass(frozen=True)
class JoinedP:
    """Of the smallest of several weighted p-values.

    Attributes
    ----------
    p
        Never below 1 / (most + 1).
    draws
        Random choices it took.
    block
        Where the smallest was found; '' if the group changes no function.
    blocks
        Block -> natural logarithm of its own p-value, by two moments of its law for many events: says where a breaking
        is seen, no p-value of its own.
    """

    p: float
    draws: int
    block: str
    blocks: Mapping[str, float]


@dataclass(frozen=True)
class _Form:
    """T = sum_i (v_i . z)^2 ~ sum_i w_i chi^2_1 for many events, ``directions`` v (K, m)."""

    directions: Tensor
    scale: float
    freedom: float
    log_share: float

    @classmethod
    def of(cls, correlation: FloatArray, deviation: FloatArray, block: Block) -> _Form:
        if block.form == "sum":
            d = deviation / deviation.max()
            covariance = correlation * np.outer(d, d)
            vectors, w, w2 = np.diag(d), float(np.trace(covariance)), float((covariance**2).sum())
        else:
            values, axes = np.linalg.eigh(correlation)
            values = np.maximum(values, 0.0)
            weights = values / (values + RIDGE)
            vectors, w, w2 = axes / np.sqrt(values + RIDGE), float(weights.sum()), float((weights**2).sum())
        return cls(
            torch.from_numpy(np.ascontiguousarray(vectors)).float(), w / w2, w**2 / w2, log(block.share)
        )

    def log_p(self, z: Tensor) -> FloatArray:
        """(B, K) pulls -> (B,), with two moments of the law of T (Satterthwaite): to put statistics in order."""
        t = (z @ self.directions).square().sum(1).double().numpy()
        return np.asarray(np.clip(chi2.logsf(t * self.scale, self.freedom), FLOOR, 0.0))


def joined_p(
    sums: ImageSums, blocks: Mapping[str, Block], rng: np.random.Generator, most: int, enough: int = 20
) -> JoinedP:
    """Exact p-value of the smallest p over ``blocks``, each divided by its share of the level, within the same draws.

    Statistic: min_b p_b / share_b, with p_b from two moments of the law of block b for many events. It only puts
    choices in order; the rank among random choices is exact whatever it is. Besag and Clifford's (1991) scheme stops
    where ``enough`` choices have a smaller statistic, else after ``most``.

    >>> rng = np.random.default_rng(1)
    >>> sums = Sums(200, 2, 3)
    >>> y = torch.from_numpy(rng.normal(size=(200, 3)) + [0.5, 0.0, 0.0])
    >>> sums.add(torch.stack([y, -y], 1), torch.ones(200, dtype=torch.float64), torch.arange(200))
    >>> joined_p(sums.finish(), {"one": Block(np.array([True, False, False]), 1.0)}, rng, 999).p
    0.001
    """
    deviation = sums.deviation
    forms, columns = {}, {}
    for name, block in blocks.items():
        own = np.flatnonzero(block.columns[sums.changed])
        if len(own):
            correlation = sums.second[np.ix_(own, own)] / np.outer(deviation[own], deviation[own])
            forms[name], columns[name] = _Form.of(correlation, deviation[own], block), torch.from_numpy(own)
    if not forms:
        return JoinedP(1.0, 0, "", {})
    groups, q = sums.groups.shape[:2]
    table = torch.from_numpy(sums.groups / deviation).float().flatten(0, 1)
    first = torch.arange(groups) * q

    def log_p(choices: Tensor) -> dict[str, FloatArray]:
        z = torch.nn.functional.embedding_bag(choices + first, table, mode="sum")
        return {name: form.log_p(z[:, columns[name]]) for name, form in forms.items()}

    def least(found: Mapping[str, FloatArray]) -> FloatArray:
        return np.asarray(np.min([found[name] - form.log_share for name, form in forms.items()], axis=0))

    observed = log_p(torch.zeros(1, groups, dtype=torch.int64))
    limit = float(-least(observed)[0])

    def batches() -> Iterator[FloatArray]:
        left, size = most, FIRST
        while left > 0:
            count = min(size, left)
            yield -least(log_p(torch.from_numpy(rng.integers(q, size=(count, groups)))))
            left, size = left - count, BATCH

    found = sequential_p(limit - EQUAL * abs(limit), batches(), most, enough)
    alone = {name: float(values[0]) for name, values in observed.items()}
    smallest = min(alone, key=lambda name: alone[name] - forms[name].log_share)
    return JoinedP(found.p, found.draws, smallest, alone)

"""How asymmetric the events are in functions that have a name: sizes and limits of discrete elements."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.hypotheses.bounds.region import hotelling
from symhep.hypotheses.discrete.orbit_sums import chunks
from symhep.hypotheses.discrete.randomised import random_sums
from symhep.hypotheses.discrete.weighting import Moving, Weighting
from symhep.methods.number import Number
from symhep.stats.asymmetry import wilson

__all__ = [
    "LEVEL",
    "Counts",
    "NamedAsymmetry",
    "asymmetries_of",
    "distinct",
    "named_asymmetries",
    "own_largest",
]

FloatArray = npt.NDArray[np.float64]

LEVEL = 0.95
#: Values of a function that differ by less than this share of its size are equal.
EQUAL = 1e-9
#: Randomised samples that the expected limit is the median of.
RANDOM = 200


@dataclass(frozen=True)
class NamedAsymmetry:
    """The largest asymmetry among the predefined observables of an element, and limits on all of them.

    Attributes
    ----------
    size
        Of the function with the largest one, with its ends in the region of all functions of all elements.
    function
        Its name.
    upper, expected
        No named asymmetry is larger; the median of that limit for symmetric events.
    effective
        Effective number of events of the weakest of them.
    """

    size: Number
    function: str
    upper: float
    expected: float
    effective: float


@dataclass(frozen=True, eq=False)
class Counts:
    """Of the functions k that an element of this ``order`` changes: their ``names``, and sums over independent events.

    Attributes
    ----------
    own
        (k,) sum of w a.
    squares, crossed
        (k,) sum of (w a)^2 and of w (w a).
    drawn
        (generator, R) -> (R, k): ``own`` as it would be for symmetric events.
    """

    names: list[str]
    order: int
    own: FloatArray
    squares: FloatArray
    crossed: FloatArray
    drawn: Callable[[np.random.Generator, int], FloatArray]


def named_asymmetries(
    elements: Sequence[Moving],
    x: Tensor,
    weighting: Weighting,
    functions: Callable[[Tensor], Tensor],
    labels: Sequence[str],
    rng: np.random.Generator,
) -> list[NamedAsymmetry | None]:
    """For each of ``elements`` on events x (N, P, d); ``functions`` (n, P, d) -> (n, K) with K ``labels``.

    A = (q F - 1) / (q - 1), F the share of events whose own f is the largest of their q images', ties counted half: for
    an involution P(f(x) > f(g x)) - P(f(x) < f(g x)), 0 if the symmetry holds. All A of all elements lie in their
    intervals at once with 95 % confidence: Wilson's (`symhep.stats.asymmetry.wilson`), each with the tail of Sidak as
    in `symhep.hypotheses.bounds.region.simultaneous`. Functions that have the same sign for all events count once.
    None: no predefined observable changes.
    """
    counts = [_count(e, x, weighting, functions, labels) for e in elements]
    w = weighting.weights
    second = float((w**2).sum())
    if weighting.copies:
        second = float((np.bincount(weighting.groups, w) ** 2).sum())
    return asymmetries_of(counts, float(w.sum()), second, rng)


def asymmetries_of(
    counts: Sequence[Counts], total: float, second: float, rng: np.random.Generator
) -> list[NamedAsymmetry | None]:
    """`named_asymmetries` of elements of which sums are known; ``total`` and ``second``: sums of w and of w^2."""
    number = sum(len(c.names) for c in counts)
    if not number:
        return [None] * len(counts)
    tail = float(-np.expm1(np.log(LEVEL) / number))
    z = float(np.sqrt(hotelling(1, max(total**2 / second - 1, 1.0), tail)))
    return [_bounded(c, total, second, z, rng) if c.names else None for c in counts]


def _count(
    element: Moving,
    x: Tensor,
    weighting: Weighting,
    functions: Callable[[Tensor], Tensor],
    labels: Sequence[str],
) -> Counts:
    q = element.order
    groups = np.zeros((int(weighting.groups[-1]) + 1, q, len(labels)))
    squares, crossed, gram = np.zeros(len(labels)), np.zeros(len(labels)), np.zeros((len(labels),) * 2)
    for part in chunks(len(x)):
        a = own_largest(torch.stack([functions(image) for image in element.orbit(x[part])], dim=1))
        w = weighting.weights[part]
        np.add.at(groups, weighting.groups[part], w[:, None, None] * a)
        squares += w**2 @ a[:, 0] ** 2
        crossed += w**2 @ a[:, 0]
        gram += a[:, 0].T @ a[:, 0]
    if weighting.copies:
        squares = (groups[:, 0] ** 2).sum(axis=0)
        crossed = np.bincount(weighting.groups, weighting.weights) @ groups[:, 0]
    kept = distinct(gram)
    some = groups[..., kept]
    return Counts(
        [labels[k] for k in kept], q, some[:, 0].sum(axis=0), squares[kept], crossed[kept],
        lambda rng, count: random_sums(some, rng, count),
    )  # fmt: skip


def distinct(gram: FloatArray) -> list[int]:
    """Functions whose sums of a_j a_k are ``gram`` (K, K): those that change; of those with the same signs the first.

    >>> distinct(np.array([[4.0, -4.0, 1.0], [-4.0, 4.0, -1.0], [1.0, -1.0, 4.0]]))
    [0, 2]
    """
    kept = list[int]()
    for k in np.flatnonzero(gram.diagonal() > 0):
        if all(abs(gram[j, k]) < gram[k, k] or gram[j, j] != gram[k, k] for j in kept):
            kept.append(int(k))
    return kept


def own_largest(f: Tensor) -> FloatArray:
    """(n, q, K) values at the images -> (q y - 1) / (q - 1), y = 1 at the largest, shared by equal ones.

    >>> own_largest(torch.tensor([[[3.0], [1.0]], [[2.0], [2.0]]]))[:, 0, 0].tolist()
    [1.0, 0.0]
    """
    q = f.shape[1]
    near = EQUAL * f.abs().amax(dim=(0, 1), keepdim=True)
    if q == 2:
        difference = f[:, 0] - f[:, 1]
        sign = (difference > near[0]).double() - (difference < -near[0]).double()
        return np.asarray(torch.stack([sign, -sign], dim=1).cpu().numpy())
    largest = (f >= f.amax(dim=1, keepdim=True) - near).double()
    share = largest / largest.sum(dim=1, keepdim=True)
    return np.asarray(((q * share - 1) / (q - 1)).cpu().numpy())


def _bounded(c: Counts, total: float, second: float, z: float, rng: np.random.Generator) -> NamedAsymmetry:
    floor = -1 / (c.order - 1)
    values = c.own / total
    ends, effective = [], np.inf
    spreads = np.maximum(c.squares - 2 * values * c.crossed + values**2 * second, 0.0)
    for value, spread in zip(values, spreads, strict=True):
        low, high, n = _ends(float(value), float(spread), c.order, total, second, z)
        ends.append((max(low, floor), min(high, 1.0)))
        effective = min(effective, n)
    largest = int(np.abs(values).argmax())
    (low, high), value = ends[largest], float(values[largest])
    drawn = c.drawn(rng, RANDOM) / total
    scales = [_ends(0.0, float(s), c.order, total, second, z) for s in c.squares]
    limits = [
        np.maximum(np.abs(drawn[:, k] + one[1]), np.abs(drawn[:, k] + one[0])) for k, one in enumerate(scales)
    ]
    return NamedAsymmetry(
        Number(
            value=value, low=min(low, value), high=max(high, value), level=LEVEL,
            method="Wilson, simultaneous over all predefined observables of all elements",
        ),
        c.names[largest],
        max(max(abs(low), abs(high)) for low, high in ends),
        float(min(np.median(np.max(limits, axis=0)), 1.0)),
        effective,
    )  # fmt: skip


def _ends(
    value: float, spread: float, q: int, total: float, second: float, z: float
) -> tuple[float, float, float]:
    """Of A with sum w^2 (a - A)^2 = ``spread``, by the share F = (1 + (q - 1) A) / q; and the effective events."""
    scale = (q - 1) / q
    (low, high), n = wilson(1 / q + scale * value, scale**2 * spread, total, second, z)
    return (q * low - 1) / (q - 1), (q * high - 1) / (q - 1), n

"""Rows that come from one event: exact copies, and rows with the same number of the event in the file.

Equal numbers are no proof: two events of coarse numbers (momenta in whole GeV, a few counters) may agree by chance.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from symhep.events.identity import NO_NUMBER, hashes

if TYPE_CHECKING:
    from symhep.events.dataset import Dataset

__all__ = ["Copies", "content", "copies_of", "independent", "merged", "source_units", "units_or_none"]

Integers = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

#: With more rows per event than this, a column does not hold event numbers.
ROWS_PER_EVENT = 20
#: Of the pairs of rows that agree in some columns, the share that agrees in all if equal rows are copies.
COPIED = 0.9
#: Points whose neighbours are sought, and the dimension below which they lie along a curve.
NEIGHBOURS, CURVE = 2000, 1.5


@dataclass(frozen=True)
class Copies:
    """Of N rows.

    Attributes
    ----------
    repeated
        Rows that share their source event with one before: N less the number of independent events.
    alike
        Further rows that equal one before in all numbers, and count as events of their own.
    """

    repeated: int = 0
    alike: int = 0

    @classmethod
    def of(cls, arrays: Iterable[npt.ArrayLike | None], unit: Integers) -> Copies:
        """Of rows with the numbers ``arrays`` (N, ...) and the source events ``unit`` (N,).

        >>> Copies.of([[[0.5], [0.5], [1.5], [0.7]]], np.array([0, 1, 2, 2]))
        Copies(repeated=1, alike=1)
        """
        if not (rows := len(unit)):
            return cls()
        units = rows if _all_different(unit) else len(np.unique(unit))
        some = [np.asarray(a) for a in arrays if a is not None]
        if any(_all_different(np.sort(column)) for a in some for column in _columns([a], rows).T[:1]):
            return cls(rows - units, 0)
        same = content(some, rows)
        if len(np.unique(same)) == rows:
            return cls(rows - units, 0)
        return cls(rows - units, units - len(np.unique(_joined(unit, same))))


def copies_of(data: Dataset) -> Copies:
    """How many rows of ``data`` are no events of their own, and how many may be none.

    >>> from symhep.events.dataset import Dataset
    >>> copies_of(Dataset.from_array([[0.5], [0.5], [1.5]]))
    Copies(repeated=0, alike=1)
    """
    return Copies.of((data.values, data.momenta, data.mask, data.tags, data.spectators), data.unit)


def merged(data: Dataset) -> Dataset:
    """``data`` with one row, of their summed weight, for rows of one event that are equal in all numbers.

    >>> from symhep.events.dataset import Dataset
    >>> twice = replace(Dataset.from_array([[0.5], [0.7], [0.5]]), unit=np.array([0, 1, 0]))
    >>> merged(twice).values[:, 0].tolist(), merged(twice).weights.tolist()
    ([0.5, 0.7], [2.0, 1.0])
    """
    if _all_different(data.unit):
        return data
    arrays = (data.unit, data.labels, data.values, data.momenta, data.mask, data.tags, data.spectators)
    same = content((a for a in arrays if a is not None and len(a) == len(data)), len(data))
    _, first, inverse = np.unique(same, return_index=True, return_inverse=True)
    kept = np.sort(first)
    weights = np.bincount(inverse, data.weights).astype(np.float64)[inverse[kept]]
    return replace(data.take(kept), weights=weights)


def units_or_none(unit: Integers | None) -> Integers | None:
    """(N,) 0, 1, ... of the source event of each row in order of appearance, or None if all are different.

    >>> units_or_none(np.array([7, 3, 7])), units_or_none(np.array([7, 3, 8])) is None
    (array([0, 1, 0]), True)
    """
    if unit is None or _all_different(unit):
        return None
    _, first, inverse = np.unique(unit, return_index=True, return_inverse=True)
    if len(first) == len(unit):
        return None
    place = np.empty(len(first), dtype=np.int64)
    place[np.argsort(first)] = np.arange(len(first))
    return np.asarray(place[inverse])


def independent(weights: npt.ArrayLike, unit: Integers | None) -> FloatArray:
    """Weights of the independent events: sums over the rows of each.

    >>> independent([1.0, 1.0, 3.0], np.array([0, 0, 1])).tolist()
    [2.0, 3.0]
    """
    w = np.asarray(weights, dtype=np.float64)
    place = units_or_none(unit)
    return w if place is None else np.bincount(place, w).astype(np.float64)


def source_units(
    arrays: Iterable[npt.NDArray[Any] | None],
    identity: Integers | None = None,
    file: Integers | None = None,
    dataset: Integers | None = None,
) -> Integers:
    """(N,) number of the source event of each row.

    Rows share it that have the same number of the event in the same file of a dataset, unless that number is the same
    for more than twenty rows on average and so counts something else; and rows that are equal in all ``arrays``,
    unless `chance` may have made them so. Equal numbers of events that are different ones (files that were joined,
    each counted from 0) do no harm: sums over rows of one unit have the right spread whether these are independent or
    not.

    Parameters
    ----------
    arrays
        (N, ...) all numbers of the events; None for what there is not.
    identity
        (N,) `symhep.events.identity.identities`.
    file, dataset
        (N,) where a row is from.

    >>> x = np.random.default_rng(1).normal(size=(4, 3))
    >>> source_units([np.r_[x, x[:1]]]).tolist()
    [0, 1, 2, 3, 0]
    >>> source_units([x], np.array([5, 6, 6, 0])).tolist()
    [0, 1, 1, 3]
    """
    some = [np.asarray(a) for a in arrays if a is not None]
    count = len(some[0])
    unit = np.arange(count, dtype=np.int64)
    if not count:
        return unit
    if identity is not None and identity.any():
        unit = _numbered(identity, file, dataset)
    same = content(some, count)
    if len(np.unique(same)) < count and not chance(_columns(some, count), same):
        unit = _joined(unit, same)
    return unit


def content(arrays: Iterable[npt.NDArray[Any] | None], count: int) -> Integers:
    """(N,) a number that is the same for rows that are equal to the last digit in all ``arrays`` (N, ...)."""
    return hashes([c for a in arrays if a is not None for c in _columns([a], count).T], count)


def chance(columns: FloatArray, same: Integers) -> bool:
    """May the rows of ``columns`` (N, F) that are equal, those with the same number in ``same``, be so by chance?

    Rounding makes equal numbers, too, but not in all columns at once. Of the pairs of rows that agree in some columns
    S, those that agree in all are many if they are copies, and few if S leaves open what the others are. Equal rows are
    copies where

    - each of two columns alone tells events apart: of the pairs that agree in it nine in ten agree in all; and the
      events are not on a curve, where one number gives the others; or
    - columns taken one after the other, that with most agreeing pairs first, tell events apart before they are all
      taken: before the last of them that is needed to tell all different rows apart, nine in ten of the pairs that
      agree so far agree in all, though the columns that are left differ for nine in ten pairs.

    >>> rng = np.random.default_rng(1)
    >>> fine, whole = rng.normal(size=(500, 3)), rng.integers(5, size=(500, 3)).astype(float)
    >>> [chance(x, content([x], len(x))) for x in (np.r_[fine, fine], whole, np.r_[fine, fine][:, :1])]
    [False, True, True]
    """
    rows, copied = len(columns), _pairs(same)
    if not copied:
        return False
    every = rows * (rows - 1) // 2
    counted = sorted(((_pairs(column), number) for number, column in enumerate(columns.T)), reverse=True)
    varying = [(pairs, number) for pairs, number in counted if pairs < every]
    fine = [number for pairs, number in varying if copied >= COPIED * pairs]
    if len(fine) > 1 and not _along_curve(columns[:, fine], same):
        return False
    key, last, left = np.zeros(rows, dtype=np.int64), 0, [number for _, number in varying]
    for place, (_, number) in enumerate(varying):
        key = hashes([key, columns[:, number]], rows)
        if (agree := _pairs(key)) <= copied:
            break
        last, left = agree, [other for _, other in varying[place + 1 :]]
    if not last or not left or copied < COPIED * last:
        return True
    return _pairs(hashes(columns[:, left].T, rows)) > (1 - COPIED) * every


def _along_curve(columns: FloatArray, same: Integers) -> bool:
    """Are the different rows nearer to each other than points of a surface would be?

    U points of a set of dimension D are a distance ~ U^(-1/D) of its size apart.
    """
    from scipy.spatial import cKDTree

    points = columns[np.unique(same, return_index=True)[1]]
    points = points[np.linspace(0, len(points) - 1, min(len(points), NEIGHBOURS)).astype(np.int64)]
    if len(points) < 3:
        return True
    points = (points - points.mean(axis=0)) / np.maximum(points.std(axis=0), np.finfo(float).tiny)
    nearest = float(np.median(cKDTree(points).query(points, k=2)[0][:, 1]))
    size = (2 * points.shape[1]) ** 0.5
    return nearest <= 0 or np.log(len(points)) < CURVE * np.log(size / nearest)


def _all_different(values: npt.NDArray[Any]) -> bool:
    """Do these increase from one to the next, or are they all different otherwise?"""
    return bool((values[1:] > values[:-1]).all()) or len(np.unique(values)) == len(values)


def _pairs(values: npt.NDArray[Any]) -> int:
    """Pairs of rows with the same value."""
    counts = np.unique(values, return_counts=True)[1]
    return int((counts * (counts - 1) // 2).sum())


def _columns(arrays: Sequence[npt.NDArray[Any]], count: int) -> FloatArray:
    """(N, F) all numbers of each row."""
    return np.concatenate([np.asarray(a, dtype=np.float64).reshape(count, -1) for a in arrays], axis=1)


def _numbered(identity: Integers, file: Integers | None, dataset: Integers | None) -> Integers:
    """Units by the numbers of events, dataset by dataset."""
    count = len(identity)
    unit = np.arange(count, dtype=np.int64)
    dataset = np.zeros(count, dtype=np.int64) if dataset is None else dataset
    file = np.zeros(count, dtype=np.int64) if file is None else file
    for number in np.unique(dataset):
        rows = np.flatnonzero((dataset == number) & (identity != NO_NUMBER))
        key = hashes([file[rows], identity[rows]], len(rows))
        _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
        if 1 < len(first) < len(rows) <= ROWS_PER_EVENT * len(first):
            unit[rows] = rows[first][inverse]
    return unit


def _joined(unit: Integers, same: Integers) -> Integers:
    """The coarsest units that both have in common: what either joins is joined. Numbered by their first row."""
    place = units_or_none(unit)
    if place is None:
        _, first, inverse = np.unique(same, return_index=True, return_inverse=True)
        return np.asarray(first[inverse], dtype=np.int64)
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    _, group = np.unique(same, return_inverse=True)
    u, g = int(place.max()) + 1, int(group.max()) + 1
    edges = coo_array((np.ones(len(place)), (place, u + group)), shape=(u + g, u + g))
    part = connected_components(edges, directed=False)[1][place]
    _, first, inverse = np.unique(part, return_index=True, return_inverse=True)
    return np.asarray(first[inverse], dtype=np.int64)

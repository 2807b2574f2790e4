"""Exact p-values of elements that are given: those that no held-out event had a say in."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import torch

from symhep.stats.shifted_images import shifted_p
from symhep_symmetrygan.sample import Sample
from symhep_symmetrygan.validation.waves import Waves, blocks

__all__ = ["BELOW", "POWERS", "Shifts", "exact_log_p", "is_exact", "powers_of"]

FloatArray = npt.NDArray[np.float64]

#: With fewer independent held-out events of one weight than this p-values of given elements are exact. With more the
#: law for many events holds, and tells p-values below what any number of draws can.
BELOW = 5000
#: Images of an event: those of an element of that order or less are its orbit.
IMAGES = 4
#: Powers of an element that the images of an event are.
POWERS = tuple(range(1 - IMAGES, IMAGES))
#: Events share their number of applications in so many groups at most.
GROUPS = 1024
#: An element whose power is the identity but for rounding is of that order.
ROUNDING = 1e-9


def is_exact(sample: Sample) -> bool:
    """Whether the p-values of given elements are: by the number of independent events and their weights alone."""
    return not sample.weighted and sample.units < BELOW


@dataclass(frozen=True, eq=False)
class Shifts:
    """How often the element is applied to each event: ``number`` (G,), 0 to 3, and the ``group`` (n,) of each event.

    Independent events are dealt into groups; rows of one unit are in one group.
    """

    group: npt.NDArray[np.int64]
    number: npt.NDArray[np.int64]

    @classmethod
    def draw(cls, sample: Sample, rng: np.random.Generator) -> Shifts:
        """Numbers from ``rng``."""
        unit = sample.index
        units = int(unit.max(initial=-1)) + 1
        groups = min(units, GROUPS)
        return cls(unit * groups // max(units, 1), rng.integers(IMAGES, size=groups))

    @cached_property
    def of_events(self) -> npt.NDArray[np.int64]:
        """(n,) number of each event."""
        return np.asarray(self.number[self.group])


def powers_of(element: FloatArray) -> FloatArray:
    """(7, D + 1, D + 1): the element to the powers -3 .. 3."""
    inverse = np.linalg.inv(element)
    return np.stack([np.linalg.matrix_power(inverse if m < 0 else element, abs(m)) for m in POWERS])


def order_of(powers: FloatArray) -> int | None:
    """2, 3 or 4 for an element of that order, 1 for the identity, else None."""
    one = np.eye(powers.shape[-1])
    found = [q for q in range(1, IMAGES) if np.abs(powers[POWERS.index(q)] - one).max() < ROUNDING]
    square = powers[POWERS.index(2)]
    found += [IMAGES] if np.abs(square @ square - one).max() < ROUNDING else []
    return found[0] if found else None


def exact_log_p(
    waves: Waves,
    sample: Sample,
    elements: FloatArray,
    learned: npt.NDArray[np.float32] | None,
    shifts: Shifts,
    rng: Sequence[np.random.Generator],
    most: int,
) -> tuple[FloatArray, FloatArray]:
    """Natural logarithms of exact p-values of 'x and g x have one law' (E,), by waves and by classifiers.

    `symhep.stats.shifted_images.shifted_p`: images under the inverse's powers, orbits for elements of order 2 to 4.

    Parameters
    ----------
    learned
        (E, 7, n) what the classifier of each element says of the images of the events under the powers -3 .. 3 of
        the element; None: there are none, and their p-values are NaN.
    rng
        One for each element.
    most
        Draws at most: p is never below 1 / (most + 1).
    """
    found = np.full((2, len(elements)), np.nan)
    for e, element in enumerate(elements):
        powers = powers_of(element)
        order = order_of(powers)
        if order == 1:
            found[:, e] = 0.0, np.nan if learned is None else 0.0
            continue
        seen = _wave_images(waves, sample, powers, order, shifts)
        number = shifts.number if order is None else np.zeros_like(shifts.number)
        orbit = order is not None
        found[0, e] = math.log(shifted_p(seen, number, rng[e], most=most, orbit=orbit).p)
        if learned is not None:
            told = _scalar_images(learned[e], order, shifts)
            one = shifted_p(told, number, rng[e], most=most, orbit=orbit, signed=True)
            found[1, e] = math.log(one.p)
    return found[0], found[1]


def _places(order: int | None, number: int) -> list[int]:
    """Where among the powers the images of an event are that was moved ``number`` times: x times g^(number - j)."""
    if order is not None:
        return [POWERS.index(-j) for j in range(order)]
    return [POWERS.index(number - j) for j in range(IMAGES)]


def _wave_images(
    waves: Waves, sample: Sample, powers: FloatArray, order: int | None, shifts: Shifts
) -> FloatArray:
    """(G, M, K) sums over groups."""
    images = IMAGES if order is None else order
    total = torch.zeros(len(shifts.number), images, len(waves), dtype=torch.float64, device=sample.x.device)
    group, number = torch.from_numpy(shifts.group), torch.from_numpy(shifts.of_events)
    at = 0
    for rows, _ in blocks(sample):
        own, times = group[at : at + len(rows)], number[at : at + len(rows)]
        at += len(rows)
        for k in range(IMAGES if order is None else 1):
            some = (times == k) if order is None else torch.ones_like(times, dtype=torch.bool)
            if some.any():
                values = waves.values(rows[some], powers[_places(order, k)]).transpose(0, 1)
                total.index_add_(0, own[some].to(total.device), values.double())
    return np.asarray(total.cpu().numpy())


def _scalar_images(told: npt.NDArray[np.float32], order: int | None, shifts: Shifts) -> FloatArray:
    """(G, M, 1) sums over groups of what a classifier says (7, n)."""
    number = shifts.of_events if order is None else np.zeros_like(shifts.of_events)
    places = np.array([_places(order, k) for k in range(IMAGES if order is None else 1)])
    chosen = told[places[number], np.arange(told.shape[1])[:, None]]  # (n, M)
    sums = [np.bincount(shifts.group, column, minlength=len(shifts.number)) for column in chosen.T]
    return np.stack(sums, axis=1)[:, :, None]

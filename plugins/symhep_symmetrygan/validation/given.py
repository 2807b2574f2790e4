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

__all__ = ["BELOW", "LADDER", "Shifts", "exact_log_p", "is_exact", "moved_by", "powers_of"]

FloatArray = npt.NDArray[np.float64]

#: With fewer independent held-out events of one weight than this p-values of given elements are exact. With more the
#: law for many events holds, and tells p-values below what any number of draws can.
BELOW = 5000
#: Powers: an element near the identity, or near one of low order, shows itself where it is applied often.
LADDER = (0, 1, 2, 5, 12, 30, 75, 180)
#: Powers that stretch or shrink anything by more than this are left out.
STRETCH = 4.0
#: Events share their power in so many groups at most.
GROUPS = 1024
#: An element is the identity but for rounding.
ROUNDING = 1e-9


def is_exact(sample: Sample) -> bool:
    """Whether the p-values of given elements are: by the number of independent events and their weights alone."""
    return not sample.weighted and sample.units < BELOW


@dataclass(frozen=True, eq=False)
class Shifts:
    """Which power of an element was applied to each event: ``number`` (G,), 0 to 7, and the ``group`` (n,) of an event.

    Independent events are dealt into groups; rows of one unit are in one group.
    """

    group: npt.NDArray[np.int64]
    number: npt.NDArray[np.int64]

    @classmethod
    def draw(cls, sample: Sample, rng: np.random.Generator) -> Shifts:
        """Numbers from ``rng``."""
        groups = min(sample.units, GROUPS)
        return cls(sample.index * groups // max(sample.units, 1), rng.integers(len(LADDER), size=groups))

    @cached_property
    def of_events(self) -> npt.NDArray[np.int64]:
        """(n,) number of each event."""
        return np.asarray(self.number[self.group])


def powers_of(element: FloatArray) -> tuple[int, ...]:
    """Eight powers of an element: those of `LADDER`, or as many as stretch nothing far, over and over.

    >>> powers_of(np.diag([2.0, 0.5, 1.0]))
    (0, 1, 2, 0, 1, 2, 0, 1)
    """
    kept = [0, 1]
    for k in LADDER[2:]:
        far = [np.linalg.norm(np.linalg.matrix_power(g, k), 2) for g in (element, np.linalg.inv(element))]
        if max(far) > STRETCH:
            break
        kept.append(k)
    return tuple(kept[j % len(kept)] for j in range(len(LADDER)))


def moved_by(element: FloatArray) -> FloatArray:
    """(8, 8, D + 1, D + 1): what takes an event x, with z = g^k_i x, to the image g^-k_j z."""
    powers = powers_of(element)
    inverse = np.linalg.inv(element)
    made = {
        m: np.linalg.matrix_power(inverse if m < 0 else element, abs(m))
        for m in {a - b for a in powers for b in powers}
    }
    return np.array([[made[a - b] for b in powers] for a in powers])


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

    See `symhep.stats.shifted_images.shifted_p`.

    Parameters
    ----------
    learned
        (E, 8, n) what the classifier of each element says of the images of the events; None: there are none, and
        their p-values are NaN.
    rng
        One for each element.
    most
        Draws at most: p is never below 1 / (most + 1).
    """
    found = np.full((2, len(elements)), np.nan)
    for e, element in enumerate(elements):
        if np.abs(element - np.eye(len(element))).max() < ROUNDING:
            found[:, e] = 0.0, np.nan if learned is None else 0.0
            continue
        seen = _sums(waves, sample, moved_by(element), shifts)
        found[0, e] = math.log(shifted_p(seen, shifts.number, rng[e], most=most).p)
        if learned is not None:
            sums = [np.bincount(shifts.group, told, minlength=len(shifts.number)) for told in learned[e]]
            one: FloatArray = np.stack(sums, axis=1)[:, :, None].astype(np.float64)
            found[1, e] = math.log(shifted_p(one, shifts.number, rng[e], most=most, signed=True).p)
    return found[0], found[1]


def _sums(waves: Waves, sample: Sample, moves: FloatArray, shifts: Shifts) -> FloatArray:
    """(G, 8, K) waves of the images, summed over groups."""
    total = torch.zeros(
        len(shifts.number), len(moves), len(waves), dtype=torch.float64, device=sample.x.device
    )
    group, number = torch.from_numpy(shifts.group), torch.from_numpy(shifts.of_events)
    at = 0
    for rows, _ in blocks(sample):
        own, times = group[at : at + len(rows)], number[at : at + len(rows)]
        at += len(rows)
        for k in range(len(moves)):
            some = times == k
            if some.any():
                values = waves.values(rows[some.to(rows.device)], moves[k]).transpose(0, 1)
                total.index_add_(0, own[some].to(total.device), values.double())
    return np.asarray(total.cpu().numpy())

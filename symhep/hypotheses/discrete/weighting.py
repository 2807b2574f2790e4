"""What makes images of an event equally probable: groups of units, weights, a known efficiency, or random signs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt
from torch import Tensor

from symhep.errors import MethodError
from symhep.methods.p_values import PKind

__all__ = ["GROUPS", "Efficiency", "Moving", "Weighting", "unit_groups"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: Events (N, P, d), in the units of the data -> (N,) the probability that one there is seen, up to a factor.
Efficiency = Callable[[Tensor], Tensor]

#: Units take images in so many groups at most. The randomised sums of g groups vary by a share of sqrt(2 / g) more.
GROUPS = 1024


class Moving(Protocol):
    """A discrete element as it acts on events of any form: an `Element`, or one that acts on rows of numbers."""

    @property
    def name(self) -> str: ...

    @property
    def order(self) -> int: ...

    def act(self, x: Tensor) -> Tensor:
        """g x of events (n, ...)."""
        ...

    def orbit(self, x: Tensor) -> Tensor:
        """x, g x, ..., g^(q - 1) x of events (n, ...): (q, n, ...)."""
        ...


@dataclass(frozen=True, eq=False)
class Weighting:
    """How the events of a test may be replaced by images.

    Four cases, fixed before the events are seen:

    - equal weights: every image of an event is as probable as the event, exactly;
    - weights 1 / eps of a known efficiency eps: the image g^j x with the probability eps(g^j x) / sum_i eps(g^i x),
      and its weight is that of its place, exactly;
    - an efficiency eps of events that carry no weight for it (``corrected`` is false): the same, and all images weigh
      what the event does, exactly if all events weigh the same;
    - other weights: the images' weights are not known. The sum over the events of y = w (f(x) - mean over the orbit)
      has mean 0 if the weighted density is symmetric, and its law is that of the sum with random signs for many events
      (wild bootstrap; Wu 1986, Ann. Stat. 14, 1261), whether or not the weights depend on x. Asymptotic.

    Attributes
    ----------
    weights
        (N,) signed.
    groups
        (N,) numbers of the groups, ascending by at most one; rows of one unit share one.
    copies
        Do some rows share a unit?
    efficiency, scale
        eps, of events times ``scale``; None: not known.
    unequal
        Do the weights of all events, of which these may be some, differ?
    corrected
        Are the weights one over the efficiency?
    """

    weights: FloatArray
    groups: IntArray
    copies: bool = False
    efficiency: Efficiency | None = None
    scale: float = 1.0
    unequal: bool = False
    corrected: bool = True

    @classmethod
    def of(
        cls,
        weights: FloatArray,
        units: IntArray | None = None,
        efficiency: Efficiency | None = None,
        scale: float = 1.0,
        most: int = GROUPS,
        corrected: bool = True,
    ) -> Weighting:
        """Of events in the order of their units (`unit_groups`), in ``most`` groups at most.

        With an efficiency every unit is a group: events of one group would all be at their likely places at once.
        """
        units = np.arange(len(weights)) if units is None else units
        most = len(units) if efficiency is not None else most
        groups, copies = unit_groups(units, most)
        unequal = bool((weights != weights[:1]).any())
        return cls(weights, groups, copies, efficiency, scale, unequal, corrected)

    @property
    def signs(self) -> bool:
        """Random signs in place of images: the weights differ, and no efficiency says how."""
        return self.unequal and (self.efficiency is None or not self.corrected)

    @property
    def kind(self) -> PKind:
        """Of the p-values."""
        return "asymptotic" if self.signs else "exact"

    def choices(self, order: int) -> int:
        """What a group of events is drawn from: its images, or two signs."""
        return 2 if self.signs else order

    def images(self, element: Moving, x: Tensor) -> tuple[FloatArray, FloatArray]:
        """Probability and weight (N, q) of every image of events x (N, P, d).

        Raises `MethodError` for an efficiency that is not positive at an image.
        """
        q = element.order
        if self.efficiency is None:
            return np.full((len(x), q), 1 / q), np.repeat(self.weights[:, None], q, axis=1)
        found = np.stack([_of(self.efficiency, image * self.scale) for image in element.orbit(x)], axis=1)
        if not self.corrected:
            return self._seen(found)
        if not (np.isfinite(found) & (found > 0)).all():
            raise MethodError(
                f"the efficiency is not positive at {int((~(found > 0)).sum())} events transformed by "
                f"'{element.name}': a weight cannot correct for zero efficiency"
            )
        weights = self.weights[:, None] * found[:, :1] / found
        return found / found.sum(axis=1, keepdims=True), weights

    def _seen(self, found: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Images that cannot be seen have the probability 0. Raises `MethodError` for events that cannot be."""
        if not (np.isfinite(found).all() and (found >= 0).all() and (found[:, 0] > 0).all()):
            raise MethodError(
                f"the efficiency is not positive at {int((~(found[:, 0] > 0)).sum())} of the events; it "
                "must be positive wherever an event was observed"
            )
        return found / found.sum(axis=1, keepdims=True), np.repeat(
            self.weights[:, None], found.shape[1], axis=1
        )

    def contrast(self, element: Moving, x: Tensor) -> FloatArray:
        """c (N, q) with sum_j c_j f(g^j x) = w (f(x) - mean of f over the images): 0 on the mean if g is a symmetry.

        Of weights of a known efficiency each image counts with its own weight. Raises as `images` does.
        """
        share, weights = self.images(element, x)
        found = -share * weights
        found[:, 0] += self.weights
        return found

    def shares(self, element: Moving, x: Tensor) -> FloatArray | None:
        """Probabilities (groups, choices) that a group takes each image; None: all the same."""
        if self.signs or self.efficiency is None:
            return None
        with np.errstate(divide="ignore"):
            share = np.log(self.images(element, x)[0])
        total = np.zeros((int(self.groups[-1]) + 1, element.order))
        np.add.at(total, self.groups, share)  # rows of a unit turn together
        total = np.exp(total - total.max(axis=1, keepdims=True))
        return np.asarray(total / total.sum(axis=1, keepdims=True))

    def take(self, rows: IntArray, units: IntArray, most: int = GROUPS) -> Weighting:
        """Of some of the events."""
        one = Weighting.of(self.weights[rows], units[rows], self.efficiency, self.scale, most, self.corrected)
        return replace(one, unequal=self.unequal)  # the kind is that of all events


def unit_groups(units: IntArray, most: int = GROUPS) -> tuple[IntArray, bool]:
    """Group (N,) of each event, and whether some share a unit: rows of one unit, which must stand together, share one.

    >>> unit_groups(np.array([4, 4, 7, 9]))[0].tolist(), unit_groups(np.array([4, 4, 7, 9]), 2)[0].tolist()
    ([0, 0, 1, 2], [0, 0, 0, 1])
    """
    if not len(units):
        return np.zeros(0, dtype=np.int64), False
    starts = np.r_[True, units[1:] != units[:-1]]
    number = np.cumsum(starts) - 1
    count = int(number[-1]) + 1
    return np.asarray(number * min(count, most) // count), count < len(units)


def _of(efficiency: Efficiency, x: Tensor) -> FloatArray:
    values = efficiency(x)
    if values.shape != (len(x),):
        raise MethodError(f"the efficiency gave {tuple(values.shape)} for {len(x)} events, not ({len(x)},)")
    return np.asarray(values.double().cpu().numpy())

"""The clearest sector of an azimuth, and how often chance alone shows one as clear."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import pi

import numpy as np
import numpy.typing as npt

__all__ = ["BINS", "Arc", "Binned", "Units", "clearest_arc", "scan_p"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: Bins of the full turn that the scan's arcs are made of: 1.4 degrees.
BINS = 256
#: Random samples as clear as the observed one, after which no more are drawn (Besag and Clifford 1991).
ENOUGH = 20
#: Share of a sector below which its logarithm is that of this.
LEAST = 1e-300
_LENGTHS = np.arange(1, BINS // 2 + 1)
_WIDTHS, _ENDS = _LENGTHS / BINS, np.arange(BINS)[:, None] + _LENGTHS[None, :]


@dataclass(frozen=True)
class Arc:
    """An arc from ``low`` to ``high`` >= low, radians, and the logarithm of the likelihood ratio that it has."""

    low: float
    high: float
    log_ratio: float
    loss: bool


@dataclass(frozen=True, eq=False)
class Units:
    """Azimuths of N entries with weights, and to which of the U independent events they belong.

    >>> Units.of(np.array([0.1, 0.2, 3.0]), np.ones(3)).effective
    3.0
    """

    phases: FloatArray
    weights: FloatArray
    unit: IntArray
    count: int

    @classmethod
    def of(cls, phases: FloatArray, weights: FloatArray, unit: IntArray | None = None) -> Units:
        """Entries without a weight count for nothing."""
        used = weights != 0
        given = np.arange(len(phases)) if unit is None else unit
        names, number = np.unique(given[used], return_inverse=True)
        return cls(phases[used] % (2 * pi), weights[used], number.reshape(-1), len(names))

    @property
    def effective(self) -> float:
        """(sum w)^2 / sum w^2 of the independent events."""
        total = np.bincount(self.unit, self.weights, self.count)
        return float(total.sum() ** 2 / (total**2).sum())

    @property
    def equal(self) -> bool:
        """Do all have the same weight?"""
        return bool((self.weights == self.weights[0]).all())


@dataclass(frozen=True, eq=False)
class Binned(Units):
    """Azimuths of many events, counted in bins: entries are the middles of these.

    Attributes
    ----------
    number
        Effective number of the independent events.
    squares
        (N,) sums of w^2 of each bin.
    """

    number: float = 0.0
    squares: FloatArray = field(default_factory=lambda: np.zeros(0))

    @classmethod
    def counted(cls, weights: FloatArray, squares: FloatArray, number: float) -> Binned:
        """Of sums of w and w^2 in bins that share the turn from 0 to 2 pi.

        >>> own = Binned.counted(np.array([3.0, 0.0, 1.0]), np.array([3.0, 0.0, 1.0]), 4.0)
        >>> (3 * own.phases / pi).round(9).tolist(), own.effective, own.equal
        ([1.0, 5.0], 4.0, False)
        """
        used = np.flatnonzero(weights)
        middles = np.asarray((used + 0.5) * (2 * pi / len(weights)), dtype=np.float64)
        return cls(middles, weights[used], used, len(used), number, squares[used])

    @property
    def effective(self) -> float:
        """Of the events, not of the bins."""
        return self.number

    @property
    def equal(self) -> bool:
        """Bins have weights of their own."""
        return False


def clearest_arc(units: Units) -> Arc:
    """The arc of whole bins with the largest likelihood ratio for p(phi) ~ 1 - d 1[low < phi < high] against 1/2 pi.

    n (f log(f / w) + (1 - f) log((1 - f) / (1 - w))), with w the arc's part of the turn, f the part of the weight in
    it, and n the effective number of events (the scan statistic of Kulldorff, Comm. Stat. 26 (1997) 1481). An arc and
    the rest of the turn are the same hypothesis: the one of at most half a turn is given, as a loss or an excess.

    >>> arc = clearest_arc(Units.of(np.linspace(1.0, 2 * pi, 500), np.ones(500)))
    >>> arc.loss, round(arc.low, 1), round(arc.high, 1)
    (True, 0.0, 1.0)
    """
    sums = _arc_sums(units.phases, units.weights) / units.weights.sum()
    # For one length the ratio grows away from f = w on both sides.
    emptiest, fullest = sums.argmin(axis=0), sums.argmax(axis=0)
    ratios = np.array([_ratio(sums.min(axis=0)), _ratio(sums.max(axis=0))])
    which, length = np.unravel_index(int(ratios.argmax()), ratios.shape)
    low = 2 * pi * float((emptiest, fullest)[which][length]) / BINS
    high = low + 2 * pi * float(_WIDTHS[length])
    return Arc(low, high, units.effective * float(ratios[which, length]), bool(which == 0))


def scan_p(units: Units, observed: Arc, rng: np.random.Generator, draws: int) -> float:
    """Natural logarithm of (1 + number as clear) / (1 + B) among B samples whose events are turned at random.

    Each independent event is turned as a whole, so that correlations of its entries and its weight stay what they are:
    exact under rotation invariance of events with their weights. Of `Binned` ones the effective number of events is
    dealt out to the bins of the scan, which is the same for single entries of equal weights. Drawing ends once twenty
    are as clear.
    """
    total, above, drawn = units.weights.sum(), 0, 0
    goal = observed.log_ratio / units.effective * (1 - 1e-12)
    while drawn < draws and above < ENOUGH:
        if isinstance(units, Binned):
            dealt = rng.multinomial(max(round(units.number), 1), np.full(BINS, 1 / BINS))
            sums = _sums_of(dealt / dealt.sum())
        else:
            turned = units.phases + 2 * pi * rng.random(units.count)[units.unit]
            sums = _arc_sums(turned, units.weights) / total
        above += bool(max(_ratio(sums.min(axis=0)).max(), _ratio(sums.max(axis=0)).max()) >= goal)
        drawn += 1
    return float(
        np.log((above if above >= ENOUGH else 1 + above) / (drawn if above >= ENOUGH else 1 + drawn))
    )


def _arc_sums(phases: FloatArray, weights: FloatArray) -> FloatArray:
    """(BINS, BINS / 2) weight in the arcs by first bin and length."""
    bins = np.floor((phases % (2 * pi)) * (BINS / (2 * pi))).astype(np.int64) % BINS
    return _sums_of(np.bincount(bins, weights, BINS).astype(np.float64))


def _sums_of(shares: FloatArray) -> FloatArray:
    """The same of the weight in every bin."""
    sums = np.concatenate([[0.0], np.cumsum(np.concatenate([shares, shares]))])
    return np.asarray(sums[_ENDS] - sums[:BINS, None])


def _ratio(f: FloatArray) -> FloatArray:
    """Logarithm of the likelihood ratio per event of the parts f in arcs of each length."""
    # Weights of both signs may leave less than nothing in an arc.
    f = np.clip(f, 0.0, 1.0)
    inside = f * np.log(np.maximum(f, LEAST) / _WIDTHS)
    return np.asarray(inside + (1 - f) * np.log(np.maximum(1 - f, LEAST) / (1 - _WIDTHS)))

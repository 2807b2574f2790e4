"""Simultaneous confidence region of all violations of a result: limits and intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, sqrt

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.stats import chi2, f, norm
from scipy.stats.qmc import Sobol

__all__ = ["Bounded", "Quantity", "Region", "ellipse_ends", "hotelling", "simultaneous", "size_of"]

FloatArray = npt.NDArray[np.float64]

#: Directions with less than this of the largest variance are taken as known without error.
NO_NOISE = 1e-14
#: Variances that differ by less count as equal for the expected limit (a per cent of it).
EQUAL = 0.95
#: Means that the expected limit is the median over where they differ more.
POINTS = 256


@dataclass(frozen=True, eq=False)
class Quantity:
    """Measurement of one violation: its expectation mu is zero if the symmetry holds.

    Attributes
    ----------
    name
        Unique in a region.
    mean
        (d,) estimate m of mu: an asymmetry (d = 1), E[cos] and E[sin] of a harmonic (d = 2), ...
    covariance
        (d, d) of the estimate (not of one event).
    nu
        Degrees of freedom of the covariance: independent units less one where all count alike; inf if it is known.
    shifts
        (T, d) D_s of each nuisance parameter s ~ N(0, 1), which moves m by s D_s: sum_s D_s D_s^T adds to the
        covariance of m, and as it is no estimate of a variance from the events, nu stays.
    others
        (B, d) m under alternatives that have no parameter.
    """

    name: str
    mean: FloatArray
    covariance: FloatArray
    nu: float = inf
    shifts: FloatArray | None = None
    others: FloatArray | None = None

    @property
    def total(self) -> FloatArray:
        """(d, d) covariance with that of the nuisance parameters."""
        return self.covariance if self.shifts is None else self.covariance + self.shifts.T @ self.shifts

    def __post_init__(self) -> None:
        mean, covariance = np.atleast_1d(self.mean), np.atleast_2d(self.covariance)
        if covariance.shape != 2 * mean.shape:
            raise ValueError(f"{self.name}: mean {mean.shape} and covariance {covariance.shape} do not match")
        object.__setattr__(self, "mean", mean.astype(np.float64))
        object.__setattr__(self, "covariance", (covariance + covariance.T).astype(np.float64) / 2)


@dataclass(frozen=True)
class Bounded:
    """What the region says of one quantity; ``inf`` where the sample is too small to bound it.

    Attributes
    ----------
    value
        sqrt(max(0, m^2 - tr C)): the size abs(mu) with the noise taken off; of an asymmetry (d = 1) abs(m).
    low, high
        Ends of abs(mu) in the region; low is 0 where mu = 0 is in it. With nuisance parameters of the covariance
        C + sum_s D_s D_s^T; with alternatives without a parameter the union of the intervals of all.
    upper_95
        The limit: no larger abs(mu) is in the region. The same as ``high``.
    expected_95
        Median of the limit if mu = 0.
    signed
        For d = 1 the estimate of mu with its lower and upper end.
    """

    value: float
    low: float
    high: float
    expected_95: float
    signed: tuple[float, float, float] | None = None

    @property
    def upper_95(self) -> float:
        """The limit."""
        return self.high

    def below(self, delta: float) -> bool:
        """Equivalence test: is the reverse null hypothesis, abs(mu) >= ``delta``, rejected?"""
        return self.high < delta


class Region:
    """The region of `simultaneous`, to be asked for single quantities, and for parts of them.

    >>> region = Region([Quantity("v", np.array([3.0, 4.0]), np.eye(2) * 0.01)])
    >>> round(region["v"].value, 2), round(region.seen("v", np.array([[1.0, 0.0]])).value, 2)
    (5.0, 3.0)
    """

    def __init__(self, quantities: Sequence[Quantity], level: float = 0.95, among: int | None = None) -> None:
        count = max(len(quantities), 1) if among is None else among
        if count < len(quantities):
            raise ValueError(f"{len(quantities)} quantities among {count}")
        self.quantities = {q.name: q for q in quantities}
        if len(self.quantities) < len(quantities):
            raise ValueError("two quantities of one name")
        self.count, self.level = count, level
        self._tail = float(-np.expm1(np.log(level) / count))

    def __getitem__(self, name: str) -> Bounded:
        """What the region says of a quantity."""
        return self.seen(name)

    def squared(self, name: str) -> float:
        """T^2 at the edge of the ellipse of a quantity; inf if the sample is too small for one."""
        q = self.quantities[name]
        variances = np.asarray(np.linalg.eigvalsh(q.total), dtype=np.float64)
        return hotelling(int(_noisy(variances).sum()), q.nu, self._tail)

    def seen(self, name: str, onto: FloatArray | None = None) -> Bounded:
        """Of the quantity, or of its components along the orthonormal rows of ``onto`` (k, d).

        The shadow of the ellipse: it holds wherever mu lies in the ellipse, so that directions may be chosen
        afterwards.
        """
        q = self._shadow(name, onto)
        squared = self.squared(name)
        expected = (
            inf
            if squared == inf
            else _expected(np.asarray(np.linalg.eigvalsh(q.total), dtype=np.float64), squared)
        )
        value, low, high = _union(q, squared)
        if len(q.mean) > 1:
            return Bounded(value, low, high, expected)
        half = sqrt(squared * max(float(q.total[0, 0]), 0.0)) if squared < inf else inf
        means = [float(m[0]) for m in _means(q)]
        return Bounded(value, low, high, expected, (means[0], min(means) - half, max(means) + half))

    def ends(self, name: str, onto: FloatArray | None = None) -> tuple[float, float, float]:
        """Value, low and high of `seen`, without the expected limit."""
        return _union(self._shadow(name, onto), self.squared(name))

    def _shadow(self, name: str, onto: FloatArray | None) -> Quantity:
        q = self.quantities[name]
        if onto is None:
            return q
        shifts, others = (None if part is None else part @ onto.T for part in (q.shifts, q.others))
        return Quantity(name, onto @ q.mean, onto @ q.covariance @ onto.T, q.nu, shifts, others)


def simultaneous(
    quantities: Sequence[Quantity], level: float = 0.95, among: int | None = None
) -> dict[str, Bounded]:
    """Intervals and limits of all ``quantities``, simultaneous with coverage ``level``.

    Each mu lies in its own ellipse (m - mu)^T C^-1 (m - mu) <= d nu / (nu - d + 1) F_{d, nu - d + 1} (Hotelling 1931,
    Ann. Math. Stat. 2, 360; chi^2_d for nu = inf), each with the tail 1 - level^(1/k) of k quantities. Whatever their
    correlations, all k hold with probability ``level`` or more: ellipses are convex and symmetric, so the Gaussian
    correlation inequality applies (Sidak 1967; Royen 2014, Far East J. Theor. Stat. 48, 139). Which of
    them one looks at afterwards costs nothing, and a limit for several is the largest of theirs.

    ``among`` is k where further quantities are bounded elsewhere with the same tail; by default their number here.

    >>> a = Quantity("v_2", np.array([0.04, 0.03]), np.eye(2) * 1e-4)
    >>> found = simultaneous([a])["v_2"]
    >>> radius = 0.01 * sqrt(chi2.isf(0.05, 2))
    >>> bool(abs(found.low - (0.05 - radius)) < 1e-9 and abs(found.upper_95 - (0.05 + radius)) < 1e-9)
    True
    >>> found.below(0.08), found.below(0.07)
    (True, False)
    """
    region = Region(quantities, level, among)
    return {name: region[name] for name in region.quantities}


def _noisy(variances: FloatArray) -> npt.NDArray[np.bool_]:
    return variances > NO_NOISE * max(float(variances.max(initial=0.0)), 0.0)


def _means(q: Quantity) -> list[FloatArray]:
    """The nominal one first."""
    return [q.mean, *([] if q.others is None else q.others)]


def _union(q: Quantity, squared: float) -> tuple[float, float, float]:
    """Value, low, high by the ellipse with this T^2 at its edge; one that the sample is too small for is all space.

    The ends are those of the union over the alternatives, the value is the nominal one.
    """
    variances, axes = np.linalg.eigh(q.total)
    variances = np.where(_noisy(variances), variances, 0.0)
    ends = [
        (0.0, inf) if squared == inf else ellipse_ends(axes.T @ mean, variances, squared)
        for mean in _means(q)
    ]
    low, high = min(end[0] for end in ends), max(end[1] for end in ends)
    return min(max(size_of(q.mean, q.covariance), low), high), low, high


def size_of(mean: FloatArray, covariance: FloatArray) -> float:
    """sqrt(max(0, m^2 - tr C)), of an asymmetry abs(m).

    >>> size_of(np.array([-3.0]), np.eye(1)), size_of(np.array([3.0, 4.0]), 8 * np.eye(2))
    (3.0, 3.0)
    """
    if len(mean) == 1:
        return abs(float(mean[0]))
    return sqrt(max(0.0, float(mean @ mean - np.trace(covariance))))


def hotelling(d: int, nu: float, tail: float) -> float:
    """T^2 that d components with ``nu`` degrees of freedom exceed with probability ``tail``; inf if nu < d.

    >>> round(hotelling(2, inf, 0.05), 3), round(hotelling(2, 20, 0.05), 3), hotelling(3, 2, 0.05)
    (5.991, 7.415, inf)
    """
    if d == 0:
        return 0.0
    if nu == inf:
        return float(chi2.isf(tail, d))
    rest = nu - d + 1
    # Satterthwaite's nu need not be whole: below one degree of freedom nothing is known.
    return float(d * nu / rest * f.isf(tail, d, rest)) if rest >= 1 else inf


def ellipse_ends(mean: FloatArray, variances: FloatArray, squared: float) -> tuple[float, float]:
    """Smallest and largest abs(mu) in sum_i (mu_i - m_i)^2 / V_i <= ``squared``; mu_i = m_i where V_i is 0.

    At an extreme mu is parallel to the ellipse's normal: mu_i - m_i = V_i m_i / (t - V_i) for a number t, negative at
    the smallest and above all V_i at the largest, which the constraint fixes (secular equation).

    >>> [round(end, 12) for end in ellipse_ends(np.array([3.0, 0.0]), np.array([1.0, 0.25]), 4.0)]
    [1.0, 5.0]
    """
    known = float((mean[variances == 0] ** 2).sum())
    m, v = mean[variances > 0], variances[variances > 0]
    if not len(m) or squared <= 0:
        return (sqrt(float(mean @ mean)),) * 2
    scale = v.max()
    v, m = v / scale, m / sqrt(scale)

    def excess(t: float) -> float:
        """In which direction t has to move."""
        return float((v * (m / (t - v)) ** 2).sum()) - squared

    def size(t: float) -> float:
        return float(((t * m / (t - v)) ** 2).sum())

    low = 0.0
    if excess(0.0) > 0:
        # All distances from the poles are at least |t|: this t is far enough.
        far = sqrt(float((v * m**2).sum()) / squared)
        low = size(float(brentq(excess, -far * (1 + 1e-9), 0.0, xtol=1e-15 * max(far, 1.0))))
    longest = v >= 1 - 1e-12
    far = 1 + sqrt(float((v * m**2).sum()) / squared) * (1 + 1e-9) + 1e-12
    start = 1 + 0.5 * sqrt(float((m[longest] ** 2).sum()) / squared)
    if start > 1 + 1e-9 and excess(start) >= 0:
        high = size(float(brentq(excess, start, far, xtol=1e-15 * far)))
    else:
        # Nothing of the mean along the longest axes: what the other components leave of the constraint goes there.
        other = np.where(longest, 0.0, v * m / np.where(longest, 1.0, 1 - v))
        rest = squared - float((other[~longest] ** 2 / v[~longest]).sum())
        if rest >= 0:
            along = sqrt(float((m[longest] ** 2).sum())) + sqrt(rest)
            high = along**2 + float(((m + other)[~longest] ** 2).sum())
        else:
            high = size(float(brentq(excess, 1 + 1e-12, far, xtol=1e-15 * far)))
    return sqrt(low * scale + known), sqrt(high * scale + known)


def _expected(variances: FloatArray, squared: float) -> float:
    """Median of the largest abs(mu) in the ellipse over m ~ N(0, V).

    For equal variances it is that of the median of chi^2_d; otherwise the median over a fixed set of quasi-random means
    (Sobol), the same in every run.
    """
    v = variances[_noisy(variances)]
    if not len(v):
        return 0.0
    if v.min() > EQUAL * v.max():
        return sqrt(float(v.mean())) * (sqrt(squared) + sqrt(float(chi2.median(len(v)))))
    scale = v.max()
    points = Sobol(len(v), scramble=False).random(POINTS) + 0.5 / POINTS
    m = np.sqrt(v / scale) * norm.ppf(points)
    v = v / scale
    # t of the secular equation by bisection, for all means at once; none has a component that vanishes
    least = np.ones(POINTS)
    most = 1 + np.sqrt((v * m**2).sum(axis=1) / squared) * (1 + 1e-9) + 1e-9
    for _ in range(40):
        t = (least + most)[:, None] / 2
        inside = (v * (m / np.maximum(t - v, 1e-300)) ** 2).sum(axis=1) < squared
        least, most = np.where(inside, least, t[:, 0]), np.where(inside, t[:, 0], most)
    t = most[:, None]
    return float(np.median(np.sqrt(scale * ((t * m / (t - v)) ** 2).sum(axis=1))))

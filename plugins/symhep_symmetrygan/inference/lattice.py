"""A circle, or q points on it: how elements are spread along a rotation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2

__all__ = ["CircleTest", "circle_test", "period"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: Largest order that is tried.
ORDERS = 1000
#: Turns of the fastest plane after which a rotation must have come back.
TURNS = 12


@dataclass(frozen=True)
class CircleTest:
    """Result of `circle_test`.

    ``order``: the smallest order q that is not rejected, None if all up to `ORDERS` are. ``fit_p``: p-value of the
    spread of the elements about its q points. ``even_p``: bound on the probability that elements spread evenly over the
    circle lie so near to them, for all orders that were tried.
    """

    order: int | None
    fit_p: float
    even_p: float

    @property
    def excluded(self) -> int:
        """All orders up to this one are rejected."""
        return ORDERS if self.order is None else self.order - 1


def period(generator: FloatArray, tolerance: float) -> float | None:
    """Smallest tau with exp(tau X) = 1, for X (D + 1, D + 1) with eigenvalues known to ``tolerance``; None without.

    >>> round(period(np.array([[0.0, -2, 0], [2, 0, 0], [0, 0, 0]]), 1e-9) / np.pi, 6)
    1.0
    """
    values = np.linalg.eigvals(generator)
    fastest = float(np.abs(values.imag).max(initial=0.0))
    if fastest <= tolerance or np.abs(values.real).max() > max(tolerance, 1e-9) ** 0.5 * fastest:
        return None
    ratio = np.abs(values.imag) / fastest
    for turns in range(1, TURNS + 1):
        if (np.abs(turns * ratio - np.round(turns * ratio)) <= turns * max(tolerance / fastest, 1e-9)).all():
            return float(2 * np.pi * turns / fastest)
    return None


def circle_test(angles: FloatArray, errors: FloatArray, labels: IntArray, level: float) -> CircleTest:
    """Do elements at ``angles`` (E,), in turns, lie at q equidistant points, within their ``errors`` (E,)?

    Elements of the coset 0, that of the identity, are compared with k / q, those of any other coset, ``labels`` (E,),
    with k / q + an offset of its own, which is fitted. Order q is rejected if sum (deviation / error)^2 exceeds what
    chance gives it with probability level / (q (q + 1)); these levels add up to ``level``, over all orders.

    ``even_p`` holds for elements spread evenly: with w the largest spread of q * angle in a coset, as a fraction of a
    turn, k elements of another coset lie within such an arc with probability k w^(k-1) (w <= 1/2), and k of the
    identity's as near to its points with probability w^k. Times q (q + 1), for the orders tried.

    >>> rng = np.random.default_rng(1)
    >>> coset, error = np.zeros(30, dtype=int), np.full(30, 0.003)
    >>> circle_test(rng.integers(0, 7, 30) / 7 + 0.003 * rng.normal(size=30), error, coset, 0.01).order
    7
    >>> circle_test(rng.uniform(size=30), error, coset, 0.01).excluded > 20
    True
    """
    for q in range(1, ORDERS + 1):
        quality, freedom, log_even = 0.0, 0, 0.0
        for name in np.unique(labels):
            rows = labels == name
            off, sigma = _centred(q * angles[rows], q * errors[rows], fixed=name == 0)
            quality += float(((off / sigma) ** 2).sum())
            freedom += len(off) - (name != 0)
        if chi2.sf(quality, freedom) < level / (q * (q + 1)):
            continue
        spread = 0.0
        for name in np.unique(labels):
            off, _ = _centred(q * angles[labels == name], q * errors[labels == name], fixed=name == 0)
            spread = max(spread, 2 * np.abs(off).max() if name == 0 else np.ptp(off))
        spread = max(spread, np.finfo(float).tiny)
        for name in np.unique(labels):
            k = int((labels == name).sum())
            near = k * np.log(spread) if name == 0 else np.log(k) + (k - 1) * np.log(spread)
            log_even += min(0.0, float(near)) if spread <= 0.5 or name == 0 else 0.0
        even = float(np.exp(min(0.0, log_even + np.log(q * (q + 1)))))
        return CircleTest(q, float(chi2.sf(quality, freedom)), even)
    return CircleTest(None, 0.0, 1.0)


def _centred(turns: FloatArray, errors: FloatArray, fixed: bool) -> tuple[FloatArray, FloatArray]:
    """Deviations in turns from whole numbers, or from their weighted circular mean."""
    weights = 1 / errors**2
    off = turns - np.round(turns)
    if not fixed:
        mean = float(np.angle((weights * np.exp(2j * np.pi * off)).sum())) / (2 * np.pi)
        off = off - mean
        off = off - np.round(off)
        off = off - (weights * off).sum() / weights.sum()
    return off, errors

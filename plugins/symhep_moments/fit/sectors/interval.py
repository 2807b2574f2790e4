"""Size, depth and edges of a sector with their intervals, whose thresholds come from samples of the fitted sector."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import pi

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from symhep_moments.fit.sectors.arcs import Best, arcs_near
from symhep_moments.fit.sectors.scan import Arc, Units

__all__ = ["LEVEL", "Measured", "measured"]

FloatArray = npt.NDArray[np.float64]

LEVEL = 0.95
#: Samples of the fitted sector, and events that each has at most.
SAMPLES, LARGEST = 400, 20_000
#: 95 % quantile of a chi^2 of one degree of freedom: the threshold is never smaller, also where the fit lies at the end
#: of what is possible (all lost) and the samples with it.
REGULAR = 3.841


@dataclass(frozen=True)
class Measured:
    """The best sector and its 95 % intervals: of the size, of the part that is lost in it, of both edges."""

    best: Best
    size: tuple[float, float]
    d: tuple[float, float]
    low: tuple[float, float]
    high: tuple[float, float]


def measured(units: Units, arc: Arc, rng: np.random.Generator) -> Measured:
    """Refine the edges of ``arc`` and give intervals.

    Edges are no regular parameters: their error falls as 1/n, and where all of a sector is dead twice the logarithm of
    the likelihood ratio of the size is a chi^2 of four degrees of freedom, two for each edge, in place of one. So
    thresholds are the 95 % quantiles of that ratio at the truth, edges profiled, among samples drawn from the fitted
    sector; edges: the fitted one less the quantiles of (fitted - true) in these samples.

    >>> rng = np.random.default_rng(1)
    >>> phi = rng.random(4000) * 2 * pi
    >>> units = Units.of(phi[(phi < 0.5) | (phi > 1.1)], np.ones(((phi < 0.5) | (phi > 1.1)).sum()))
    >>> found = measured(units, Arc(0.51, 1.09, 0.0, True), rng)
    >>> found.size[0] < 0.6 / (2 * pi) < found.size[1]
    True
    """
    n = units.effective
    weights = None if units.equal else units.weights
    arcs = arcs_near(units.phases, weights, n, arc, arc.loss)
    best = arcs.best()
    sizes, depths, lows, highs = _samples(best, n, arc.loss, rng)
    scale = min(1.0, LARGEST / n)
    tail = (1 - LEVEL) / 2
    return Measured(
        best,
        _ends(arcs.at_size, best.size, best.log_ratio, _threshold(sizes), 1.0),
        _ends(arcs.at_d, best.d, best.log_ratio, _threshold(depths), 1.0 if arc.loss else np.inf),
        _edge(best.low, scale * lows, tail),
        _edge(best.high, scale * highs, tail),
    )


def _threshold(ratios: FloatArray) -> float:
    return max(float(np.quantile(ratios, LEVEL)), REGULAR)


def _edge(fitted: float, misses: FloatArray, tail: float) -> tuple[float, float]:
    """Ends that hold the fitted value, which may lie outside of them: an empty sector is never too narrow."""
    small, large = np.quantile(misses, [tail, 1 - tail])
    return min(fitted - float(large), fitted), max(fitted - float(small), fitted)


def _samples(
    best: Best, n: float, loss: bool, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Of each sample: twice the log of the likelihood ratio of size and depth at the truth; misses of both edges."""
    number = max(int(min(n, LARGEST)), 1)
    w = (best.high - best.low) / (2 * pi)
    signed = -best.d if loss else best.d
    share = (1 + signed) * w / (1 + signed * w)
    found = []
    for _ in range(SAMPLES):
        inside = rng.binomial(number, np.clip(share, 0.0, 1.0))
        phases = rng.random(number)
        phases[:inside] = best.low + 2 * pi * w * phases[:inside]
        phases[inside:] = best.high + 2 * pi * (1 - w) * phases[inside:]
        arcs = arcs_near(phases, None, float(number), best, loss)
        own = arcs.best()
        found.append(
            (
                2 * (own.log_ratio - arcs.at_size(best.size)), 2 * (own.log_ratio - arcs.at_d(best.d)),
                own.low - best.low, own.high - best.high,
            )
        )  # fmt: skip
    sizes, depths, lows, highs = np.array(found).T
    return sizes, depths, lows, highs


def _ends(
    profile: Callable[[float], float], value: float, top: float, threshold: float, most: float
) -> tuple[float, float]:
    """Where twice the logarithm falls by ``threshold`` below ``top`` on both sides of ``value``."""

    def above(at: float) -> float:
        fall = profile(at)
        return threshold - 2 * (top - fall) if np.isfinite(fall) else -1e30

    low = 0.0 if above(0.0) >= 0 else float(brentq(above, 0.0, value, xtol=1e-9))
    end = value
    for _ in range(60):
        step = max(value, 1e-3) if end == value else 2 * (end - value)
        end = min(value + step, most)
        if above(end) < 0 or end == most:
            break
    if above(end) >= 0:
        return low, end
    if above(value) < 0:
        return low, value
    return low, float(brentq(above, value, end, xtol=1e-9))

"""Arcs between events: the likelihood of a sector with edges anywhere, and its profiles."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi

import numpy as np
import numpy.typing as npt

from symhep_moments.fit.sectors.scan import BINS, LEAST, Arc

__all__ = ["Arcs", "Best", "arcs_near"]

FloatArray = npt.NDArray[np.float64]

#: Events on either side of an edge that it may be at, at least and at most; between them so many over d^2.
FEWEST, MOST, REACH = 30, 200, 10.0
TINY = 1e-12


@dataclass(frozen=True)
class Best:
    """The largest likelihood: edges in radians, the part ``d`` that is lost (or in excess, relative to outside), and
    the ``size``, the share of all that is."""

    low: float
    high: float
    d: float
    size: float
    log_ratio: float


@dataclass(frozen=True, eq=False)
class Arcs:
    """M arcs from event to event.

    Attributes
    ----------
    low, high
        (M,) radians.
    inside
        (M,) effective events in them, of ``total``.
    loss
        Are events lost in the sector (edges at the last events outside), or in excess (at the first inside)?
    """

    low: FloatArray
    high: FloatArray
    inside: FloatArray
    total: float
    loss: bool

    @property
    def width(self) -> FloatArray:
        """(M,) part of the full turn."""
        least = TINY if self.loss else 0.5 / BINS  # two events at one place are no sector
        return np.clip((self.high - self.low) / (2 * pi), least, 1 - TINY)

    def best(self) -> Best:
        """n (f log(f / w) + (1 - f) log((1 - f) / (1 - w))) at its largest, where f is on the side of w asked for."""
        w, f = self.width, self.inside / self.total
        right = f < w if self.loss else f > w
        ratio = self.inside * np.log(np.maximum(f, LEAST) / w)
        ratio += (self.total - self.inside) * np.log(np.maximum(1 - f, LEAST) / (1 - w))
        ratio = np.where(right, ratio, 0.0)
        top = int(ratio.argmax())
        w_top, f_top = float(w[top]), float(f[top])
        if self.loss:
            size = max((w_top - f_top) / (1 - f_top), 0.0)
            d = size / w_top
        else:
            size = max((f_top - w_top) / (1 - w_top), 0.0)
            d = size / max(w_top * (1 - size), TINY)
        return Best(float(self.low[top]), float(self.high[top]), d, size, float(ratio[top]))

    def at_size(self, size: float) -> float:
        """Largest log likelihood ratio of all arcs for a share ``size`` of all.

        Lost: f = (w - s) / (1 - s), so k log(1 - s / w) - n log(1 - s). In excess: f = w + s (1 - w), so
        k log(1 + s (1 - w) / w) + (n - k) log(1 - s).
        """
        w, k, n = self.width, self.inside, self.total
        if size >= 1:
            return -np.inf
        if self.loss:
            room = w > size * (1 + TINY) if size > 0 else w > 0
            inner = np.where(k > 0, k * np.log(np.maximum(1 - size / w, LEAST)), 0.0)
            # With no event inside all of the sector may be lost.
            inner = np.where(room | ((k <= 0) & (w >= size * (1 - TINY))), inner, -np.inf)
            return float(inner.max() - n * np.log1p(-size))
        return float((k * np.log1p(size * (1 - w) / w) + (n - k) * np.log1p(-size)).max())

    def at_d(self, d: float) -> float:
        """Largest log likelihood ratio of all arcs for a part ``d`` that is lost in it, or in excess."""
        signed = -d if self.loss else d
        k = self.inside
        inner = np.where(k > 0, -np.inf, 0.0) if signed <= -1 else k * np.log1p(signed)
        return float((inner - self.total * np.log1p(np.maximum(signed * self.width, TINY - 1))).max())


def arcs_near(
    phases: FloatArray, weights: FloatArray | None, total: float, near: Arc | Best, loss: bool
) -> Arcs:
    """Arcs with both edges at events near those of ``near``.

    ``phases`` (N,) in radians, with weights (None: all equal); ``total`` is the effective number of events.

    >>> phases = np.linspace(1.0, 2 * pi, 500)
    >>> best = arcs_near(phases, None, 500.0, Arc(0.05, 0.95, 0.0, True), loss=True).best()
    >>> round(best.low, 6) % 6.283185, round(best.high, 6), round(best.d, 6)
    (0.0, 1.0, 1.0)
    """
    middle = (near.low + near.high) / 2
    # Half a turn away from the sector nothing is looked for.
    moved = (phases - middle + pi) % (2 * pi)
    order = np.argsort(moved, kind="stable")
    x = moved[order]
    w = np.ones(len(x)) if weights is None else weights[order]
    before = np.concatenate([[0.0], np.cumsum(w)]) * (total / float(w.sum()))
    half = (near.high - near.low) / 2
    reach = int(np.clip(REACH / max(_contrast(x, before, half, total), 1e-3) ** 2, FEWEST, MOST))
    first, last = np.searchsorted(x, [pi - half, pi + half])
    a = np.arange(max(first - reach, 0), min(first + reach, len(x)))
    b = np.arange(max(last - reach, 0), min(last + reach, len(x)))
    low, high = (i.reshape(-1) for i in np.meshgrid(a, b, indexing="ij"))
    kept = x[low] < x[high]
    low, high = low[kept], high[kept]
    inside = before[high] - before[low + 1] if loss else before[high + 1] - before[low]
    shift = middle - pi
    return Arcs(x[low] + shift, x[high] + shift, np.clip(inside, 0.0, total), total, loss)


def _contrast(x: FloatArray, before: FloatArray, half: float, total: float) -> float:
    """|d| of the arc as it stands."""
    first, last = np.searchsorted(x, [pi - half, pi + half])
    f, w = float(before[last] - before[first]) / total, half / pi
    outside = max((1 - f) / (1 - w), 1e-9)
    return float(min(abs(1 - f / w / outside), 1.0))

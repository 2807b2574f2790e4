"""Tails of sums of weighted squares of normal numbers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from symhep.errors import MethodError

__all__ = ["log_tail"]

FloatArray = npt.NDArray[np.float64]

#: Largest angle by which the path of integration bends away from the vertical, and the step of the sum along it:
#: right to nine digits from one weight to hundreds, from one degree of freedom of the scale to millions.
BEND = 0.5
STEP = 0.1
#: Enough for a single weight over one degree of freedom, where the integrand falls as a power only.
STEPS = 600
#: Rows times weights that are integrated together: what fits into a processor's cache.
BLOCK = 1 << 15
#: Logarithmic range and number of halvings of the search for the saddle point; the path may miss it a little.
RANGE, CLOSE, HALVINGS = 690.0, 28.0, 36


def log_tail(
    statistic: npt.ArrayLike,
    weights: npt.ArrayLike,
    nu: npt.ArrayLike | None = None,
    means: npt.ArrayLike | None = None,
) -> FloatArray:
    """Natural logarithm of P(T > ``statistic``), T = sum_i w_i (z_i + means_i)^2 / (chi^2_nu / nu).

    ``statistic`` (B,) or a number, ``weights`` w >= 0 (m,) or (B, m), ``means`` of the same shapes (default 0),
    ``nu`` degrees of freedom of an estimated scale, a number or (B,) (default: the scale is known, no
    denominator); z_i are independent and standard normal. Returns (B,), or () if all arguments are single.

    With the denominator, T > t is sum_i w_i z_i^2 - (t / nu) chi^2_nu > 0, a form with a negative weight. In
    general, for Q = sum_j a_j chi^2_{h_j}(lambda_j) with the cumulant generating function

        K(s) = - 1/2 sum_j h_j log(1 - 2 a_j s) + sum_j lambda_j a_j s / (1 - 2 a_j s),

    P(Q > x) = 1 / (2 pi i) int exp(K(s) - s x) ds / s along a path that crosses the real axis between 0 and the first
    branch point (Imhof 1961, Biometrika 48, 419; Rice 1980, SIAM J. Sci. Stat. Comput. 1, 438). The path starts
    at the saddle point of the whole integrand, pole included, so that the mean of Q is no special place, and
    bends into a hyperbola (Weideman and Trefethen 2007, Math. Comp. 76, 1341) with the curvature of the steepest
    descent. Below the mean the path crosses left of the pole and gives P(Q < x).
    The saddlepoint approximation (Kuonen 1999, Biometrika 86, 929), some per cent off for few weights, is the
    leading term of this integral. Only logarithms are kept, so that nothing underflows.

    A NaN stays NaN. Raises MethodError for weights or nu that are negative, or not finite.

    >>> log_tail([3.841458820694124, 3000.0], [1.0]).round(6).tolist()
    [-2.995732, -1504.229308]
    >>> float(np.exp(log_tail(2.0, [0.6, 0.3, 0.1])).round(4))  # Imhof 1961, table 1
    0.124
    """
    t, w = np.asarray(statistic, dtype=np.float64), np.atleast_1d(np.asarray(weights, dtype=np.float64))
    shift = np.zeros_like(w) if means is None else np.atleast_1d(np.asarray(means, dtype=np.float64))
    scale = np.asarray(1.0 if nu is None else nu, dtype=np.float64)
    if not (np.isfinite(w).all() and (w >= 0).all() and np.isfinite(shift).all()):
        raise MethodError("the weights of a quadratic form must be finite and >= 0, its means finite")
    if not (np.isfinite(scale).all() and (scale > 0).all()):
        raise MethodError("nu, the degrees of freedom of the scale, must be finite and > 0")
    shape = np.broadcast_shapes(t.shape, w.shape[:-1], shift.shape[:-1], scale.shape)
    w, dof, noncentrality = _merged(w, shift)
    m = w.shape[-1]
    t, scale = np.broadcast_to(t, shape).ravel(), np.broadcast_to(scale, shape).ravel()
    w = np.broadcast_to(w, (*shape, m)).reshape(-1, m)
    lam = np.broadcast_to(noncentrality, (*shape, m)).reshape(-1, m)
    largest = w.max(axis=1, initial=0.0)
    # Below zero, without any weight or out at infinity nothing is left to integrate.
    answer = np.where(np.isnan(t), np.nan, np.where((t > 0) & ~((largest > 0) & (t < np.inf)), -np.inf, 0.0))
    inside = np.flatnonzero((t > 0) & (t < np.inf) & (largest > 0))
    for rows in np.array_split(inside, max(1, inside.size * m // BLOCK)):
        x, a = t[rows] / largest[rows], w[rows] / largest[rows, None]
        if nu is None:
            answer[rows] = _log_tail(x, a, np.broadcast_to(dof, a.shape), lam[rows])
        else:
            h = np.c_[np.broadcast_to(dof, a.shape), scale[rows]]
            over = np.c_[a, -x / scale[rows]]
            answer[rows] = _log_tail(np.zeros(len(rows)), over, h, np.c_[lam[rows], np.zeros(len(rows))])
    return np.asarray(answer.reshape(shape))


def _merged(w: FloatArray, shift: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Weights, their degrees of freedom and non-centralities; equal weights that all rows share become one."""
    if w.ndim > 1 or shift.ndim > 1:
        return w, np.ones(w.shape[-1]), shift**2
    w, shift = np.broadcast_arrays(w, shift)
    unique, place = np.unique(w, return_inverse=True)
    dof, noncentrality = np.bincount(place), np.bincount(place, shift**2)
    return unique, dof.astype(np.float64), noncentrality.astype(np.float64)


def _log_tail(x: FloatArray, a: FloatArray, h: FloatArray, lam: FloatArray) -> FloatArray:
    """log P(Q > x) for rows of weights ``a`` (B, m) of either sign, the largest of each row 1.

    s is counted from the first branch point, s = 1/2 - gap, as it comes close to it for small tails.
    """
    upper = x >= (a * (h + lam)).sum(axis=1)
    gap, pole = _saddle(x, a, h, lam, upper)
    base = _base(a, gap, pole)
    second = (2 * h * (a / base) ** 2 + 4 * lam * (a / base) ** 2 / base).sum(axis=1)
    third = (8 * h * (a / base) ** 3 + 24 * lam * (a / base) ** 3 / base).sum(axis=1)
    unit = (second + pole**-2.0) ** -0.5
    # The path of steepest descent bends by a third of the skewness, to the right if positive weights make it.
    bend = np.clip(third / second**1.5 / 3, -BEND, BEND)
    sine, cosine = np.sin(bend), np.cos(bend)
    level = (lam * a * pole[:, None] / base - 0.5 * h * np.log(base)).sum(axis=1)
    peak = level - pole * x - np.log(np.abs(pole))
    total = np.zeros(len(x))
    slope, pull = 2 * a / base * unit[:, None], 0.5 * lam / base
    central = not lam.any()
    for k in range(STEPS):
        u = k * STEP
        # s = saddle + unit * (right + i up); real arithmetic, as logarithms of complex arrays are slow
        right, up = (np.cosh(u) - 1) * sine, np.sinh(u) * cosine
        real, minus_imag = 1 - slope * right[:, None], slope * up[:, None]
        square = real**2 + minus_imag**2
        size, phase = -0.25 * h * np.log(square), 0.5 * h * np.arctan2(minus_imag, real)
        if not central:
            # lambda a s / (1 - 2 a s) = lambda / 2 (1 / (1 - 2 a s) - 1): its change since the saddle
            size, phase = size + pull * (real / square - 1), phase + pull * minus_imag / square
        ds = unit * (right + 1j * up)
        term = np.exp(size.sum(axis=1) + 1j * phase.sum(axis=1) - ds * x) / (1 + ds / pole)
        term *= np.sinh(u) * sine + 1j * np.cosh(u) * cosine
        total += term.imag * (0.5 if k == 0 else 1.0)
        if (np.abs(term) < 1e-16 * total).all():
            break
    logarithm = np.minimum(peak + np.log(total * STEP * unit / np.pi), 0.0)
    with np.errstate(divide="ignore"):
        return np.where(upper, logarithm, np.log1p(-np.exp(logarithm)))


def _base(a: FloatArray, gap: FloatArray, s: FloatArray) -> FloatArray:
    """1 - 2 a s, without cancellation where s approaches the branch point 1/2 of the weight 1."""
    return np.where(a > 0, 1 - a + 2 * a * gap[:, None], 1 - 2 * a * s[:, None])


def _saddle(
    x: FloatArray, a: FloatArray, h: FloatArray, lam: FloatArray, upper: npt.NDArray[np.bool_]
) -> tuple[FloatArray, FloatArray]:
    """(1/2 - s, s) at the minimum of K(s) - s x - log|s| between pole and branch point, right or left of the pole."""
    negative = np.minimum(a.min(axis=1), 0.0)
    with np.errstate(divide="ignore"):
        # Left of the pole: the branch point of a negative weight, or the place where K' < x - 1/|s| for sure.
        end = np.where(negative < 0, -0.5 / negative, ((h + lam).sum(axis=1) + 2) / (2 * x))
    low, high = np.full(len(x), -RANGE), np.where(upper, RANGE, CLOSE)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        gap, s = _place(middle, end, upper)
        base = _base(a, gap, s)
        with np.errstate(over="ignore"):
            slope = (a / base * (h + lam / base)).sum(axis=1) - x - 1 / s
        low, high = np.where(slope > 0, middle, low), np.where(slope > 0, high, middle)
    return _place((low + high) / 2, end, upper)


def _place(y: FloatArray, end: FloatArray, upper: npt.NDArray[np.bool_]) -> tuple[FloatArray, FloatArray]:
    """(1/2 - s, s) for y in (-inf, inf), s falling with y: from 1/2 to 0 above, from 0 to -end below."""
    rising, falling = 1 / (1 + np.exp(-y)), 1 / (1 + np.exp(y))
    s = np.where(upper, 0.5 * falling, -end * rising)
    return np.where(upper, 0.5 * rising, 0.5 - s), s

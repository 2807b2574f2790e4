"""Many hypotheses on one sample: p-values adjusted for their number, or joined into one. All in logarithms."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from symhep.errors import MethodError

__all__ = ["cauchy_combination", "holm", "holm_with_implications"]

FloatArray = npt.NDArray[np.float64]

#: From here on tan and its inverse are what they tend to, to the last digit.
FAR = 40.0


def holm(log_p: npt.ArrayLike) -> FloatArray:
    """Natural logarithms of Holm's adjusted p-values, for ``log_p`` (..., m) along the last axis.

    With p_(1) <= ... <= p_(m), adjusted p_(k) = min(1, max_{j <= k} (m - j + 1) p_(j)) (Holm 1979, Scand. J.
    Statist. 6, 65). Rejecting where the adjusted p is at most alpha rejects a true hypothesis with probability
    at most alpha, whatever the dependence of the p-values. Logarithms keep p = 1e-400 apart from 1e-500.

    Raises MethodError for a log_p that is positive or NaN.

    >>> np.exp(holm(np.log([0.01, 0.04, 0.03]))).round(3).tolist()
    [0.03, 0.06, 0.06]
    """
    logs = _checked(log_p)
    m = logs.shape[-1]
    order = np.argsort(logs, axis=-1, kind="stable")
    steps = np.take_along_axis(logs, order, axis=-1) + np.log(np.arange(m, 0, -1))
    adjusted = np.empty_like(logs)
    np.put_along_axis(adjusted, order, np.minimum(np.maximum.accumulate(steps, axis=-1), 0.0), axis=-1)
    return adjusted


def holm_with_implications(log_p: npt.ArrayLike, implies: npt.ArrayLike) -> FloatArray:
    """Logarithms of adjusted p-values (..., m) when some hypotheses imply others.

    ``implies`` (m, m): [a, b] is true if hypothesis a implies hypothesis b, as 'the data respect S'' implies 'they
    respect S' for a subgroup S of S''. Implications of implications need not be written down. The adjusted p of a
    is the least of Holm's adjusted p over a and all that a implies: who rejects S rejects every group above it.

    This costs nothing. With probability 1 - alpha at least Holm's procedure rejects no true hypothesis (Holm
    1979). When it does not, each hypothesis that it rejects is false, and so is each that implies a false one,
    for a true hypothesis implies true ones only: what is rejected by implication is false too. The family-wise
    error is that of Holm, and rejections respect the lattice. It is the closure of Holm's rejections under logic;
    Shaffer (1986, J. Am. Stat. Assoc. 81, 826) also gains from implications by smaller factors.

    Raises MethodError for a log_p that is positive or NaN, or a matrix of another size.

    >>> implies = [[False, True], [False, False]]  # the whole group, a subgroup
    >>> np.exp(holm_with_implications(np.log([0.5, 0.01]), implies)).round(3).tolist()
    [0.02, 0.02]
    """
    adjusted = holm(log_p)
    m = adjusted.shape[-1]
    reach = np.asarray(implies, dtype=bool)
    if reach.shape != (m, m):
        raise MethodError(f"implies must be ({m}, {m}) for {m} hypotheses, not {reach.shape}")
    reach = reach | np.eye(m, dtype=bool)
    while (further := reach @ reach).sum() > reach.sum():
        reach = further
    return np.asarray(np.where(reach, adjusted[..., None, :], 0.0).min(axis=-1))


def cauchy_combination(log_p: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> FloatArray:
    """Logarithm of one p-value for ``log_p`` (..., m), joined along the last axis: (...).

    T = sum_i w_i tan((1/2 - p_i) pi) with weights w >= 0 (m,) of sum 1 (default: equal); p = 1/2 - arctan(T) / pi
    (Liu and Xie 2020, J. Am. Stat. Assoc. 115, 393). Valid for small p under any dependence of the p_i in practice,
    exact for independent ones. It is for continuous p-values: a p_i of exactly 1 makes the joint p 1.

    Raises MethodError for a log_p that is positive or NaN, or weights that are negative or all zero.

    >>> round(float(cauchy_combination([-1000.0, -0.5])), 4)  # p = 2 min p_i where one of two is tiny
    -999.3069
    """
    logs = _checked(log_p)
    w = np.ones(logs.shape[-1]) if weights is None else np.asarray(weights, dtype=np.float64)
    if w.shape != logs.shape[-1:] or not (np.isfinite(w).all() and (w >= 0).all() and w.sum() > 0):
        raise MethodError(f"the weights must be {logs.shape[-1]} numbers >= 0 that are not all zero")
    used = w > 0
    logs, w = logs[..., used], w[used] / w.sum()
    sign, size = _cotangent(logs)
    with np.errstate(divide="ignore", invalid="ignore"):
        size = size + np.log(w)
        largest = size.max(axis=-1, keepdims=True)
        total = (sign * np.exp(size - largest)).sum(axis=-1)
        # p = arccot(T) / pi, which for large T is 1 / (pi T), with T = total exp(largest)
        log_t = np.log(np.abs(total)) + largest[..., 0]
        near = np.log(np.arctan(np.exp(-np.maximum(log_t, -FAR))))
        angle = np.where(log_t > FAR, -log_t, near) - np.log(np.pi)
        joined = np.where(total >= 0, angle, np.log1p(-np.exp(angle)))
    joined = np.where((logs == -np.inf).any(axis=-1), -np.inf, joined)
    return np.asarray(np.where((logs == 0).any(axis=-1), 0.0, joined))


def _cotangent(logs: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Sign and logarithm of the size of cot(pi p), which is tan((1/2 - p) pi)."""
    below = logs < np.log(0.5)
    # cot(pi p) = - cot(pi (1 - p)): the smaller of p and 1 - p keeps its digits.
    with np.errstate(divide="ignore"):
        log_q = np.where(below, logs, np.log(-np.expm1(logs)))
        angle = np.pi * np.exp(np.maximum(log_q, -FAR))
        near = np.log(np.maximum(np.cos(angle), 0.0)) - np.log(np.sin(angle))
    return np.where(below, 1.0, -1.0), np.where(log_q < -FAR, -np.log(np.pi) - log_q, near)


def _checked(log_p: npt.ArrayLike) -> FloatArray:
    logs = np.asarray(log_p, dtype=np.float64)
    if logs.ndim == 0 or logs.shape[-1] == 0 or not (logs <= 0).all():
        raise MethodError("give at least one logarithm of a p-value; none may be positive or NaN")
    return logs

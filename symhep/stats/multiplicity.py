"""Many hypotheses on one sample: p-values adjusted for their number, as logarithms."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from symhep.errors import MethodError

__all__ = ["holm", "holm_with_implications"]

FloatArray = npt.NDArray[np.float64]


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


def _checked(log_p: npt.ArrayLike) -> FloatArray:
    logs = np.asarray(log_p, dtype=np.float64)
    if logs.ndim == 0 or logs.shape[-1] == 0 or not (logs <= 0).all():
        raise MethodError("give at least one logarithm of a p-value; none may be positive or NaN")
    return logs

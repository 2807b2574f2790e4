"""The smallest of several p-values whose dependence is known."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri_exp

from symhep.errors import MethodError

__all__ = ["smallest_p"]

FloatArray = npt.NDArray[np.float64]

#: log p above which the two bounds differ.
BULK = -6.0
#: Gauss-Legendre points: the integrand is smooth, and 32 leave rounding only.
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(32)


def smallest_p(log_p: npt.ArrayLike, correlation: npt.ArrayLike) -> float:
    """Logarithm of the p-value of the least of m p-values ``log_p`` (m,), given their correlations.

    With z_i = Phi^-1(1 - p_i) taken as normal, of correlations c_ij >= 0 (``correlation`` (m, m), or (m - 1,): with the
    last one alone), and h that of the smallest p,

        P(max z > h) <= m p - sum_{(i, j) in a tree} P(z_i > h, z_j > h),

    for any tree of m - 1 pairs that connects all, the bound of Hunter (1976, J. Appl. Prob. 13, 597), exact for m = 2;
    taken is the tree of the largest sum, that of the largest correlations. By Plackett's identity
    (1954, Biometrika 41, 351)

        P(z_i > h, z_j > h) = p^2 + 1 / (2 pi) int_0^arcsin(c) exp(-h^2 / (1 + sin t)) dt.

    Near one, where that sum exceeds it, the bound of Slepian (1962, Bell Syst. Tech. J. 41, 463) is nearer:
    P(max z > h) <= 1 - prod P(z_i, z_j <= h) over disjoint pairs, those of the largest correlations. The smaller
    counts.

    Unlike a combination for any dependence, such as Cauchy's, it needs no p-values near 0 to be right.

    Raises MethodError for log_p > 0 or NaN, or correlations that are not in [0, 1].

    >>> round(float(np.exp(smallest_p(np.log([0.03, 0.2]), [0.0]))), 6)  # independent: 1 - 0.97^2
    0.0591
    >>> round(float(np.exp(smallest_p(np.log([0.03, 0.2]), [1.0]))), 6)
    0.03
    >>> round(smallest_p([-5000.0, -1.0], [0.5]), 4)  # 2 p
    -4999.3069
    >>> equal = [[1, 1, 0], [1, 1, 0], [0, 0, 1]]  # two, not three
    >>> round(float(np.exp(smallest_p(np.log([0.03, 0.2, 0.3]), equal))), 6)
    0.0591
    """
    logs, c = np.atleast_1d(np.asarray(log_p, dtype=np.float64)), np.asarray(correlation, dtype=np.float64)
    if len(logs) == 0 or not (logs <= 0).all():
        raise MethodError("natural logarithms of p-values must be zero or negative")
    m = len(logs)
    if not ((c >= 0) & (c <= 1)).all() or c.shape not in ((m - 1,), (m, m)):
        raise MethodError(f"{m} p-values need {m - 1} correlations with the last, in [0, 1]")
    least = float(logs.min())
    if least in (0.0, -np.inf):
        return least
    tree, pairs = (_tree(c), _pairs(c)) if c.ndim == 2 else (c, np.sort(c)[-1:])
    both = _both(least, tree)
    hunter = least + float(np.log(m - both.sum()))
    if hunter < BULK:
        return hunter
    p, some = np.exp(least), _both(least, pairs)
    none = float(np.log1p(-p * (2 - some)).sum()) + (m - 2 * len(pairs)) * float(np.log1p(-p))
    return min(hunter, float(np.log(-np.expm1(none))), 0.0)


def _both(log_p: float, c: FloatArray) -> FloatArray:
    """P(z_i > h, z_j > h) / p for correlations c: each over p, in logarithms, so that nothing underflows."""
    h = -float(ndtri_exp(log_p))
    angle = np.arcsin(c)[:, None] * (_NODES + 1) / 2
    shared = np.exp(-(h**2) / (1 + np.sin(angle)) - log_p) @ _WEIGHTS * np.arcsin(c) / (4 * np.pi)
    return np.minimum(shared + np.exp(log_p), 1.0)


def _tree(correlation: FloatArray) -> FloatArray:
    """The m - 1 correlations of the tree that connects all with the largest of them (Prim 1957)."""
    nearest = correlation[0].copy()
    nearest[0] = -1.0
    found = []
    for _ in range(len(correlation) - 1):
        i = int(nearest.argmax())
        found.append(nearest[i])
        nearest = np.where(nearest < 0, -1.0, np.maximum(nearest, correlation[i]))
        nearest[i] = -1.0
    return np.array(found)


def _pairs(correlation: FloatArray) -> FloatArray:
    """Correlations of disjoint pairs, the largest first."""
    c = np.tril(correlation, -1) + np.triu(np.full(correlation.shape, -1.0))
    found = []
    for _ in range(len(c) // 2):
        i, j = np.unravel_index(int(c.argmax()), c.shape)
        found.append(c[i, j])
        c[[i, j]], c[:, [i, j]] = -1.0, -1.0
    return np.array(found)

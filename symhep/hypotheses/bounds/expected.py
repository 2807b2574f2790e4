"""Expected limit on the largest of several violations if all of them are zero."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, sqrt

import numpy as np
import numpy.typing as npt
from scipy.stats import norm
from scipy.stats.qmc import Sobol

__all__ = ["expected_largest"]

FloatArray = npt.NDArray[np.float64]

#: Quasi-random samples that the median is taken over: the same in every run.
POINTS = 1024


def expected_largest(root: FloatArray, parts: Sequence[slice], squared: Sequence[float]) -> float:
    """Median, over means m ~ N(0, C) of all quantities together, of the largest upper end in their ellipses.

    The limit of a row is the largest of those of several functions: its median is not the largest of their medians.
    An upper end is abs(m) + sqrt(T^2 lambda), lambda the largest eigenvalue of the quantity's own covariance: exact
    where both eigenvalues of a harmonic are the same, else a little above.

    Parameters
    ----------
    root
        (R, K) with root^T root the covariance of all K components of all quantities: any square root of it, or the
        residuals of R events over their number.
    parts
        Which of the K belong to each quantity.
    squared
        T^2 at the edge of the ellipse of each (`symhep.hypotheses.bounds.region.Region.squared`).

    >>> one = expected_largest(np.eye(2), [slice(0, 2)], [9.0])
    >>> abs(one - (3 + 1.1774)) < 0.02  # the median of chi_2 is 1.1774
    True
    """
    if not parts:
        return 0.0
    if inf in squared:
        return inf
    if len(root) > root.shape[1]:
        values, vectors = np.linalg.eigh(root.T @ root)
        root = (vectors * np.sqrt(np.maximum(values, 0.0))).T
    normal = norm.ppf(Sobol(len(root), scramble=False).random(POINTS) + 0.5 / POINTS)
    m = normal @ root
    ends = []
    for part, edge in zip(parts, squared, strict=True):
        longest = float(np.linalg.norm(root[:, part], ord=2)) ** 2
        ends.append(np.linalg.norm(m[:, part], axis=1) + sqrt(edge * longest))
    return float(np.median(np.max(ends, axis=0)))

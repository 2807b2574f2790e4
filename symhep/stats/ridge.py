"""Ridge regression from sums over events, the penalty of each column by generalised cross-validation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from symhep.errors import MethodError

__all__ = ["PENALTIES", "Ridge", "ridge"]

FloatArray = npt.NDArray[np.float64]

#: Penalties that are tried, in units of the variance of a feature.
PENALTIES = (1e-6, 1e-4, 1e-3, 1e-2, 0.03, 0.1, 0.3)
#: Eigenvalues of the Gram matrix below this of the largest are left out: signed weights make some negative.
RESOLUTION = 1e-9


@dataclass(frozen=True, eq=False)
class Ridge:
    """Fits y ~ s^T b of M columns y on J features s.

    Attributes
    ----------
    coefficients
        (J, M) b.
    penalties
        (M,) that were chosen.
    """

    coefficients: FloatArray
    penalties: FloatArray
    _values: FloatArray
    _vectors: FloatArray

    def solver(self, column: int) -> FloatArray:
        """(G + penalty)^-1 of one column, (J, J): ``coefficients[:, column]`` is this times its cross products."""
        return (self._vectors / (self._values + self.penalties[column])) @ self._vectors.T


def ridge(gram: FloatArray, cross: FloatArray, squares: FloatArray, events: float) -> Ridge:
    """Regression of M columns on J features from G = E[s s^T], E[s y^T] and E[y^2], weights of sum one.

    The penalty l of each column is that of `PENALTIES` with the least generalised cross-validation,
    E[(y - s^T b)^2] / (1 - tr(G (G + l)^-1) / n)^2 (Golub, Heath and Wahba 1979, Technometrics 21, 215).

    Parameters
    ----------
    gram, cross, squares
        (J, J), (J, M), (M,). Features should have variances near one.
    events
        n, the effective number of events.

    Raises `MethodError` for numbers that are not finite.

    >>> rng = np.random.default_rng(1)
    >>> s = rng.normal(size=(1000, 3))
    >>> y = s[:, :1] + 0.1 * rng.normal(size=(1000, 1))
    >>> fit = ridge(s.T @ s / 1000, s.T @ y / 1000, (y**2).mean(axis=0), 1000)
    >>> abs(fit.coefficients.round(1)).T.tolist()
    [[1.0, 0.0, 0.0]]
    """
    if not all(np.isfinite(part).all() for part in (gram, cross, squares)):
        raise MethodError("events or weights are not finite; remove NaN and infinities")
    values, vectors = np.linalg.eigh(gram)
    kept = values > RESOLUTION * max(float(values[-1]), 0.0)
    values, vectors = values[kept], vectors[:, kept]
    b = vectors.T @ cross
    scores, fits = [], []
    for penalty in PENALTIES:
        inverse = 1 / (values + penalty)
        shrunk = values * inverse
        left = squares - ((2 * inverse - values * inverse**2)[:, None] * b**2).sum(axis=0)
        scores.append(left / max(1 - float(shrunk.sum()) / events, 1e-3) ** 2)
        fits.append(vectors @ (inverse[:, None] * b))
    best = np.argmin(scores, axis=0)
    coefficients = np.stack(fits)[best, :, np.arange(cross.shape[1])].T
    return Ridge(coefficients, np.asarray(PENALTIES)[best], values, vectors)

"""How elements act on the algebra: do they commute with its generators, or anticommute?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2

from symhep_symmetrygan.inference.elements import Measured
from symhep_symmetrygan.inference.fit import SpanFit

__all__ = ["Action", "actions"]

FloatArray = npt.NDArray[np.float64]

#: Rounding of a covariance.
LEAST = 1e-12
#: Within this of +1 or -1, relative to their distance, the action is one of them or neither.
CLEAR = 0.5


@dataclass(frozen=True)
class Action:
    """g X_a g^-1 = sum_b M_ba X_b + what leads out of the algebra.

    ``matrix`` M (r, r) for the fitted basis. ``kind``: 'commutes' (M = 1), 'anticommutes' (M = -1), 'mixes'.
    ``difference``: |g X g^-1 - (+-X)| over |X|, with its standard ``error``; of 'mixes', the part outside of the
    algebra. ``p_value``: of that difference being zero.
    """

    kind: str
    matrix: FloatArray
    difference: float
    error: float
    p_value: float


def actions(measured: Measured, fit: SpanFit) -> list[Action]:
    """The `Action` of every element, within its error and that of the generators.

    Errors to first order: exp(u) g moves Ad(g) X by [u, Ad(g) X]. Terms of second order have the size of the trace of
    that covariance; directions along which the first order is not larger are not judged.
    """
    x, (r, g) = fit.basis, fit.basis.shape
    f = measured.tangents.constants
    adjoint = measured.tangents.adjoint(measured.elements)
    out = list[Action]()
    for turn, covariance in zip(adjoint, measured.covariance, strict=True):
        moved = x @ turn.T
        matrix = moved @ x.T
        signs = {"commutes": 1.0, "anticommutes": -1.0}
        kind = min(signs, key=lambda k: float(np.linalg.norm(matrix - signs[k] * np.eye(r))))
        mixes = np.linalg.norm(matrix - signs[kind] * np.eye(r)) > CLEAR
        slope = np.einsum("abc,rb->rca", f, moved).reshape(r * g, g)
        spread = slope @ covariance @ slope.T
        if mixes:
            outside = np.kron(np.eye(r), np.eye(g) - x.T @ x)
            left = outside @ moved.ravel()
            jacobian = outside @ (np.kron(np.eye(r), turn) - np.kron(matrix, np.eye(g)))
            spread = outside @ spread @ outside
        else:
            left = (moved - signs[kind] * x).ravel()
            jacobian = np.kron(np.eye(r), turn - signs[kind] * np.eye(g))
        spread = spread + jacobian @ fit.covariance @ jacobian.T
        values, vectors = np.linalg.eigh(spread)
        second = max(float(np.trace(spread)), LEAST) ** 2
        used = values > second
        quality = float((((left @ vectors)[used]) ** 2 / (values[used] + second)).sum())
        p = float(chi2.sf(quality, int(used.sum()))) if used.any() else 1.0
        size = float(np.sqrt(r))
        error = float(np.sqrt(max(np.trace(spread), 0.0))) / size
        out.append(Action("mixes" if mixes else kind, matrix, float(np.linalg.norm(left)) / size, error, p))
    return out

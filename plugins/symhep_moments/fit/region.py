"""How well the symmetries are known: a readable basis of their span with errors, and how far the true one may be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from symhep.lie.sparsest import sparsest
from symhep_moments.fit.rank import RankTest

__all__ = ["Region", "coefficient_covariance", "region"]

FloatArray = npt.NDArray[np.float64]

#: Spans drawn from the errors, for the quantiles of their angles.
DRAWS = 4000
LEVEL = 0.95


@dataclass(frozen=True, eq=False)
class Region:
    """A basis of the span that was found, and how far the true span may be from it.

    Attributes
    ----------
    theta
        (G, r) orthonormal columns of coefficients of the candidates, as sparse as can be.
    errors
        (G, r) their standard errors. A turn of the basis within its span is no error.
    covariance
        (r G, r G) of the coefficients, column by column.
    angle_95
        The largest principal angle, in radians, between the found and the true span is below this with 95 %.
    angles_95
        (r,) the same for each column: of its angle to the true span.
    """

    theta: FloatArray
    errors: FloatArray
    covariance: FloatArray
    angle_95: float
    angles_95: FloatArray


def region(test: RankTest, seed: int = 0) -> Region:
    """Confidence region of the span of ``test.theta`` on the Grassmannian of r-planes among G candidates.

    Near the estimate spans are those of theta + normal @ delta, delta normal with the covariance of the fit. An
    orthonormal basis B = theta T moves by D = (1 - B B^T) normal delta T. That gives the errors of the coefficients,
    and the singular values of D are the tangents of the principal angles. Quantiles from 4000 draws of delta. Angles
    depend on the units of translations: those of the scaled events.

    The errors are those of a linear fit. The noise of the moments of broken generators, which it takes as known, makes
    them somewhat too small where there are few events for many candidates: angle_95 covers 94 % for isotropic
    decays and 91 % for Gaussian events among ten candidates (n = 2000, 250 samples each), 85 +- 6 % for so(4) among
    nineteen (n = 5000, 40 samples).

    Signs and order of the columns: the largest coefficient is positive, and candidates come in their order.

    >>> test = RankTest(1, 0.0, {}, np.array([[0.0], [2.0]]), np.array([[1.0], [0.0]]), np.array([[0.04]]))
    >>> found = region(test)  # the second candidate, with 0.2 / 2 of the first
    >>> abs(found.theta.T).tolist(), found.errors.round(6).T.tolist()
    ([[0.0, 1.0]], [[0.1, 0.0]])
    >>> 0.19 < found.angle_95 < 0.2  # arctan(1.96 * 0.1)
    True
    """
    basis, mixing = _readable(test, seed)
    g, r = basis.shape
    covariance = coefficient_covariance(basis, mixing, test.normal, test.covariance)
    drawn = _drawn(covariance, seed).reshape(DRAWS, r, g)
    sines = np.linalg.norm(drawn, axis=2)
    largest = np.linalg.norm(drawn, ord=2, axis=(1, 2))
    return Region(
        basis,
        np.sqrt(np.maximum(np.diag(covariance), 0.0)).reshape(r, g).T,
        covariance,
        float(np.arctan(np.quantile(largest, LEVEL))),
        np.arctan(np.quantile(sines, LEVEL, axis=0)),
    )


def _readable(test: RankTest, seed: int) -> tuple[FloatArray, FloatArray]:
    """Orthonormal sparse columns (G, r) = theta @ mixing."""
    start = np.linalg.qr(test.theta)[0]
    noise = _typical_error(test, start)
    # The search has random starts; the answer, if it is the sparsest, does not depend on them.
    rotation = sparsest(start.T, np.random.default_rng(seed), noise)
    basis = (rotation @ start.T).T
    return basis, np.asarray(np.linalg.lstsq(test.theta, basis, rcond=None)[0], dtype=np.float64)


def _typical_error(test: RankTest, basis: FloatArray) -> float:
    """Three times the root mean square error of a coefficient: smaller ones count as zero."""
    mixing = np.asarray(np.linalg.lstsq(test.theta, basis, rcond=None)[0], dtype=np.float64)
    covariance = coefficient_covariance(basis, mixing, test.normal, test.covariance)
    return 3 * float(np.sqrt(np.trace(covariance) / basis.size))


def coefficient_covariance(
    basis: FloatArray, mixing: FloatArray, normal: FloatArray, covariance: FloatArray
) -> FloatArray:
    """Of an orthonormal basis (G, r) = theta @ mixing, column by column, from that of vec(delta): (r G, r G).

    The basis moves by (1 - B B^T) normal delta mixing; a turn within its span is no error.
    """
    outside = normal - basis @ (basis.T @ normal)
    moves = np.einsum("gn,rs->sgrn", outside, mixing).reshape(basis.size, -1)
    return np.asarray(moves @ covariance @ moves.T)


def _drawn(covariance: FloatArray, seed: int) -> FloatArray:
    """(DRAWS, m) normal numbers with this covariance, which may be singular."""
    values, vectors = np.linalg.eigh(covariance)
    root = (
        vectors * np.sqrt(np.maximum(values, 0.0))
    ) @ vectors.T  # the one root that no choice of vectors changes
    return np.asarray(np.random.default_rng(seed).normal(size=(DRAWS, len(root))) @ root)

"""The fitted span as generators with errors, closed and named."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from symhep.errors import MethodError
from symhep.lie.generators import Generators
from symhep.lie.identify import Identification, identify
from symhep.lie.identify.identification import AMBIGUOUS
from symhep.lie.labels import combination_label
from symhep.lie.noise import BORDER
from symhep.lie.sparsest import sparsest
from symhep_symmetrygan.inference.fit import SpanFit
from symhep_symmetrygan.inference.tangents import Tangents

__all__ = ["Named", "name_span"]

FloatArray = npt.NDArray[np.float64]

#: Coefficients are written as 0 or 1 if they are within so many standard errors of it, as ranks are decided.
SAME = BORDER


@dataclass(frozen=True, eq=False)
class Named:
    """``coefficients`` (r, G) of length one along the generators of the space, ``errors`` (r, G), ``labels`` (r,).

    ``covariance`` (r, G, G) of the coefficients of each.
    """

    coefficients: FloatArray
    errors: FloatArray
    labels: tuple[str, ...]
    identification: Identification | None
    covariance: FloatArray


def name_span(fit: SpanFit, tangents: Tangents, generators: Generators, seed: int = 0) -> Named:
    """The span in its sparsest basis, with its name within errors.

    Errors are those of the fit, times (chi^2 / freedom)^1/2 if that is above one: then those of the elements were too
    small by as much.
    """
    r, g = fit.basis.shape
    if not r:
        return Named(np.zeros((0, g)), np.zeros((0, g)), (), None, np.zeros((0, g, g)))
    scale = max(1.0, fit.chi2 / fit.freedom) if fit.freedom > 0 else 1.0
    raw = fit.basis * tangents.extents
    to_rows = np.linalg.svd(raw, full_matrices=False)
    orthonormal = to_rows[2]
    mixing = orthonormal @ np.linalg.pinv(raw)  # orthonormal = mixing raw
    jacobian = np.kron(mixing, np.diag(tangents.extents))
    covariance = scale * jacobian @ fit.covariance @ jacobian.T
    error = float(np.sqrt(np.diag(covariance).max(initial=0.0)))
    turn = sparsest(orthonormal, np.random.default_rng(seed), noise=SAME * error)
    rows = turn @ orthonormal
    jacobian = np.kron(turn, np.eye(g))
    covariance = jacobian @ covariance @ jacobian.T
    errors = np.sqrt(np.maximum(np.diag(covariance), 0.0)).reshape(r, g)
    labels = tuple(combination_label(c, e, generators.labels) for c, e in zip(rows, errors, strict=True))
    own = np.einsum("sgsh->sgh", covariance.reshape(r, g, r, g))
    return Named(rows, errors, labels, _identified(rows, covariance, generators), own)


def _identified(rows: FloatArray, covariance: FloatArray, generators: Generators) -> Identification:
    matrices = np.asarray(generators.homogeneous().matrices, dtype=np.float64)
    r, g = rows.shape
    blocks = covariance.reshape(r, g, r, g)
    variance = np.einsum("sgsh,gij,hij->sij", blocks, matrices, matrices, optimize=True)
    errors = np.sqrt(np.maximum(variance, 0.0)) if variance.max(initial=0.0) > 0 else None
    try:
        return identify(np.tensordot(rows, matrices, 1), errors)
    except MethodError as error:
        return Identification(AMBIGUOUS, r, 0.0, str(error), False, np.nan, np.nan)

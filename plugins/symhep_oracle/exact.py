"""The exact solver: generators as the null space of the conditions of invariance.

Invariance to first order, grad phi(x_n) . v(x_n) = 0 at every event, is linear in the unknowns of v; no step
eps, no training. The null space comes from the Gram matrix of the conditions, gathered in one pass over the
events; a second pass along its eigenvectors gives the singular values without the loss of half the digits
that the squares cost.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from torch import Tensor

from symhep_oracle.conditions import Conditions, Grams
from symhep_oracle.fields import Fields
from symhep_oracle.oracles.interface import DOUBLE, Oracle
from symhep_oracle.solution import Solution
from symhep_oracle.spectrum import by_gap, by_rounding, rounding_floor

__all__ = ["influences", "solve"]

FloatArray = npt.NDArray[np.float64]


def solve(
    oracle: Oracle,
    x: Tensor,
    weights: FloatArray,
    fields: Fields,
    rng: np.random.Generator,
    scale: float = 1.0,
) -> Solution:
    """All vector fields of the family ``fields`` that leave ``oracle`` as it is on the events ``x`` (N, D).

    ``weights`` (N,) are importances and not negative; ``scale`` is the unit of the fields. Raises
    `MethodError` with too few events, or if the oracle is constant.

    >>> import torch
    >>> from symhep_oracle.fields import LinearFields
    >>> from symhep_oracle.layout import Layout
    >>> from symhep_oracle.oracles.norms import Norm
    >>> x = torch.randn(100, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    >>> layout = Layout(1, 3)
    >>> found = solve(Norm(layout, 2), x, np.ones(100), LinearFields(layout), np.random.default_rng(1))
    >>> found.dimension, bool(found.residuals.max() < 1e-14)
    (3, True)
    """
    conditions = Conditions(oracle, fields, x, weights, scale)
    grams = conditions.grams()
    values, vectors = np.linalg.eigh(grams.mean)
    k, largest = len(values), values[-1]
    # Eigenvalues that rounding may have made; the second pass tells.
    unsure = int((values < max(k * DOUBLE, (k * oracle.precision) ** 2) * largest).sum())
    squares, products = conditions.along(vectors, unsure)
    if unsure:
        _, turn = np.linalg.eigh(products.sum(axis=0))
        vectors[:, :unsure] = vectors[:, :unsure] @ turn
        squares[:, :unsure] = np.einsum("ti,btu,ui->bi", turn, products, turn, optimize=True).clip(0.0)
    total = grams.weights.sum()
    sizes = np.sqrt(squares.sum(axis=0) / total)
    order = np.argsort(sizes, kind="stable")
    sizes, squares, vectors = sizes[order], squares[:, order], vectors[:, order]
    spectrum = sizes / sizes[-1]
    condition = 1 / spectrum[unsure] if unsure < k else 1.0
    floor = rounding_floor(oracle.precision, k, condition)
    count = by_rounding(spectrum, floor)
    if oracle.approximate:
        count = by_gap(spectrum, count.value, grams, conditions, rng)
    g = count.value
    return Solution(
        coefficients=vectors[:, :g].T.copy(),
        influences=influences(grams, vectors, sizes**2, g),
        spectrum=spectrum,
        noise=_spectrum_noise(squares, grams.weights, sizes),
        dimension=g,
        confidence=count.confidence,
        reason=count.reason,
        residuals=spectrum[:g],
        details={"decision": count.evidence, "unknowns": k, "events": len(x), "blocks": len(squares)},
    )


def influences(grams: Grams, vectors: FloatArray, values: FloatArray, dimension: int) -> FloatArray:
    """(B, G, K): how each piece of the evidence tilts the null space, to first order in perturbation theory.

    dv_g = sum_j v_j (v_j^T dG v_g) / (lambda_g - lambda_j) over the directions j outside the null space.
    ``vectors`` (K, K) are the eigenvectors of the mean Gram matrix as columns, ``values`` their eigenvalues.
    """
    null, rest = vectors[:, :dimension], vectors[:, dimension:]
    if dimension == 0 or rest.shape[1] == 0:
        return np.zeros((1, dimension, len(vectors)))
    mixing = rest.T @ grams.pieces(null)  # (B, K - G, G)
    mixing /= values[:dimension] - values[dimension:, None]
    return np.asarray(np.swapaxes(rest @ mixing, 1, 2))


def _spectrum_noise(squares: FloatArray, weights: FloatArray, sizes: FloatArray) -> FloatArray:
    """Standard errors of the relative singular values, from how the mean squares differ between blocks."""
    moved = squares - weights[:, None] * sizes**2
    blocks = len(squares)
    error = np.sqrt((moved**2).sum(axis=0) * blocks / max(blocks - 1, 1)) / weights.sum()
    return np.asarray(error / (2 * np.maximum(sizes, np.finfo(float).tiny)) / sizes[-1])

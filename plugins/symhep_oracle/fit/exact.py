"""The exact solver: generators as the null space of the conditions of invariance.

Invariance to first order, grad phi(x_n) . v(x_n) = 0 at every event, is linear in the unknowns of v; no step
eps, no training. The null space comes from the Gram matrix of the conditions, gathered in one pass over the
events; a second pass along its eigenvectors gives the singular values without the loss of half the digits
that the squares cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from torch import Tensor

from symhep_oracle.fit.conditions import Conditions, Grams
from symhep_oracle.fit.fields import Fields
from symhep_oracle.fit.record import ExactRecord, GapDecision, RoundingDecision
from symhep_oracle.fit.solution import Solution
from symhep_oracle.fit.spectrum import by_gap, by_rounding, rounding_floor
from symhep_oracle.oracles.interface import DOUBLE, Oracle
from symhep_oracle.record import SolverRecord

__all__ = ["influences", "solve", "solve_conditions"]

FloatArray = npt.NDArray[np.float64]

#: Passes along the eigenvectors; each gains the digits that a Gram matrix has.
PASSES = 4
#: Fields next to the null space that are kept, to be named.
NAMED = 5


def solve(
    oracle: Oracle,
    x: Tensor,
    weights: FloatArray,
    fields: Fields,
    rng: np.random.Generator,
    scale: float = 1.0,
    trained: Sequence[Oracle] = (),
    dimension: int | None = None,
) -> Solution:
    """All vector fields of the family ``fields`` that leave ``oracle`` as it is on the events ``x`` (N, D).

    ``weights`` (N,) are importances and not negative; ``scale`` is the unit of the fields; ``trained`` are estimates of
    the same function from bootstrap samples, which tell how stable the number is; ``dimension`` is the number of an
    estimate's fields where that is decided already. Raises `MethodError` with too few
    events, or if the oracle is constant.

    >>> import torch
    >>> from symhep_oracle.fit.fields import LinearFields
    >>> from symhep_oracle.oracles.layout import Layout
    >>> from symhep_oracle.oracles.norms import Norm
    >>> x = torch.randn(100, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    >>> layout = Layout(1, 3)
    >>> found = solve(Norm(layout, 2), x, np.ones(100), LinearFields(layout), np.random.default_rng(1))
    >>> found.dimension, bool(found.residuals.max() < 1e-14)
    (3, True)
    """
    return solve_conditions(Conditions(oracle, fields, x, weights, scale), rng, trained, dimension)


def solve_conditions(
    conditions: Conditions,
    rng: np.random.Generator,
    trained: Sequence[Oracle] = (),
    dimension: int | None = None,
) -> Solution:
    """`solve`, of conditions that are written down already."""
    oracle, grams = conditions.oracle, conditions.grams()
    found = _diagonalise(conditions, grams)
    sizes, k = found.sizes, len(found.sizes)
    spectrum = sizes / sizes[-1]
    floor = rounding_floor(oracle.precision, k)
    count = by_rounding(spectrum, floor)
    if oracle.approximate and dimension is not None:
        count = replace(count, value=dimension)
    elif oracle.approximate:
        count = by_gap(spectrum, count.value, grams, conditions, rng, trained)
    g = count.value
    if g <= found.unsure:
        moved = found.products[:, :, :g] / grams.weights.sum()
    else:
        moved = found.vectors.T @ grams.pieces(found.vectors[:, :g])
    return Solution(
        coefficients=found.vectors[:, :g].T.copy(),
        influences=influences(moved, found.vectors, sizes**2),
        spectrum=spectrum,
        noise=_spectrum_noise(found.squares, grams.weights, sizes),
        dimension=g,
        stability=count.stability,
        reason=count.reason,
        residuals=spectrum[:g],
        gap=float(spectrum[g:].min(initial=1.0)),
        outside=found.vectors[:, g:].T / np.maximum(spectrum[g:, None], np.finfo(float).tiny),
        solver=SolverRecord(
            name="exact",
            exact=ExactRecord(
                event_blocks=len(found.squares),
                largest=sizes[-1],
                rounding=count.decision if isinstance(count.decision, RoundingDecision) else None,
                gap=count.decision if isinstance(count.decision, GapDecision) else None,
            ),
        ),
        arrays={"broken": found.vectors[:, g : g + NAMED].T.copy()},
    )


@dataclass(frozen=True)
class _Eigen:
    """Eigenvectors of the mean Gram matrix (K, K) as columns, rms conditions along them (K,), increasing.

    The first ``unsure`` of them a Gram matrix cannot tell from null. ``squares`` (B, K) and ``products``
    (B, K, unsure) are sums over blocks of events along these vectors.
    """

    vectors: FloatArray
    sizes: FloatArray
    unsure: int
    squares: FloatArray
    products: FloatArray


def _diagonalise(conditions: Conditions, grams: Grams) -> _Eigen:
    """Eigenvectors from the Gram matrix, improved by passes along them until rounding alone is left.

    Rounding tilts the null vectors of the Gram matrix by eps lambda_max / lambda_gap, much where momenta
    range from GeV to TeV. The conditions along them, A v_0, are small and lose nothing, so that
    v_0 - sum_j v_j (v_j^T A^T A v_0) / lambda_j is better by that factor once more.
    """
    values, vectors = np.linalg.eigh(grams.mean)
    k, total = len(values), grams.weights.sum()
    # Eigenvalues that rounding may have made.
    unsure = int((values < max(k * DOUBLE, (k * conditions.oracle.precision) ** 2) * values[-1]).sum())
    for _ in range(PASSES):
        squares, products = conditions.along(vectors, unsure)
        if unsure in (0, k):
            break
        mean = products.sum(axis=0) / total
        sizes = squares.sum(axis=0)[unsure:] / total
        tilt = mean[unsure:] / sizes[:, None]
        # Not the floor that tells zero from the rest: what is left behind must stay well below that.
        if np.abs(tilt).max() < DOUBLE * np.sqrt(values[-1] / sizes.min()):
            break
        vectors[:, :unsure] -= vectors[:, unsure:] @ tilt
        vectors[:, :unsure] = np.linalg.qr(vectors[:, :unsure])[0]
        # The others must stay orthogonal to them; what they are among themselves does not matter.
        vectors[:, unsure:] -= vectors[:, :unsure] @ (vectors[:, :unsure].T @ vectors[:, unsure:])
    if unsure:
        _, turn = np.linalg.eigh(products[:, :unsure].sum(axis=0))
        vectors[:, :unsure] = vectors[:, :unsure] @ turn
        products = products @ turn
        products[:, :unsure] = turn.T @ products[:, :unsure]
        squares[:, :unsure] = np.einsum("bii->bi", products[:, :unsure]).clip(0.0)
    sizes = np.sqrt(squares.sum(axis=0) / total)
    order = np.r_[
        np.argsort(sizes[:unsure], kind="stable"), unsure + np.argsort(sizes[unsure:], kind="stable")
    ]
    products = products[:, order][:, :, order[:unsure]]
    return _Eigen(vectors[:, order], sizes[order], unsure, squares[:, order], products)


def influences(moved: FloatArray, vectors: FloatArray, values: FloatArray) -> FloatArray:
    """(B, G, K): how each piece of the evidence tilts the null space, to first order in perturbation theory.

    dv_g = sum_j v_j (v_j^T dG v_g) / (lambda_g - lambda_j) over the directions j outside the null space.
    ``moved`` (B, K, G) is v_j^T dG v_g, ``vectors`` (K, K) the eigenvectors of the mean Gram matrix as
    columns, ``values`` (K,) its eigenvalues.
    """
    g = moved.shape[2]
    if g in (0, len(vectors)):
        return np.zeros((1, g, len(vectors)))
    mixing = moved[:, g:] / (values[:g] - values[g:, None])
    return np.asarray(np.swapaxes(vectors[:, g:] @ mixing, 1, 2))


def _spectrum_noise(squares: FloatArray, weights: FloatArray, sizes: FloatArray) -> FloatArray:
    """Standard errors of the relative singular values, from how the mean squares differ between blocks."""
    moved = squares - weights[:, None] * sizes**2
    blocks = len(squares)
    error = np.sqrt((moved**2).sum(axis=0) * blocks / max(blocks - 1, 1)) / weights.sum()
    return np.asarray(error / (2 * np.maximum(sizes, np.finfo(float).tiny)) / sizes[-1])

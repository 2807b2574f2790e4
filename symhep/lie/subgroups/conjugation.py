"""Search for a group element that moves one subalgebra into another, many pairs and starts at once.

The basis of the group's algebra begins with J_x, J_y, J_z, K_x, K_y, K_z.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from symhep.lie.notation import Rows

__all__ = ["Embeddings", "adjoint_exponential", "embed"]

FloatArray = npt.NDArray[np.float64]

#: Rounds of iterations; after each, pairs that are solved leave the batch.
ROUNDS = (12, 12, 16, 20)
#: A walker whose loss falls by less than this factor in a round has stalled.
STALLED = 0.8
#: Sine below which a pair counts as solved, far above rounding and far below what a bounded contraction can reach.
SOLVED = 1e-10
#: Boosts whose adjoint matrix is larger (rapidity 7) are contractions under way, not conjugations.
LARGEST = 1e3
#: Parameters nearer to zero are another class, where the parameter vanishes: with the largest boost, a = 1e-3 leaves a
#: residual above 1e-6, which is no rounding (1e-5 would pass for one). Larger ones are contractions.
SMALLEST, HIGHEST = 1e-3, 1e4


@dataclass(frozen=True, eq=False)
class Embeddings:
    """Best of all starts per pair: residual (B,), adjoint matrices (B, n, n), parameters (B, Q)."""

    residuals: FloatArray
    conjugations: FloatArray
    parameters: FloatArray


def adjoint_exponential(directions: FloatArray, constants: FloatArray) -> FloatArray:
    """exp(ad_X) (..., n, n) acting on columns of coefficients, for X of coefficients (..., n).

    Taylor series of order 10 after division by 2^6: exact to rounding for |ad_X| < 8.

    >>> from symhep.lie.bases import so
    >>> from symhep.lie.structure import structure_constants
    >>> f = structure_constants(so(3).matrices).constants
    >>> np.trace(adjoint_exponential(np.array([0.0, 0.0, np.pi]), f)).round(12)
    np.float64(-1.0)
    """
    x = np.einsum("...i,ijk->...kj", directions, constants) / 64.0
    result = np.broadcast_to(np.eye(constants.shape[0]), x.shape).copy()
    term = result
    for order in range(1, 11):
        term = term @ x / order
        result = result + term
    for _ in range(6):
        result = result @ result
    return result


@dataclass(eq=False)
class _Walkers:
    """All starts of all pairs: what they move (A, slopes), out of where (1 - P_B), and where they stand."""

    pair: npt.NDArray[np.intp]
    constant: FloatArray
    slopes: FloatArray
    outside: FloatArray
    positive: npt.NDArray[np.bool_]
    ad: FloatArray
    p: FloatArray
    damping: FloatArray

    def subset(self, keep: npt.NDArray[np.bool_] | npt.NDArray[np.intp]) -> _Walkers:
        return _Walkers(*(getattr(self, field.name)[keep] for field in fields(self)))


def embed(
    inner: Sequence[Rows],
    outer: Sequence[FloatArray],
    positive: npt.NDArray[np.bool_],
    constants: FloatArray,
    starts: FloatArray,
    values: FloatArray,
) -> Embeddings:
    """For every pair the conjugation g and the parameters p that bring Ad_g inner(p) into the span of outer.

    Levenberg-Marquardt on r = W Ad_g A(p) (1 - P_B), W making the moved rows orthonormal, so that a contraction is
    no way to a small residual; all pairs and starts in one array.

    Parameters
    ----------
    inner, outer
        B pairs: a family of subalgebras, A(p) with rows (a, n) and Q parameters, and rows (b, n) of a fixed one;
        a and Q are the same for all pairs, b is not.
    positive
        (B, Q): the parameter must be positive, otherwise only different from zero.
    constants
        Structure constants (n, n, n) of the group's algebra.
    starts, values
        First conjugations, (S, n) exponential coordinates shared by all pairs, and first parameters (S, Q).

    Returns
    -------
    The best start per pair; the residual is the largest sine of a principal angle, infinite where no start
    stayed within bounds.
    """
    pairs, tries, n = len(inner), len(starts), constants.shape[0]
    walkers = _Walkers(
        np.repeat(np.arange(pairs), tries),
        np.repeat(np.stack([rows.constant for rows in inner]), tries, axis=0),
        np.repeat(np.stack([rows.slopes for rows in inner]), tries, axis=0),
        np.repeat(np.stack([_complement(rows) for rows in outer]), tries, axis=0),
        np.repeat(positive, tries, axis=0),
        np.tile(adjoint_exponential(starts, constants), (pairs, 1, 1)),
        np.tile(values, (pairs, 1)),
        np.full(pairs * tries, 0.1),
    )
    best = Embeddings(
        np.full(pairs, np.inf), np.tile(np.eye(n), (pairs, 1, 1)), np.zeros((pairs, values.shape[1]))
    )
    for iterations in ROUNDS:
        moving = _walk(walkers, constants, iterations)
        sines = _sines(walkers, constants)
        order = np.argsort(-sines, kind="stable")  # the best of a pair is written last
        order = order[sines[order] < best.residuals[walkers.pair[order]]]
        best.residuals[walkers.pair[order]] = sines[order]
        best.conjugations[walkers.pair[order]] = walkers.ad[order]
        best.parameters[walkers.pair[order]] = walkers.p[order]
        walkers = walkers.subset(moving & (best.residuals[walkers.pair] > SOLVED))
        if len(walkers.pair) == 0:
            break
    return best


def _walk(walkers: _Walkers, constants: FloatArray, iterations: int) -> npt.NDArray[np.bool_]:
    """Move every walker; true for those that still make progress, false in a minimum that is no zero."""
    n = constants.shape[0]
    r, jacobian = _linearise(walkers, constants)
    loss = np.einsum("bi,bi->b", r, r)
    before = loss.copy()
    for _ in range(iterations):
        step = _step(jacobian, r, walkers.damping * np.minimum(loss, 1.0))
        trial = walkers.subset(np.arange(len(step)))
        trial.ad = adjoint_exponential(step[:, :n], constants) @ walkers.ad
        trial.p = walkers.p + step[:, n:]
        r_new, jacobian_new = _linearise(trial, constants)
        loss_new = np.einsum("bi,bi->b", r_new, r_new)
        better = loss_new < loss
        walkers.damping = np.clip(np.where(better, walkers.damping / 4, walkers.damping * 6), 1e-9, 1e12)
        walkers.ad[better], walkers.p[better] = trial.ad[better], trial.p[better]
        r[better], jacobian[better], loss[better] = r_new[better], jacobian_new[better], loss_new[better]
    return np.asarray((loss < STALLED * before) | (loss < SOLVED))


def _linearise(walkers: _Walkers, constants: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Residuals (B, a n) and their derivative (B, a n, n + Q) with W held fixed: exact where the residual is zero."""
    rows = walkers.constant + np.einsum("bq,bqak->bak", walkers.p, walkers.slopes)
    transposed = walkers.ad.swapaxes(1, 2)
    moved = rows @ transposed
    q, triangle = np.linalg.qr(moved.swapaxes(1, 2))  # moved = triangle^T q^T, so W = triangle^-T
    pivots = np.abs(np.einsum("baa->ba", triangle))
    lost = ~(pivots.min(axis=1) > 1e-12 * pivots.max(axis=1))
    q[lost], triangle[lost] = (
        np.nan,
        np.eye(triangle.shape[1]),
    )  # moved too far to be told apart: never better
    r = q.swapaxes(1, 2) @ walkers.outside
    shift = np.einsum("baj,ijk->biak", moved, constants)
    shift = np.concatenate([shift, walkers.slopes @ transposed[:, None]], axis=1) @ walkers.outside[:, None]
    jacobian = np.linalg.solve(triangle.swapaxes(1, 2)[:, None], shift)
    flat = jacobian.reshape(*jacobian.shape[:2], -1).swapaxes(1, 2)
    return r.reshape(len(r), -1), flat


def _step(jacobian: FloatArray, r: FloatArray, damping: FloatArray) -> FloatArray:
    """Levenberg-Marquardt step, turning and boosting by at most 1; the damping falls with the loss: fast near zero."""
    transposed = jacobian.swapaxes(1, 2)
    normal = transposed @ jacobian
    size = np.einsum("bii->b", normal) / normal.shape[1]
    normal += ((damping + 1e-14) * np.maximum(size, 1e-300))[:, None, None] * np.eye(normal.shape[1])
    step = -np.linalg.solve(normal, transposed @ r[..., None])[..., 0]
    turn = np.linalg.norm(step[:, :6], axis=1, keepdims=True)  # translations and parameters may take any step
    return np.asarray(step / np.maximum(1.0, turn))


def _sines(walkers: _Walkers, constants: FloatArray) -> FloatArray:
    r, _ = _linearise(walkers, constants)
    rows = r.reshape(len(r), -1, constants.shape[0])
    sines = np.linalg.norm(rows, ord=2, axis=(1, 2))
    size = np.abs(walkers.p)
    inside = (np.linalg.norm(walkers.ad[:, :6, :6], ord=2, axis=(1, 2)) < LARGEST) & (
        (size > SMALLEST) & (size < HIGHEST) & ~(walkers.positive & (walkers.p < 0))
    ).all(axis=1)
    return np.where(inside, sines, np.inf)


def _complement(rows: FloatArray) -> FloatArray:
    """1 - P, P projecting on the span of independent rows (b, n)."""
    q = np.linalg.qr(rows.T)[0]
    return np.asarray(np.eye(rows.shape[1]) - q @ q.T)

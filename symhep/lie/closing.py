"""The closed algebra nearest to a span that is one but for errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from symhep.errors import LieError
from symhep.lie.structure import (
    FloatArray,
    MatrixArray,
    as_basis,
    commutators,
    independent,
    numbers,
    real_vectors,
)

__all__ = ["ClosedSpan", "broadcast_errors", "close_spans", "nearest_closed"]

MAX_STEPS = 20
MAX_INNER = 100
#: Least damping: where the linearised constraint is weaker, closed spans meet and rounding would take over.
LEAST_DAMPING = 1e-6


@dataclass(frozen=True)
class ClosedSpan:
    """What `nearest_closed` gives.

    Attributes
    ----------
    matrices
        (G, d, d) the closed span, in the basis that moved least.
    distance
        sqrt(sum (moved entry / its error)^2); in Frobenius norm over the rms entry if no errors were given.
    residual, before
        Closure residual (all that is left of the brackets over all brackets of an orthonormal basis, absolute) after
        and before.
    steps
        Gauss-Newton steps.
    """

    matrices: MatrixArray
    distance: float
    residual: float
    before: float
    steps: int

    @property
    def converged(self) -> bool:
        """Whether what is left of the brackets is rounding."""
        return bool(self.residual <= 1e3 * np.finfo(np.float64).eps * len(self.matrices))


def broadcast_errors(
    errors: npt.ArrayLike | None, matrices: MatrixArray, precision: npt.DTypeLike = np.float64
) -> FloatArray:
    """Standard errors of the real vectors of ``matrices``: (G, D).

    None: rounding, 16 eps d times the largest entry of each matrix, eps that of ``precision``. A scalar or an array
    shaped like the matrices: the error of each entry (of its real and of its imaginary part alike, if errors are real).
    """
    vectors = real_vectors(matrices)
    if errors is None:
        largest = np.abs(vectors).max(axis=1, keepdims=True)
        eps = float(np.finfo(precision if np.issubdtype(precision, np.inexact) else np.float64).eps)
        size = 16 * max(eps, float(np.finfo(np.float64).eps)) * matrices.shape[-1]
        return np.broadcast_to(size * largest, vectors.shape)
    given = numbers(errors, "errors")
    if given.ndim not in (0, 3) or (given.ndim == 3 and given.shape != matrices.shape):
        raise LieError(
            f"errors have the shape {given.shape}, but the matrices have {matrices.shape}",
            hint="pass None, one number, or an array shaped like the matrices",
        )
    if np.iscomplexobj(given) and not np.iscomplexobj(matrices):
        raise LieError("errors are complex, but the matrices are real", hint="pass real errors")
    given = given.astype(np.float64 if not np.iscomplexobj(given) else np.complex128)
    if np.iscomplexobj(matrices) and not np.iscomplexobj(given):
        given = given * (1 + 1j)
    full = real_vectors(np.ascontiguousarray(np.broadcast_to(given, matrices.shape)))
    if not np.isfinite(full).all() or (full < 0).any():
        raise LieError("errors must be finite and positive", hint="pass standard errors of the entries")
    return full


def nearest_closed(matrices: npt.ArrayLike, errors: npt.ArrayLike | None = None) -> ClosedSpan:
    """The closed span of the same dimension nearest to that of some matrices.

    Minimises sum (W / errors)^2 subject to P([X_a + W_a, X_b + W_b]) = 0, P the projection off the span of X + W.
    Linearised constraint: P([W_a, X_b] + [X_a, W_b] - f_ab^c W_c) = -P [X_a, X_b]. Each step is its solution of least
    norm, by damped conjugate gradients; the damping falls with the residual, which keeps the step short where the
    closed spans have a corner and convergence quadratic (Levenberg-Marquardt).

    Parameters
    ----------
    matrices
        (G, d, d), real or complex.
    errors
        Standard errors of the entries: a number, or an array of that shape; None: all alike.

    Returns
    -------
    ClosedSpan
        ``converged`` says whether it closes but for rounding.

    Raises
    ------
    LieError
        If the matrices are no basis: wrong shape, or linearly dependent.

    References
    ----------
    J. Fan and Y. Yuan, Computing 74 (2005) 23.

    Examples
    --------
    >>> span = np.array([[[0, -1.0, 0], [1, 0, 0], [0, 0, 0]], [[0, 0, 1.0], [0, 0, 0], [0, 0, 1e-3]],
    ...                  [[0, 0, 0], [0, 0, 1.0], [0, 0, 0]]])  # e(2), with an error
    >>> result = nearest_closed(span, 1e-3)
    >>> result.converged, bool(result.before > 1e-4), bool(result.distance < 1.1)
    (True, True, True)
    """
    x = independent(as_basis(matrices))
    sigma = broadcast_errors(errors, x)
    if errors is None or not sigma.any():
        sigma = np.full(sigma.shape, float(np.sqrt(np.mean(real_vectors(x) ** 2))))
    closed, moved, residual, before, steps = close_spans(x[None], sigma)
    return ClosedSpan(closed[0], float(moved[0]), float(residual[0]), float(before[0]), steps)


@dataclass
class _Linearised:
    """Closure residual of spans x (B, G, d, d) and its derivative, with an orthonormal basis q = solve x of each."""

    x: MatrixArray
    scale: FloatArray

    def __post_init__(self) -> None:
        v = real_vectors(self.x)
        self.q, r = np.linalg.qr(np.swapaxes(v, 1, 2))
        self.to_q = np.swapaxes(np.linalg.inv(r), 1, 2)  # q^T = to_q v
        self.basis = _as_matrices(np.swapaxes(self.q, 1, 2), self.x)
        brackets = real_vectors(commutators(self.basis))
        self.constants = brackets @ self.q[:, None]
        self.residual = brackets - self.constants @ np.swapaxes(self.q, 1, 2)[:, None]
        self.norm = np.sqrt((self.residual**2).sum(axis=(1, 2, 3)))

    def forward(self, z: FloatArray) -> FloatArray:
        """Change of the residual under x -> x + scale z: (B, G, D) to (B, G, G, D)."""
        w = self.to_q @ (self.scale * z)
        w -= (w @ self.q) @ np.swapaxes(self.q, 1, 2)
        matrices = _as_matrices(w, self.x)
        g = w.shape[1]
        one = real_vectors(
            matrices[:, :, None] @ self.basis[:, None] - self.basis[:, None] @ matrices[:, :, None]
        )
        out = one - np.swapaxes(one, 1, 2) - (self.constants.reshape(-1, g * g, g) @ w).reshape(one.shape)
        return out - (out @ self.q[:, None]) @ np.swapaxes(self.q, 1, 2)[:, None]

    def adjoint(self, r: FloatArray) -> FloatArray:
        """Transpose of :meth:`forward`, for r antisymmetric in its pair."""
        b, g, _, dim = r.shape
        r = r - (r @ self.q[:, None]) @ np.swapaxes(self.q, 1, 2)[:, None]
        matrices = _as_matrices(r, self.x)
        dagger = np.swapaxes(self.basis.conj(), -1, -2)[:, None]
        w = 2 * real_vectors(matrices @ dagger - dagger @ matrices).sum(axis=2)
        w -= np.swapaxes(self.constants.reshape(b, g * g, g), 1, 2) @ r.reshape(b, g * g, dim)
        w -= (w @ self.q) @ np.swapaxes(self.q, 1, 2)
        return self.scale * (np.swapaxes(self.to_q, 1, 2) @ w)


def _as_matrices(vectors: FloatArray, like: MatrixArray) -> MatrixArray:
    """Inverse of real_vectors."""
    vectors = np.ascontiguousarray(vectors)
    flat = vectors.view(np.complex128) if np.iscomplexobj(like) else vectors
    return flat.reshape(*vectors.shape[:-1], *like.shape[-2:])


def _least_norm(at: _Linearised, target: FloatArray, damping: FloatArray) -> FloatArray:
    """z minimising |J z - target|^2 + damping^2 |z|^2 in every sample, by conjugate gradients (CGLS)."""
    z = np.zeros(at.scale.shape if at.scale.ndim == 3 else (len(target), *at.scale.shape))
    left = target.copy()
    gradient = at.adjoint(left)
    direction = gradient.copy()
    size = (gradient**2).sum(axis=(1, 2))
    # Inexact Newton: a relative error of the order of the residual keeps the convergence quadratic.
    goal = np.minimum(1e-2, at.norm) ** 2 * size
    for _ in range(min(MAX_INNER, 2 * z[0].size)):
        if (size <= goal).all():
            break
        image = at.forward(direction)
        curvature = (image**2).sum(axis=(1, 2, 3)) + damping**2 * (direction**2).sum(axis=(1, 2))
        running = (size > goal) & (curvature > 0)
        step = np.where(running, size / np.where(curvature > 0, curvature, 1), 0)
        z += step[:, None, None] * direction
        left -= step[:, None, None, None] * image
        gradient = at.adjoint(left) - (damping**2)[:, None, None] * z
        new = (gradient**2).sum(axis=(1, 2))
        factor = np.where(running, new / np.where(size > 0, size, 1), 0)
        direction = gradient + factor[:, None, None] * direction
        size = np.where(running, new, size)
    return z


def close_spans(
    x: MatrixArray, sigma: FloatArray, tolerance: float = 0.0
) -> tuple[MatrixArray, FloatArray, FloatArray, FloatArray, int]:
    """Nearest closed spans to many spans (B, G, d, d) with common errors (G, D).

    Ends where the residual is rounding, or ``tolerance`` times what it was.
    Returns the closed ones, the distances in units of the errors (B), the residuals after and before (B), the steps.
    """
    unit = float(np.sqrt(np.mean(sigma**2)))
    size = float(np.sqrt(np.mean(real_vectors(x) ** 2)))
    scale = sigma * (size / unit)
    z = np.zeros(real_vectors(x).shape)
    at = _Linearised(x, scale)
    before, best, best_z = at.norm, at.norm.copy(), z
    goal = np.maximum(10 * np.finfo(np.float64).eps * x.shape[1], tolerance * before)
    steps = 0
    while steps < MAX_STEPS and (best > goal).any():
        damping = np.maximum(at.norm / x.shape[1], LEAST_DAMPING)
        if steps < 2:  # move the original onto the linearised constraint: stays nearest
            z = _least_norm(at, at.forward(z) - at.residual, damping)
        else:
            z = z + _least_norm(at, -at.residual, damping)
        steps += 1
        at = _Linearised(x + _as_matrices(scale * z, x), scale)
        best_z = np.where((at.norm < best)[:, None, None], z, best_z)
        if steps > 4 and not (at.norm < 0.9 * best)[best > goal].any():
            break
        best = np.minimum(best, at.norm)
    moved = np.sqrt((best_z**2).sum(axis=(1, 2))) * size / unit
    return x + _as_matrices(scale * best_z, x), moved, best, before, steps

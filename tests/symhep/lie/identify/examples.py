"""Algebras written out by hand, for the tests: affine ones as homogeneous matrices."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from symhep.lie import bases

Array = npt.NDArray[np.float64]
TURN, BOOST = np.array([[0, -1.0], [1, 0]]), np.array([[0, 1.0], [1, 0]])


def homogeneous(linear: npt.ArrayLike, shift: npt.ArrayLike = 0.0) -> Array:
    """[[A, b], [0, 0]]."""
    a = np.asarray(linear, dtype=float)
    out = np.zeros((len(a) + 1, len(a) + 1))
    out[:-1, :-1] = a
    out[:-1, -1] = shift
    return out


def with_translations(*linear: Array) -> Array:
    """Linear generators and all translations of their space."""
    n = len(linear[0])
    shifts = [homogeneous(np.zeros((n, n)), e) for e in np.eye(n)]
    return np.array([homogeneous(a) for a in linear] + shifts)


def galilei() -> Array:
    """Rotations, boosts, translations and time, on (x, t, 1)."""
    out = np.zeros((10, 5, 5))
    out[:3, :3, :3] = bases.so(3).matrices
    for i in range(3):
        out[3 + i, i, 3] = out[6 + i, i, 4] = 1
    out[9, 3, 4] = 1
    return out


LORENTZ = bases.lorentz().matrices
EXAMPLES = {
    "so(2)": TURN[None],
    "so(1,1)": BOOST[None],
    "R": np.eye(4)[None],
    "R (nilpotent)": with_translations(np.zeros((1, 1)))[1:],
    "R (mixed)": homogeneous(np.diag([0, 0, 0.0]) + np.pad(TURN, (0, 1)), [0, 0, 1])[None],  # a screw
    "so(2) + so(1,1)": LORENTZ[[2, 5]],  # J_z, K_z
    "abelian R^3": bases.translations(3).matrices,
    "so(3)": bases.so(3).matrices,
    "so(1,2)": bases.so(1, 2).matrices,
    "su(2)": bases.su(2).matrices,
    "sl(2,R)": bases.sl(2).matrices,
    "sl(2,C)": bases.sl(2, field="C").matrices,
    "so(1,3)": LORENTZ,
    "so(4) = so(3) + so(3)": bases.so(4).matrices,
    "so(2,2) = so(1,2) + so(1,2)": bases.so(2, 2).matrices,
    "so(3) + so(3)": np.array(
        [np.kron(p, a) for p in np.eye(2)[:, :, None] * np.eye(2)[:, None] for a in bases.so(3).matrices]
    ),
    "so(5)": bases.so(5).matrices,
    "usp(4)": bases.usp(2).matrices,
    "sp(4,R)": bases.sp(2).matrices,
    "so(2,4)": bases.so(2, 4).matrices,
    "su(3)": bases.su(3).matrices,
    "u(2) = su(2) + u(1)": bases.u(2).matrices,
    "u(3) = su(3) + u(1)": bases.u(3).matrices,
    "gl(3,R) = sl(3,R) + R": bases.gl(3).matrices,
    "so(3) + R": np.concatenate([bases.so(3).matrices, np.eye(3)[None]]),
    "so(1,3) + R": np.concatenate([LORENTZ, np.eye(4)[None]]),
    "e(2)": with_translations(TURN),
    "iso(1,1)": with_translations(BOOST),
    "e(3)": with_translations(*bases.so(3).matrices),
    "iso(1,3)": bases.poincare().matrices,
    "sim(2) = e(2) |x R": with_translations(TURN, np.eye(2)),
    "sim(3) = e(3) |x R": with_translations(*bases.so(3).matrices, np.eye(3)),
    "sim(1,3) = iso(1,3) |x R": with_translations(*LORENTZ, np.eye(4)),
    "galilei(3)": galilei(),
    "sl(2,R) |x R^2": with_translations(*bases.sl(2).matrices),
    "heisenberg h3": np.array([np.eye(3)[:, [i]] @ np.eye(3)[[j]] for i, j in ((0, 1), (1, 2), (0, 2))]),
    "solvable, dim 2, affine line": np.array([np.diag([1.0, -1]), [[0, 1], [0, 0]]]),  # Borel of sl(2,R)
    "affine line + R (nilpotent)": with_translations(np.diag([1.0, 0])),
    "solvable, dim 3, Bianchi IV": with_translations(np.array([[1.0, 1], [0, 1]])),
    "solvable, dim 3, Bianchi V": with_translations(np.eye(2)),
    "solvable, dim 3, Bianchi VI_h": with_translations(BOOST + 0.5 * np.eye(2)),
    "solvable, dim 3, Bianchi VII_h": with_translations(TURN + 0.5 * np.eye(2)),
}


def noisy(
    x: npt.NDArray[np.float64] | npt.NDArray[np.complex128], error: float, seed: int
) -> npt.NDArray[np.complex128]:
    """x with Gaussian errors of its entries (of real and imaginary part)."""
    rng = np.random.default_rng(seed)
    noise = rng.normal(size=x.shape) + (1j * rng.normal(size=x.shape) if np.iscomplexobj(x) else 0)
    return x + error * noise


def disguised(
    x: npt.NDArray[np.float64] | npt.NDArray[np.complex128], seed: int, strength: float = 0.7
) -> npt.NDArray[np.complex128]:
    """The same algebra in another basis of itself and of the space it acts on."""
    rng = np.random.default_rng(seed)

    def invertible(n: int) -> Array:
        u, _, v = np.linalg.svd(rng.normal(size=(n, n)))
        return u @ np.diag(np.exp(strength * rng.uniform(-1, 1, n))) @ v

    g = invertible(x.shape[1])
    return np.einsum("ab,bij->aij", invertible(len(x)), g @ x @ np.linalg.inv(g))

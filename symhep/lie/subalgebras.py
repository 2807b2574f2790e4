"""Closed subalgebras of a given dimension inside an algebra, by a batched search on the Grassmannian."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
import numpy.typing as npt
from scipy.linalg import expm

from symhep.errors import LieError
from symhep.lie.algebra import LieAlgebra
from symhep.lie.generators import Matrices
from symhep.lie.identify import identify
from symhep.lie.structure import as_basis, independent, real_vectors, structure_constants
from symhep.lie.subalgebra_kinds import Subalgebra, SubalgebraSearch

__all__ = ["Subalgebra", "SubalgebraSearch", "closure_residuals", "subalgebras"]

FloatArray = npt.NDArray[np.float64]

ITERATIONS = 120
#: Frames spanned by members of the given basis, and limits of them, that are tried at most.
SUBSETS, LIMITS = 100, 300
#: Ranks and signs must stay what they are when the floor of zero is so much higher or lower.
BLUR = 30.0
#: Applications of exp(ad_h), each followed by a fresh orthonormal frame: the limit of boosts, to rounding.
APPLICATIONS = 40


def subalgebras(basis: npt.ArrayLike, dimension: int, *, starts: int = 64, seed: int = 0) -> SubalgebraSearch:
    """Kinds of closed subalgebras of one dimension.

    All starts minimise the closure loss ``sum_ab |(1 - P)[Q_a, Q_b]|^2`` over orthonormal frames Q (dimension, G)
    together, by Levenberg-Marquardt steps on the Grassmannian, to machine precision (or to the closure residual of the
    basis, where that is larger). Besides random frames, which end in the kinds with the widest basins, frames spanned
    by members of the basis, and limits of these under the boosts of the basis, are tried: they reach null rotations
    and other special kinds. Closed ones are distinguished by name and by integers that conjugation does not change, so
    a continuous family counts as one kind. A kind may be missed; none at all means that no start closed.

    Parameters
    ----------
    basis
        (G, d, d) of the whole algebra, or labelled generators.
    dimension
        From 1 to G - 1.
    starts
        Random starts.
    seed
        Of these.

    Returns
    -------
    SubalgebraSearch
        The kinds, and how near the starts came.

    Raises
    ------
    LieError
        If the dimension is not between 1 and G - 1, or the matrices are dependent or far from closed.

    Examples
    --------
    >>> from symhep.lie.bases import so
    >>> print(subalgebras(so(4).matrices, 5))
    dim 5: none (64 starts, closure residual at least 1.6)
    """
    x = independent(as_basis(basis))
    if not 1 <= dimension < len(x):
        raise LieError(f"an algebra of dimension {len(x)} has no proper subalgebra of dimension {dimension}")
    vectors = real_vectors(x)
    _, triangle = np.linalg.qr(vectors.T)
    orthonormal = np.tensordot(np.linalg.inv(triangle).T, x, axes=1)
    structure = structure_constants(orthonormal)
    if structure.residual > 0.3:
        raise LieError(
            "the basis does not close under commutators", hint="pass a closed algebra, or its nearest_closed"
        )
    f = (structure.constants - structure.constants.swapaxes(0, 1)) / 2
    rng = np.random.default_rng(seed)
    random = np.linalg.qr(rng.normal(size=(starts, len(x), dimension)))[0].swapaxes(1, 2)
    special = _special(triangle.T, dimension, f, rng)
    frames = np.concatenate([random, special])
    frames = _polish(frames, f)
    residuals = closure_residuals(frames, f)
    tolerance = 1e3 * np.finfo(np.float64).eps * len(x) + 30 * structure.residual
    floor = max(1e-7, tolerance)
    kinds, *others = (_Kinds(orthonormal, f, structure.residual, floor * by) for by in (1.0, BLUR, 1 / BLUR))
    groups: dict[Hashable, list[int]] = {}
    for i in np.flatnonzero(residuals < tolerance):
        # Boosted far, a member of one kind comes close to the limit, another kind, and is told for neither.
        if any(other.invariants(frames[i]) != kinds.invariants(frames[i]) for other in others):
            continue
        groups.setdefault(kinds.key(frames[i]), []).append(int(i))
    back = np.linalg.inv(triangle).T
    found = [kinds.subalgebra(frames, residuals, members, starts, back) for members in groups.values()]
    found.sort(key=lambda s: (-s.hits, -s.limits, s.name))
    return SubalgebraSearch(dimension, tuple(found), starts, float(residuals.min()))


def closure_residuals(frames: FloatArray, constants: FloatArray) -> FloatArray:
    """How far frames are from closing: the root of ``sum_{a<b} |(1 - P)[Q_a, Q_b]|^2`` over the rms bracket of the
    algebra.

    Parameters
    ----------
    frames
        (B, k, G) orthonormal.
    constants
        (G, G, G) structure constants of the whole algebra.

    Returns
    -------
    ndarray
        (B,) 0 for a subalgebra.

    Examples
    --------
    >>> from symhep.lie.bases import so
    >>> f = structure_constants(so(3).matrices).constants
    >>> closure_residuals(np.eye(3)[None, :2], f).round(6).tolist()
    [1.0]
    """
    brackets = np.einsum("bai,bcj,ijk->back", frames, frames, constants, optimize=True)
    inside = np.einsum("back,bek->bace", brackets, frames)
    left = brackets - np.einsum("bace,bek->back", inside, frames)
    pairs = len(constants) * (len(constants) - 1)
    typical = np.sqrt((constants**2).sum() / max(1, pairs))
    return np.asarray(np.sqrt((left**2).sum(axis=(1, 2, 3)) / 2) / max(typical, 1e-300))


def _special(units: FloatArray, dimension: int, f: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Frames spanned by members of the basis (rows of units), and their limits under flows of the non-compact ones."""
    n = len(f)
    chosen = {tuple(sorted(rng.choice(n, size=dimension, replace=False))) for _ in range(SUBSETS)}
    plain = np.linalg.qr(units[np.array(sorted(chosen))].swapaxes(1, 2))[0]
    ad = np.einsum("ai,ijk->akj", units, f)
    ad /= np.maximum(np.linalg.norm(ad, ord=2, axis=(1, 2)), 1e-300)[:, None, None]
    growing = np.flatnonzero(np.abs(np.linalg.eigvals(ad).real).max(axis=1) > 1e-6)
    pairs = rng.permutation(len(plain) * len(growing))[:LIMITS]
    moving = plain[pairs % len(plain)]
    if len(pairs):
        flow = expm(2.0 * ad[growing[pairs // len(plain)]])
        for _ in range(APPLICATIONS):
            moving = np.linalg.qr(flow @ moving)[0]
    return np.asarray(np.concatenate([plain, moving]).swapaxes(1, 2))


def _polish(frames: FloatArray, f: FloatArray) -> FloatArray:
    """Levenberg-Marquardt from every frame: Q -> orthonormalised Q + X C, C the orthogonal complement of Q."""
    if frames.shape[1] == 1:
        return frames  # every line is closed
    r, jacobian, complement = _linearise(frames, f)
    loss = (r**2).sum(axis=1)
    damping = np.full(len(frames), 0.1)
    for _ in range(ITERATIONS):
        if not (loss > 1e-30).any():
            break
        transposed = jacobian.swapaxes(1, 2)
        normal = transposed @ jacobian
        size = np.einsum("bii->b", normal) / normal.shape[1] + 1e-30
        normal += ((damping * np.minimum(loss, 1) + 1e-15) * size)[:, None, None] * np.eye(normal.shape[1])
        step = -np.linalg.solve(normal, transposed @ r[..., None])[..., 0]
        step /= np.maximum(1.0, np.linalg.norm(step, axis=1, keepdims=True))
        moved = frames + step.reshape(len(frames), frames.shape[1], -1) @ complement
        trial = np.linalg.qr(moved.swapaxes(1, 2))[0].swapaxes(1, 2)
        r_new, jacobian_new, complement_new = _linearise(trial, f)
        loss_new = (r_new**2).sum(axis=1)
        better = loss_new < loss
        damping = np.clip(np.where(better, damping / 4, damping * 5), 1e-9, 1e12)
        frames[better], r[better], jacobian[better] = trial[better], r_new[better], jacobian_new[better]
        complement[better], loss[better] = complement_new[better], loss_new[better]
    return frames


def _linearise(frames: FloatArray, f: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Brackets outside the frame (B, pairs (G - k)), their derivative for X (B, .., k (G - k)), the complement C."""
    batch, k, n = frames.shape
    complement = np.linalg.qr(frames.swapaxes(1, 2), mode="complete")[0][:, :, k:].swapaxes(1, 2)
    one, two = np.triu_indices(k, 1)
    half = np.einsum("bai,ijk->bajk", frames, f, optimize=True)  # ad of each frame vector
    brackets = np.einsum("bajk,bcj->back", half, frames)
    outside = np.einsum("back,bmk->bacm", brackets, complement)
    inside = np.einsum("back,bek->bace", brackets, frames)
    moved = np.einsum("bajk,blj,bmk->balm", half, complement, complement, optimize=True)  # [Q_a, C_l] . C_m
    jacobian = np.zeros((batch, len(one), n - k, k, n - k))
    for pair, (a, c) in enumerate(zip(one, two, strict=True)):
        jacobian[:, pair, :, c, :] += moved[:, a].swapaxes(1, 2)
        jacobian[:, pair, :, a, :] -= moved[:, c].swapaxes(1, 2)
        for m in range(n - k):
            jacobian[:, pair, m, :, m] -= inside[:, a, c]
    r = outside[:, one, two].reshape(batch, -1)
    return r, jacobian.reshape(batch, r.shape[1], -1), complement


class _Kinds:
    """Invariants of subalgebras of one algebra, given by orthonormal generators."""

    def __init__(self, generators: Matrices, f: FloatArray, noise: float, tolerance: float) -> None:
        self.generators, self.f, self.tolerance = generators, f, tolerance
        self.killing = np.einsum("aij,bji->ab", f, f)
        whole = LieAlgebra(f, noise * float(np.abs(f).max()) or None)
        self.ideals = [ideal.basis for ideal in whole.simple_ideals] if whole.semisimple else []

    def key(self, frame: FloatArray) -> Hashable:
        inertia, normaliser, centraliser, ideals = self.invariants(frame)
        inner = np.einsum("ai,cj,ijk,ek->ace", frame, frame, self.f, frame, optimize=True)
        derived = self._rank(inner.reshape(-1, len(frame)))
        own = np.linalg.eigvalsh(np.einsum("aij,bji->ab", inner, inner))
        return (
            inertia,
            normaliser,
            centraliser,
            ideals,
            derived,
            self._inertia(own),
            self._spectrum(frame, inner),
        )

    def _spectrum(self, frame: FloatArray, brackets: FloatArray) -> tuple[int, ...]:
        """How many eigenvalues of ad vanish, are real, are imaginary, are neither: of the one element outside [S, S].

        Brackets of a solvable algebra are nilpotent, so the choice of that element does not matter; where it is not
        unique up to its size, nothing is said.
        """
        derived = self._rank(brackets.reshape(-1, len(frame)))
        if derived != len(frame) - 1:
            return ()
        outside = np.linalg.svd(brackets.reshape(-1, len(frame)))[2][-1] @ frame
        values = np.linalg.eigvals(np.tensordot(outside, self.f, axes=1))
        radius = np.abs(values).max()
        floor = max(1e-3, self.tolerance ** (1 / 3))  # rounding moves those of a Jordan block of five by 1e-3
        values = values / radius if radius > floor * np.abs(self.f).max() else np.zeros_like(values)
        zero, real, imaginary = (
            np.abs(values) < floor,
            np.abs(values.imag) < floor,
            np.abs(values.real) < floor,
        )
        return tuple(int(kind.sum()) for kind in (zero, real & ~zero, imaginary & ~zero, ~real & ~imaginary))

    def invariants(self, frame: FloatArray) -> tuple[tuple[int, int, int], int, int, tuple[int, ...]]:
        """Inertia, dimensions of normaliser and centraliser, rank of the projection on each simple ideal."""
        n = len(self.f)
        moved = np.einsum("ijk,aj->iak", self.f, frame)
        outside = moved - moved @ frame.T @ frame
        inertia = self._inertia(np.linalg.eigvalsh(frame @ self.killing @ frame.T))
        ranks = tuple(self._rank(frame @ np.linalg.qr(ideal.T)[0]) for ideal in self.ideals)
        return inertia, n - self._rank(outside.reshape(n, -1)), n - self._rank(moved.reshape(n, -1)), ranks

    def subalgebra(
        self, frames: FloatArray, residuals: FloatArray, members: Sequence[int], starts: int, back: FloatArray
    ) -> Subalgebra:
        best = min(members, key=lambda i: residuals[i])
        matrices = np.tensordot(frames[best], self.generators, axes=1)
        inertia, normaliser, centraliser, ideals = self.invariants(frames[best])
        hits = sum(i < starts for i in members)
        return Subalgebra(
            identify(matrices).name,
            matrices,
            frames[best] @ back,
            float(residuals[best]),
            hits,
            len(members) - hits,
            inertia,
            normaliser,
            centraliser,
            ideals,
        )

    def _rank(self, matrix: FloatArray) -> int:
        values = np.linalg.svd(matrix, compute_uv=False)
        return int((values > self.tolerance).sum())

    def _inertia(self, values: FloatArray) -> tuple[int, int, int]:
        floor = self.tolerance * max(1.0, np.abs(self.killing).max())
        positive, negative = int((values > floor).sum()), int((values < -floor).sum())
        return positive, negative, len(values) - positive - negative

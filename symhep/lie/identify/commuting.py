"""Names of algebras that commute: rotations, boosts, dilatations, translations."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy.linalg

from symhep.lie.identify.named import Named, join
from symhep.lie.noise import RankDecision, decide_rank, kernel
from symhep.lie.structure import FloatArray, MatrixArray

__all__ = ["name_commuting"]

#: Of so many mixtures of the matrices the one whose eigenvalues are furthest apart is made triangular.
MIXTURES = 16
#: Eigenvalues nearer than this, of matrices of norm 1, count as equal there.
CLOSE = 1e-2
ComplexArray = npt.NDArray[np.complex128]


def name_commuting(x: MatrixArray, decisions: list[RankDecision], unitary: bool = False) -> Named:
    """Name of an abelian algebra from samples (B, G, d, d) of its matrices.

    As abstract algebras all are R^G; the names say how the matrices act, by their eigenvalues lambda_i(x):

    - imaginary: rotations, ``so(2)`` (``u(1)`` beside unitary algebras and for complex matrices);
    - real and symmetric about 0: a boost, ``so(1,1)``; real otherwise: a dilatation, ``R``;
    - zero: ``R (nilpotent)``, as translations are;
    - otherwise, or if a part with eigenvalues 0 is not diagonal, as for a screw: ``R (mixed)``.

    More than one dimension: one ``so(2)`` or ``so(1,1)`` or ``R`` per dimension if rotations and real parts span the
    algebra, else ``abelian R^G``.
    """
    g = x.shape[1]
    plain = Named(f"abelian R^{g}", (f"R^{g}",), ("Bianchi I",) if g == 3 else ())
    if _nilpotent(x, decisions):
        return plain if g > 1 else Named("R (nilpotent)", ("R",), ("R",))
    weights = _weights(x)
    real = np.einsum("zia,zib->zab", weights.real, weights.real)
    imaginary = np.einsum("zia,zib->zab", weights.imag, weights.imag)
    turning = g - _rank(imaginary, decisions, "whether eigenvalues turn")
    compact = g - _rank(real, decisions, "whether eigenvalues grow")
    circle = "u(1)" if unitary or np.iscomplexobj(x) else "so(2)"
    if g == 1:
        return _one(x, weights, bool(turning), bool(compact), circle, decisions)
    if turning + compact != g:  # part is nilpotent, or boost and rotation are tied to each other
        return plain
    split = kernel(imaginary, g - turning)
    boosts = np.einsum("zgij,zga->zaij", x, split)
    names = [circle] * compact
    if turning == 1:
        names.append(_one(boosts, _weights(boosts), True, False, circle, decisions).name)
    elif turning:
        names.append(f"R^{turning}")
    return Named(join(names), tuple(names), (f"R^{g}",))


def _nilpotent(x: MatrixArray, decisions: list[RankDecision]) -> bool:
    """Whether all power sums tr X^p of a mixture X of norm 1 vanish: smooth in the errors, as eigenvalues are not.

    d eigenvalues of one modulus have |tr X^p| up to d^(1 - p/2).
    """
    d = x.shape[-1]
    mixture = np.random.default_rng(0).normal(size=x.shape[1])
    one = np.einsum("a,zaij->zij", mixture / np.linalg.norm(mixture), x)
    power = one
    for p in range(1, d + 1):
        trace = np.trace(power, axis1=1, axis2=2)
        parts = np.stack([trace.real, trace.imag], axis=1)[:, :, None]
        if _rank(parts, decisions, f"whether tr X^{p} vanishes", d ** (1 - p / 2)):
            return False
        power = power @ one
    return True


def _one(
    x: MatrixArray,
    weights: ComplexArray,
    real: bool,
    compact: bool,
    circle: str,
    decisions: list[RankDecision],
) -> Named:
    """Name of a one-dimensional algebra."""
    matrix = _as_real(x[:, 0])
    if real and compact:
        return Named("R (nilpotent)", ("R",), ("R",))
    if not (real or compact) or _nilpotent_part(matrix, decisions):
        return Named("R (mixed)", ("R",), ("R",))
    if compact:
        return Named(circle, (circle,), tuple({"u(1)", "so(2)"} - {circle}))
    ordered = np.sort(weights[:, :, 0].real, axis=1)
    lopsided = _rank(
        (ordered + ordered[:, ::-1])[:, :, None], decisions, "whether eigenvalues are symmetric about 0"
    )
    return Named(
        "R" if lopsided else "so(1,1)", ("R" if lopsided else "so(1,1)",), () if lopsided else ("R",)
    )


def _nilpotent_part(matrix: FloatArray, decisions: list[RankDecision]) -> bool:
    """Whether a null vector is orthogonal to all left null vectors: a Jordan block with eigenvalue 0."""
    rank = _rank(matrix, decisions, "rank of the generator")
    null = matrix.shape[1] - rank
    if not null:
        return False
    overlap = np.swapaxes(kernel(np.swapaxes(matrix, 1, 2), rank), 1, 2) @ kernel(matrix, rank)
    return _rank(overlap, decisions, "Jordan blocks with eigenvalue 0") < null


def _weights(x: MatrixArray) -> ComplexArray:
    """Joint eigenvalues (B, d, G) of commuting matrices (B, G, d, d)."""
    if x.shape[1] == 1:
        return np.linalg.eigvals(x[:, 0])[:, :, None].astype(np.complex128)
    tried = np.random.default_rng(0).normal(size=(MIXTURES, x.shape[1]))
    values = np.linalg.eigvals(np.einsum("ka,aij->kij", tried / np.linalg.norm(tried, axis=1)[:, None], x[0]))
    apart = np.log(np.abs(values[:, :, None] - values[:, None]) + CLOSE).sum(axis=(1, 2))
    basis = _flag(np.einsum("a,zaij->zij", tried[int(np.argmax(apart))], x))
    return np.einsum("zji,zajk,zki->zia", basis.conj(), x, basis)


def _flag(x: MatrixArray) -> ComplexArray:
    """Unitary bases (B, d, d) in which matrices are triangular."""
    return np.stack([scipy.linalg.schur(one, output="complex")[1] for one in x])


def _as_real(x: MatrixArray) -> FloatArray:
    return np.block([[x.real, -x.imag], [x.imag, x.real]]) if np.iscomplexobj(x) else x.real


def _rank(samples: FloatArray, decisions: list[RankDecision], question: str, size: float = 1.0) -> int:
    """Rank; ``size`` 1: of matrices of norm 1."""
    decisions.append(decide_rank(samples, question, size))
    return decisions[-1].rank

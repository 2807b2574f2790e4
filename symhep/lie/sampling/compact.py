"""Random elements of compact connected groups, by the Haar measure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import qr
from scipy.stats import special_ortho_group

from symhep.lie.canonical_basis import canonical_basis
from symhep.lie.sampling.forms import invariant_form, rotating
from symhep.lie.spans import orthonormal

__all__ = ["Draw", "compact_draw"]

FloatArray = npt.NDArray[np.float64]

#: Entries below this are rounding, of generators of size one.
ROUNDING = 1e-9
#: Turns after which all rotations of a torus must have closed.
TURNS = 1000
#: Rounds of one-parameter rotations: see `_rounds`.
ROUNDS = 24


@dataclass(frozen=True)
class Draw:
    """Random elements of a group: ``draw(count, rng)`` gives (count, d, d), ``how`` says it in words."""

    how: str
    draw: Callable[[int, np.random.Generator], FloatArray]


def compact_draw(generators: FloatArray) -> Draw | None:
    """Elements of the compact connected group that real generators (G, d, d) generate; None if it is not compact.

    By the Haar measure, so that g and h g are drawn alike:

    - the generators span all rotations of a subspace of m dimensions: an orthogonal matrix from m Gaussian vectors,
      of determinant one (`scipy.stats.special_ortho_group`; Stewart 1980, Mezzadri 2007);
    - they commute: angles uniform over a period that all rotations have in common. Where frequencies have no such
      period, the group is no closed one: angles are uniform angle of each, and ``how`` says so;
    - else: 24 rounds of a random rotation about every generator. Each averages over a one-parameter group; the
      product tends to the average over all that they generate, by a constant factor per round.

    >>> draw = compact_draw(np.array([[[0.0, -1.0], [1.0, 0.0]]]))
    >>> draw.how, draw.draw(3, np.random.default_rng(1)).shape
    ('Haar measure of SO(2)', (3, 2, 2))
    """
    form = invariant_form(generators)
    if form is None:
        return None
    turned, lower = rotating(generators, form)
    frame = _moved(turned)
    small = frame.T @ turned @ frame
    how, draw = _chosen(np.asarray(orthonormal(small), dtype=np.float64))
    outer, inner = np.linalg.inv(lower).T @ frame, frame.T @ lower.T

    def elements(count: int, rng: np.random.Generator) -> FloatArray:
        found: FloatArray = np.eye(len(lower)) + outer @ (draw(count, rng) - np.eye(frame.shape[1])) @ inner
        return found

    return Draw(how, elements)


def _moved(turned: FloatArray) -> FloatArray:
    """(d, m) orthonormal: the directions that rotations move at all."""
    vectors, values, _ = np.linalg.svd(np.concatenate(list(turned), axis=1), full_matrices=False)
    return canonical_basis(vectors[:, values > ROUNDING * values.max(initial=1e-300)].T).T


def _chosen(basis: FloatArray) -> tuple[str, Callable[[int, np.random.Generator], FloatArray]]:
    """How to draw, for an orthonormal basis (G, m, m) of the antisymmetric generators."""
    count, m = len(basis), basis.shape[1]
    if count == m * (m - 1) // 2:
        return f"Haar measure of SO({m})", lambda n, rng: _orthogonal(m, n, rng)
    brackets = np.einsum("aij,bjk->abik", basis, basis)
    if np.abs(brackets - brackets.swapaxes(0, 1)).max() < ROUNDING:
        return _torus(basis)
    return f"Haar measure, approximated by {ROUNDS} rounds of rotations about {count} generators", _rounds(
        basis
    )


def _orthogonal(m: int, count: int, rng: np.random.Generator) -> FloatArray:
    found = special_ortho_group.rvs(m, size=count, random_state=rng)
    return np.asarray(found, dtype=np.float64).reshape(count, m, m)


def _torus(basis: FloatArray) -> tuple[str, Callable[[int, np.random.Generator], FloatArray]]:
    """exp(sum theta_a X_a) of commuting rotations, with theta uniform over a common period."""
    r = len(basis)
    # A combination with no accidental degeneracy tells the common eigenvectors apart.
    _, vectors = np.linalg.eigh(1j * np.einsum("a,aij->ij", np.random.default_rng(0).normal(size=r), basis))
    frequencies = np.einsum("ik,aij,jk->ka", vectors.conj(), basis, vectors).imag  # exp(i f . theta)
    _, _, order = qr(frequencies.T.round(9), pivoting=True)  # of equal ones the first
    chosen = frequencies[order[:r]]
    ratios = frequencies @ np.linalg.inv(chosen)
    turns = np.arange(1, TURNS + 1)[:, None, None]
    left = np.abs(turns * ratios - np.round(turns * ratios)).max(axis=(1, 2)) / turns[:, 0, 0]
    common = np.flatnonzero(left < ROUNDING)
    period = int(common[0]) + 1 if len(common) else 1
    how = f"uniform over a torus of {r} dimensions (Haar measure)" if r > 1 else "uniform angle"
    if not len(common):
        how = (
            "uniform angles of each rotation (the group is not closed: the frequencies have no simple ratio)"
        )

    def draw(count: int, rng: np.random.Generator) -> FloatArray:
        angles = 2 * np.pi * period * rng.random((count, r))
        phases = np.exp(1j * angles @ ratios.T)
        return np.asarray(np.einsum("ik,nk,jk->nij", vectors, phases, vectors.conj(), optimize=True).real)

    return how, draw


def _rounds(basis: FloatArray) -> Callable[[int, np.random.Generator], FloatArray]:
    """Products of exp(theta X_a) over all a, `ROUNDS` times; theta so wide that each is uniform over its torus.

    In a representation of the group the mean of exp(theta X_a) is, up to e^-32, the projection P_a onto what X_a
    leaves alone. A round is the product of the P_a, smaller than one by a constant factor outside of what all of them
    leave alone: of SO(3) about two orthogonal axes by |P_l(0)| <= 1/2 (l = 2), P_l Legendre's polynomials.
    """
    values, vectors = np.linalg.eigh(1j * basis)
    m = basis.shape[1]

    def draw(count: int, rng: np.random.Generator) -> FloatArray:
        product = np.broadcast_to(np.eye(m), (count, m, m))
        for _ in range(ROUNDS):
            for frequency, frame in zip(-values, vectors, strict=True):
                slowest = np.abs(frequency)[np.abs(frequency) > ROUNDING].min()
                phases = np.exp(1j * (8 / slowest) * rng.normal(size=(count, 1)) * frequency)
                step = np.einsum("ik,nk,jk->nij", frame, phases, frame.conj(), optimize=True).real
                product = step @ product
        return np.asarray(product)

    return draw

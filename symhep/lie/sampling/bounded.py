"""Random elements of groups that are not compact: rotations evenly, the rest up to a bound."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.linalg import expm

from symhep.errors import LieError
from symhep.lie.canonical_basis import canonical_basis
from symhep.lie.sampling.compact import Draw, compact_draw
from symhep.lie.spans import orthonormal

__all__ = ["bounded_draw"]

FloatArray = npt.NDArray[np.float64]

#: Parts below this are rounding, of matrices of size one.
ROUNDING = 1e-9


def bounded_draw(generators: FloatArray, boosts: float | None, translations: float | None) -> Draw:
    """Elements t b r of the group of affine generators (G, n + 1, n + 1), which is not compact.

    r is drawn from the rotations about the origin among them by the Haar measure, t is uniform in
    a ball of radius ``translations`` (in the data's unit), and b = exp(X) with X in the span of k generators that is
    orthogonal to both: its direction is uniform, its largest singular value, for a boost the rapidity, is that of a
    uniform point of a ball of radius ``boosts`` in k dimensions. There is no even measure to draw from; each element
    is a symmetry all the same.

    Raises `LieError` if a bound is missing.

    >>> from symhep.lie.bases import poincare
    >>> draw = bounded_draw(poincare().subset(["J_z", "K_z"]).matrices, 0.5, None)
    >>> draw.how
    'Haar measure of SO(2), then boosts and scalings up to a rapidity of 0.5'
    """
    basis = np.asarray(orthonormal(generators), dtype=np.float64)
    linear = basis[:, :-1, :-1]
    moves = _where_zero(basis, linear)
    turns = _where_zero(basis, np.concatenate([linear + linear.swapaxes(1, 2), basis[:, :-1, -1:]], axis=2))
    known = np.concatenate([moves, turns])
    rest = _where_zero(basis, np.einsum("aij,bij->ab", basis, known)[..., None])
    parts = []
    if len(turns) and (rotations := compact_draw(turns)) is not None:
        parts.append(rotations)
    if len(rest):
        parts.append(
            _boosts(rest, _bound(boosts, "is not compact (boosts or scalings)", "'boosts', a rapidity"))
        )
    if len(moves):
        parts.append(
            _shifts(moves, _bound(translations, "is not compact (translations)", "'translations', a length"))
        )
    return _product(parts)


def _bound(given: float | None, what: str, option: str) -> float:
    if given is None:
        raise LieError(
            f"the group {what}, so that no uniform distribution exists",
            hint=f"give {option} as the upper limit of the parameter, or choose other generators",
        )
    return given


def _where_zero(basis: FloatArray, values: FloatArray) -> FloatArray:
    """Orthonormal combinations of ``basis`` (G, d, d) at which a linear map, of these ``values``, is 0."""
    _, sizes, rows = np.linalg.svd(values.reshape(len(basis), -1).T, full_matrices=True)
    rank = int((sizes > ROUNDING).sum())
    return np.einsum("ra,aij->rij", canonical_basis(rows[rank:]), basis)


def _boosts(rest: FloatArray, bound: float) -> Draw:
    def draw(count: int, rng: np.random.Generator) -> FloatArray:
        x = np.einsum("na,aij->nij", rng.normal(size=(count, len(rest))), rest)
        size = np.linalg.norm(x[:, :-1, :-1], ord=2, axis=(1, 2))
        radius = bound * rng.random(count) ** (1 / len(rest))
        return np.asarray(expm(x * (radius / size)[:, None, None]))

    return Draw(f"boosts and scalings up to a rapidity of {bound:g}", draw)


def _shifts(moves: FloatArray, bound: float) -> Draw:
    def draw(count: int, rng: np.random.Generator) -> FloatArray:
        direction = rng.normal(size=(count, len(moves)))
        radius = bound * rng.random(count) ** (1 / len(moves))
        steps = direction * (radius / np.linalg.norm(direction, axis=1))[:, None]
        return np.eye(moves.shape[1]) + np.einsum("na,aij->nij", steps, moves)

    return Draw(f"translations up to a length of {bound:g}", draw)


def _product(parts: list[Draw]) -> Draw:
    """An element of each part, the first one acting first."""

    def draw(count: int, rng: np.random.Generator) -> FloatArray:
        product = parts[0].draw(count, rng)
        for part in parts[1:]:
            product = part.draw(count, rng) @ product
        return product

    return Draw(", then ".join(part.how for part in parts), draw)

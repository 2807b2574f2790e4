"""A symmetry broken by a term of strength lambda: which generators survive, and how strongly the others are broken.

The conditions on phi + lambda psi are linear in lambda, so their Gram matrix is quadratic in it: one pass over
the events serves every lambda, a second one tells what is exactly null.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.errors import MethodError
from symhep_oracle.canonical import sparsest
from symhep_oracle.conditions import Conditions
from symhep_oracle.oracles.interface import DOUBLE, Oracle
from symhep_oracle.solution import Solution
from symhep_oracle.spectrum import rounding_floor

__all__ = ["Breaking", "break_symmetry"]

FloatArray = npt.NDArray[np.float64]

BLOCKS = 50


@dataclass(frozen=True)
class Breaking:
    """What becomes of G unbroken generators, for L strengths.

    Attributes
    ----------
    strengths
        (L,) the values of lambda.
    surviving
        (H, K) generators of phi that leave psi as it is too: orthonormal and sparse. They survive any lambda.
    broken
        (G - H, K) the others, most broken last.
    violation, violation_error
        (L, G - H) rms of the change of phi + lambda psi along a broken generator, relative to the largest
        such change along any field; with its standard error.
    algebras
        For each lambda all fields that leave phi + lambda psi as it is, (G_lambda, K): a broken symmetry may
        reappear deformed, as boosts with another limiting speed.
    """

    strengths: FloatArray
    surviving: FloatArray
    broken: FloatArray
    violation: FloatArray
    violation_error: FloatArray
    algebras: list[FloatArray]


def break_symmetry(
    conditions: Conditions,
    psi: Oracle,
    strengths: Sequence[float],
    solution: Solution,
    rng: np.random.Generator,
) -> Breaking:
    """Add lambda ``psi`` to the oracle of ``conditions``, whose generators are ``solution``.

    ``psi`` has one output, added to all of phi's, or as many. Raises `MethodError` for another number, and for
    approximate oracles, which have no exact symmetry to break.
    """
    phi, k = conditions.oracle, conditions.fields.unknowns
    if phi.approximate or psi.approximate:
        raise MethodError("breaking needs oracles that are known exactly; a learned one breaks by itself")
    if psi.outputs not in (1, phi.outputs):
        raise MethodError(f"the breaking term has {psi.outputs} outputs, the oracle {phi.outputs}")
    pairs = _Pairs(conditions, psi)
    grams, weights = pairs.grams()
    total = grams.sum(axis=1) / weights.sum()
    precision = max(phi.precision, psi.precision)
    survive, broken = _split(pairs, solution.coefficients, total, precision)
    survive = sparsest(survive, rng) @ survive
    broken = sparsest(broken, rng) @ broken
    violations, errors, algebras = [], [], []
    for strength in strengths:
        powers = np.array([1.0, strength, strength**2])
        gram, blocks = np.tensordot(powers, total, 1), np.tensordot(powers, grams, 1)
        values, vectors = np.linalg.eigh(gram)
        squares = np.einsum("gk,bkl,gl->bg", broken, blocks, broken, optimize=True)
        mean = squares.sum(axis=0) / weights.sum()
        spread = squares - weights[:, None] * mean
        error = np.sqrt((spread**2).sum(axis=0) * len(weights) / max(len(weights) - 1, 1)) / weights.sum()
        size = np.sqrt(np.maximum(mean, 0.0))
        violations.append(size / np.sqrt(values[-1]))
        errors.append(error / (2 * np.maximum(size, np.finfo(float).tiny)) / np.sqrt(values[-1]))
        unsure = vectors[:, values < max(k * DOUBLE, (k * precision) ** 2) * values[-1]]
        condition = np.sqrt(values[-1] / values[min(unsure.shape[1], k - 1)])
        floor = rounding_floor(precision, k, condition) * np.sqrt(values[-1])
        algebras.append(pairs.null(unsure, (1.0, strength), floor))
    order = np.argsort(np.max(violations, axis=0), kind="stable")
    return Breaking(
        np.asarray(strengths, dtype=np.float64),
        survive,
        broken[order],
        np.array(violations)[:, order],
        np.array(errors)[:, order],
        algebras,
    )


def _split(
    pairs: _Pairs, rows: FloatArray, total: FloatArray, precision: float
) -> tuple[FloatArray, FloatArray]:
    """Orthonormal combinations of ``rows`` that psi is blind to, and the others."""
    k = rows.shape[1]
    values, vectors = np.linalg.eigh(rows @ total[2] @ rows.T) if len(rows) else (np.zeros(0), np.eye(0))
    largest = np.linalg.eigvalsh(total[2])[-1]
    eigenvalues = np.linalg.eigvalsh(total[0])
    # The generators of phi are known to rounding over the gap that holds them; psi sees that error.
    tilt = k * precision * eigenvalues[-1] / eigenvalues[min(len(rows), k - 1)]
    unsure = values < max(k * DOUBLE, tilt**2) * largest
    survive = pairs.null((vectors.T[unsure] @ rows).T, (0.0, 1.0), tilt * np.sqrt(largest))
    inside = np.linalg.svd(rows @ survive.T, full_matrices=True)[0] if len(survive) else np.eye(len(rows))
    return survive, inside[:, len(survive) :].T @ rows


@dataclass(frozen=True)
class _Pairs:
    """Rows A of phi and B of psi at the same events, in the same units."""

    conditions: Conditions
    psi: Oracle

    def _rows(self, part: slice) -> tuple[Tensor, Tensor]:
        c = self.conditions
        slopes = self.psi.gradient(c.x[part]).expand(-1, c.oracle.outputs, -1)
        return c.rows(part)[0], c.rows_of(slopes, part)[0]

    def _parts(self) -> Iterator[tuple[int, slice]]:
        events, k = len(self.conditions.x), self.conditions.fields.unknowns
        edges = np.linspace(0, events, min(BLOCKS, events) + 1).astype(int).tolist()
        step = max(1, 300_000 // (k * self.conditions.oracle.outputs))
        for block, (start, stop) in enumerate(pairwise(edges)):
            for first in range(start, stop, step):
                yield block, slice(first, min(first + step, stop))

    def grams(self) -> tuple[FloatArray, FloatArray]:
        """A^T A, A^T B + B^T A and B^T B per block, (3, B, K, K), and the weights of the blocks (B,)."""
        k, blocks = self.conditions.fields.unknowns, min(BLOCKS, len(self.conditions.x))
        values, weights = np.zeros((3, blocks, k, k)), np.zeros(blocks)
        for block, part in self._parts():
            a, b = self._rows(part)
            mixed = (a.T @ b).numpy()
            values[:, block] += (a.T @ a).numpy(), mixed + mixed.T, (b.T @ b).numpy()
            weights[block] += self.conditions.weights[part].sum()
        return values, weights

    def null(self, directions: FloatArray, mixture: tuple[float, float], floor: float) -> FloatArray:
        """(G, K) combinations of ``directions`` (K, J) along which a phi + b psi changes by less than ``floor``."""
        v, j = torch.from_numpy(np.ascontiguousarray(directions)), directions.shape[1]
        if j == 0:
            return np.zeros((0, len(directions)))
        gram = np.zeros((j, j))
        for _, part in self._parts():
            a, b = self._rows(part)
            changes = (mixture[0] * a + mixture[1] * b) @ v
            gram += (changes.T @ changes).numpy()
        values, turn = np.linalg.eigh(gram / self.conditions.weights.sum())
        return np.asarray((directions @ turn[:, np.sqrt(np.maximum(values, 0.0)) <= floor]).T)

"""Completeness of the Poincare table over each splitting row: the cocycles, counted by linear algebra."""

from __future__ import annotations

import itertools

import numpy as np
from scipy.linalg import null_space

from symhep.lie.structure import structure_constants
from symhep.lie.subgroups import SubgroupClass, poincare_subgroups
from symhep.lie.subgroups.classify import stratum


def split(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Projectors on the Lorentz part and on the translations inside."""
    inside = null_space(rows[:, :6].T).T @ rows
    return projector(rows[:, :6]), projector(inside[:, 6:])


def projector(rows: np.ndarray) -> np.ndarray:
    _, values, right = np.linalg.svd(rows, full_matrices=False)
    kept = right[values > 1e-9]
    return kept.T @ kept


def first_cohomology(lorentz_part: np.ndarray, translations: np.ndarray) -> int:
    """dim H^1(L, R^4 / V): cocycles phi([a, b]) = a phi(b) - b phi(a), less the coboundaries a -> a v."""
    basis = np.linalg.svd(lorentz_part)[2][: round(np.trace(lorentz_part))]
    if not len(basis) or round(np.trace(translations)) == 4:
        return 0
    group = poincare_subgroups().group.matrices[:6, :4, :4]
    rest = null_space(translations).T  # orthonormal rows of the quotient
    quotient = [rest @ m @ rest.T for m in np.tensordot(basis, group, axes=1)]
    constants = structure_constants(np.tensordot(basis, group, axes=1)).constants
    k, q = len(basis), len(rest)
    equations = []
    for a, b in itertools.combinations(range(k), 2):
        row = np.zeros((q, k, q))
        for c in range(k):
            row[:, c] += constants[a, b, c] * np.eye(q)
        row[:, b] -= quotient[a]
        row[:, a] += quotient[b]
        equations.append(row.reshape(q, k * q))
    cocycles = k * q - (np.linalg.matrix_rank(np.concatenate(equations), tol=1e-9) if equations else 0)
    coboundaries = np.linalg.matrix_rank(np.concatenate(quotient), tol=1e-9)
    return int(cocycles - coboundaries)


def test_rows_over_each_splitting_row_fill_its_cohomology() -> None:
    """Over (L, V) the rows' orbits are strata of H^1: the largest has its dimension."""
    group = poincare_subgroups()
    constants = structure_constants(group.group.matrices).constants
    parts = {c.name: split(c.coefficients()) for c in group.classes}

    def same(a: SubgroupClass, b: SubgroupClass) -> bool:
        return all(np.allclose(x, y) for x, y in zip(parts[a.name], parts[b.name], strict=True))

    splitting = [
        c
        for c in group.classes
        if not ((c.coefficients()[:, :6] != 0).any(1) & (c.coefficients()[:, 6:] != 0).any(1)).any()
    ]
    assert (
        len(splitting) == 91
    )  # 2 + 4 + 4 + 4 + 4 + 5 + 4 + 9 + 6 + 5 + 6 + 10 + 9 + 9 + 10, Lorentz parts R15, R14, R13, ... by hand
    covered = 0
    for base in splitting:
        over = [c for c in group.classes if same(base, c)]
        covered += len(over)
        grown = max(stratum(c, constants) for c in over) - stratum(base, constants)
        assert grown == first_cohomology(*parts[base.name]), base.name
        assert (grown == 0) == (len(over) == 1), base.name
    assert covered == len(group)

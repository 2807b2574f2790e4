"""Levi decomposition: a semisimple subalgebra that complements the radical."""

from __future__ import annotations

import numpy as np

from symhep.lie.noise import aligned, kernel
from symhep.lie.structure import FloatArray

__all__ = ["levi_complement"]

STEPS = 8


def levi_complement(constants: FloatArray, radical: FloatArray) -> FloatArray:
    """Columns (B, G, s) that span a Levi subalgebra, for constants (B, G, G, G) and the radical (B, G, r).

    With any complement x_i and [x_i, x_j] = c_ij^k x_k modulo the radical, looks for u_i in the radical
    with [x_i + u_i, x_j + u_j] = c_ij^k (x_k + u_k), by Newton's method:
    [du_i, y_j] + [y_i, du_j] - c_ij^k du_k = -(rest). It has a solution by
    Whitehead's second lemma (de Graaf, Lie Algebras, section 4.13; there one step per term
    of the derived series of the radical).
    """
    x = kernel(np.swapaxes(radical, 1, 2), radical.shape[2])
    b, s, r = len(x), x.shape[2], radical.shape[2]
    first, second = np.triu_indices(s, 1)
    pairs, rows = len(first), np.arange(len(first))
    u = np.zeros((b, r, s))
    before = np.inf
    for step in range(STEPS):
        y = x + radical @ u
        dual = np.linalg.inv(np.concatenate([y, radical], axis=2))
        brackets = np.einsum("zabc,zai,zbj->zijc", constants, y, y, optimize=True)
        parts = brackets @ np.swapaxes(dual, 1, 2)[:, None]
        c, rest = parts[:, first, second, :s], parts[:, first, second, s:]
        left = float(np.abs(rest).max(initial=0.0))
        if left < 1e-14 or (
            step > 1 and left > before / 2
        ):  # solved, or only what errors leave unsolvable is left
            break
        before = left
        acting = np.einsum("zabc,zai,zbj->zijc", constants, y, radical, optimize=True)
        acting = np.swapaxes((acting @ np.swapaxes(dual, 1, 2)[:, None])[..., s:], 2, 3)  # ad y_i: r from r
        system = np.zeros((b, pairs, r, s, r))
        system[:, rows, :, first] -= np.swapaxes(acting[:, second], 0, 1)
        system[:, rows, :, second] += np.swapaxes(acting[:, first], 0, 1)
        for k in range(r):
            system[:, :, k, :, k] -= c
        flat = system.reshape(b, pairs * r, s * r)
        transposed = np.swapaxes(flat, 1, 2)
        right = transposed @ rest.reshape(b, -1, 1)
        u -= np.swapaxes(
            (np.linalg.pinv(transposed @ flat, 1e-9, hermitian=True) @ right).reshape(b, s, r), 1, 2
        )
    return aligned(np.linalg.qr(x + radical @ u)[0])

"""u(n) and su(n): anti-Hermitian matrices, by the generalised Gell-Mann matrices."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from symhep.lie.bases.units import checked, unit
from symhep.lie.generators import Generators, Matrices

__all__ = ["su", "u"]


def su(n: int) -> Generators:
    """su(n): X_k = -i lambda_k / 2 with the generalised Gell-Mann matrices lambda_1, lambda_2, ...

    Tr(lambda_k lambda_l) = 2 delta_kl; for each column j the symmetric and antisymmetric ones of (1, j) ... (j - 1,
    j), then the diagonal one. Pauli's for n = 2. [X_a, X_b] = f_abc X_c with the usual f: f_123 = 1.

    Parameters
    ----------
    n
        At least 2.

    Returns
    -------
    Generators
        (n^2 - 1, n, n), complex.

    References
    ----------
    M. Gell-Mann, Phys. Rev. 125 (1962) 1067, for the order.

    Examples
    --------
    >>> su(2).labels, (2j * su(3)["lambda_3"]).real.diagonal().tolist()
    (('lambda_1', 'lambda_2', 'lambda_3'), [1.0, -1.0, 0.0])
    """
    n = checked(n, 2, "su(n)")
    matrices = -0.5j * _gell_mann(n)
    return Generators(f"su({n})", matrices, tuple(f"lambda_{k + 1}" for k in range(len(matrices))))


def u(n: int) -> Generators:
    """u(n): lambda_0 = sqrt(2/n) 1 as -i lambda_0 / 2, then `su`.

    Parameters
    ----------
    n
        At least 1.

    Returns
    -------
    Generators
        (n^2, n, n), complex.

    Examples
    --------
    >>> u(2).labels
    ('lambda_0', 'lambda_1', 'lambda_2', 'lambda_3')
    """
    n = checked(n, 1, "u(n)")
    phase = np.sqrt(2 / n) * np.eye(n)[None]
    matrices = -0.5j * np.concatenate([phase, _gell_mann(n)])
    return Generators(f"u({n})", matrices, tuple(f"lambda_{k}" for k in range(n * n)))


def _gell_mann(n: int) -> npt.NDArray[np.complex128]:
    matrices: list[Matrices] = []
    for j in range(1, n):
        for i in range(j):
            matrices.append(unit(n, i, j) + unit(n, j, i) + 0j)
            matrices.append(-1j * unit(n, i, j) + 1j * unit(n, j, i))
        diagonal = np.r_[np.ones(j), -float(j), np.zeros(n - j - 1)]
        matrices.append(np.diag(np.sqrt(2 / (j * (j + 1))) * diagonal) + 0j)
    return np.array(matrices, dtype=np.complex128).reshape(-1, n, n)

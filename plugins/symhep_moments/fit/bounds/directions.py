"""Spherical harmonics of the directions of vectors: what rotations about any axis leave, and break."""

from __future__ import annotations

from math import factorial, sqrt

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

__all__ = ["across_axis", "spherical"]

FloatArray = npt.NDArray[np.float64]


def spherical(directions: Tensor, degree: int) -> Tensor:
    """y_l(n), the 2 l + 1 real spherical harmonics of ``degree`` l, of unit vectors (..., 3) -> (..., 2 l + 1).

    Their squares sum to one at each n, y_l(n) . y_l(n') = P_l(cos angle) (addition theorem), and a rotation of n is one
    of the 2 l + 1 components among themselves.

    >>> n = torch.tensor([[0.0, 0.0, 1.0], [0.6, 0.0, 0.8]], dtype=torch.float64)
    >>> y = spherical(n, 2)
    >>> round(float(y[0] @ y[1]), 12) == round(1.5 * 0.8**2 - 0.5, 12)
    True
    """
    x, y, z = directions.unbind(dim=-1)
    wave = torch.complex(x, y)
    columns: list[Tensor] = []
    power, double = torch.ones_like(wave), 1.0
    for m in range(degree + 1):
        # P_l^m / sin^m by its recurrence in l
        before, now = torch.zeros_like(z), torch.full_like(z, double)
        for k in range(m + 1, degree + 1):
            before, now = now, ((2 * k - 1) * z * now - (k + m - 1) * before) / (k - m)
        norm = sqrt((1 if m == 0 else 2) * factorial(degree - m) / factorial(degree + m))
        columns.append(norm * now * power.real)
        if m:
            columns.append(norm * now * power.imag)
        power, double = power * wave, double * (2 * m + 1)
    return torch.stack(columns, dim=-1)


def across_axis(axis: FloatArray, degree: int) -> FloatArray:
    """(2 l, 2 l + 1) orthonormal rows: the part of y_l that turns when space is turned about ``axis``.

    What stays is the one component along y_l(axis), the Legendre polynomial of the angle to it.

    >>> across_axis(np.array([0.0, 0.0, 1.0]), 1).shape
    (2, 3)
    """
    n = torch.from_numpy(axis / np.linalg.norm(axis))[None]
    along = spherical(n, degree)[0].numpy()
    _, _, rows = np.linalg.svd(along[None])
    return np.asarray(rows[1:])

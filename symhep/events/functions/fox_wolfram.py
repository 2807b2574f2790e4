"""Moments of Fox and Wolfram."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from symhep.errors import CardError
from symhep.events.functions.momenta import by_multiplicity, components

__all__ = ["fox_wolfram"]

FloatArray = npt.NDArray[np.float64]
_LARGEST = 50


def fox_wolfram(order: Any, *objects: Any) -> FloatArray:
    """(N,) H_l / H_0 with H_l = sum_ij |p_i| |p_j| P_l(cos theta_ij), over all i and j; P_l of Legendre, l = ``order``.

    Fox, Wolfram, Phys. Rev. Lett. 41, 1581 (1978), divided by H_0 = (sum_i |p_i|)^2, which for massless particles is
    their s; i = j counts. 1 for l = 0, 0 for l = 1 where momenta balance, NaN without momenta.

    Raises `CardError` unless ``order`` is one whole number from 0 to 50.

    >>> import awkward as ak
    >>> import vector
    >>> vector.register_awkward()
    >>> two = ak.zip({"px": [[0.0, 0.0]], "py": [[0.0, 0.0]], "pz": [[3.0, -3.0]]}, with_name="Momentum3D")
    >>> [fox_wolfram(l, two).tolist() for l in (0, 1, 2)]
    [[1.0], [0.0], [1.0]]
    """
    if isinstance(order, bool) or not isinstance(order, int | float) or order != int(order):
        raise CardError(
            "fox_wolfram needs the order as its first argument, an integer, as in fox_wolfram(2, jets)"
        )
    if not 0 <= order <= _LARGEST:
        raise CardError(f"fox_wolfram: the order is from 0 to {_LARGEST}, got {order:g}")
    coefficients = np.zeros(int(order) + 1)
    coefficients[-1] = 1.0

    def ratio(p: FloatArray) -> FloatArray:
        size = np.linalg.norm(p, axis=2)
        with np.errstate(invalid="ignore", divide="ignore"):
            unit = np.where(size[..., None] > 0, p / size[..., None], 0.0)
            # Sums of one event in an order of its own, so that they do not depend on which events come with it.
            cos = sum(unit[:, :, None, i] * unit[:, None, :, i] for i in range(3))
            legendre = np.polynomial.legendre.legval(np.clip(cos, -1.0, 1.0), coefficients)
            pairs = size[:, :, None] * size[:, None, :]
            total = (pairs * legendre).reshape(len(p), -1).sum(axis=1)
            return np.asarray(total / pairs.reshape(len(p), -1).sum(axis=1))

    return by_multiplicity(ratio, components(objects, ("px", "py", "pz")), lambda n: 4 * n * n)

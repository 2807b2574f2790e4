"""Polynomial fields that are multiples of others: f v preserves whatever v preserves, for any function f."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from symhep_oracle.fit.fields import PolynomialFields

__all__ = ["Multiples", "multiples"]

FloatArray = npt.NDArray[np.float64]

#: Angle below which a combination of fields counts as one of lower degree, and size below which it counts as zero.
TOLERANCE = 1e-6


@dataclass(frozen=True)
class Multiples:
    """``lowest`` (H, K): orthonormal fields of the least degree ``degree`` in a span; ``explained``: dimension of the
    part that they make up, times ``monomials``.
    """

    lowest: FloatArray
    degree: int
    monomials: tuple[str, ...]
    explained: int


def multiples(rows: FloatArray, fields: PolynomialFields) -> Multiples | None:
    """How much of the span of orthonormal ``rows`` (G, K) is made of its fields of least degree times monomials.

    None if all are of the highest degree, so that there is nothing to multiply.

    >>> from symhep_oracle.oracles.layout import Layout
    >>> fields = PolynomialFields(Layout(1, 2), 2)
    >>> rows = np.zeros((2, 12))
    >>> rows[0, [1, 8]] = 0.5**0.5, -(0.5**0.5)  # x1 d1 - x2 d2
    >>> rows[1, [3, 10]] = 0.5**0.5, -(0.5**0.5)  # x1 x1 d1 - x1 x2 d2
    >>> found = multiples(rows, fields)
    >>> found.degree, found.monomials, found.explained
    (1, ('1', 'x1', 'x2'), 2)
    """
    lengths = np.tile([len(m) for m in fields.monomials], fields.layout.width)
    for degree in range(fields.degree):
        lowest = _without(rows, lengths > degree)
        if len(lowest):
            break
    else:
        return None
    factors = [m for m in fields.monomials if len(m) <= fields.degree - degree]
    products = np.concatenate([_times(lowest, m, fields) for m in factors])
    # What of a product lies in the span; all of it, unless the span is that of noisy conditions.
    sizes = np.linalg.svd(products @ rows.T, compute_uv=False)
    names = tuple(" ".join(f"x{i + 1}" for i in m) or "1" for m in factors)
    return Multiples(lowest, degree, names, int((sizes > TOLERANCE * sizes[0]).sum()))


def _without(rows: FloatArray, high: npt.NDArray[np.bool_]) -> FloatArray:
    """Orthonormal combinations of ``rows`` whose unknowns ``high`` vanish."""
    _, sizes, turns = np.linalg.svd(rows[:, high].T, full_matrices=True)
    sizes = np.concatenate([sizes, np.zeros(len(rows) - len(sizes))])
    return np.asarray(turns[sizes < TOLERANCE] @ rows)


def _times(rows: FloatArray, monomial: tuple[int, ...], fields: PolynomialFields) -> FloatArray:
    """The fields times a monomial; the result must not exceed the degree."""
    places = {m: i for i, m in enumerate(fields.monomials)}
    count = len(fields.monomials)
    product = np.zeros_like(rows)
    for i, m in enumerate(fields.monomials):
        target = places.get(tuple(sorted(m + monomial)))
        if target is not None:
            for component in range(fields.layout.width):
                product[:, component * count + target] = rows[:, component * count + i]
    return product

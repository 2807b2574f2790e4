"""The finite group of components: products of cosets, orders, and a name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from symhep_symmetrygan.inference.components import Component
from symhep_symmetrygan.inference.cosets import threshold
from symhep_symmetrygan.inference.nearest import nearest, off_chi2
from symhep_symmetrygan.inference.tangents import Tangents

__all__ = ["Multiplication", "multiplication", "name_group"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: Groups with more elements than this, or than `GROWTH` times those found, are not followed (but up to `SMALL` always):
#: errors add up from product to product, and what does not close by then is no group within them.
MOST, GROWTH, SMALL = 130, 3, 24
#: Probability that any product of a group is not found among its elements.
MISSED = 0.01


@dataclass(frozen=True, eq=False)
class Multiplication:
    """``table`` (M, M): number of the product of two cosets. The first were found, the others are products of them.

    ``found``: how many were. ``closed``: whether all products are in the table; else entries are -1.
    ``elements`` (M, D + 1, D + 1).
    """

    table: IntArray
    found: int
    closed: bool
    elements: FloatArray

    @property
    def orders(self) -> IntArray:
        """Smallest q with c^q = 1, (M,); 0 if that is not known."""
        out = np.zeros(len(self.table), dtype=np.int64)
        for c in range(len(self.table)):
            at, q = c, 1
            while at > 0 and q <= len(self.table):
                at, q = int(self.table[at, c]), q + 1
            out[c] = q if at == 0 else 0
        return out


def multiplication(tangents: Tangents, components: Sequence[Component], basis: FloatArray) -> Multiplication:
    """Products of cosets exp(algebra) c, found again among them within the errors, and what is missing added.

    To first order the product of exp(u) a and exp(v) b is exp(u + Ad(a) v) a b.
    """
    elements = [c.representative for c in components]
    errors = [c.covariance for c in components]
    most = min(MOST, max(SMALL, GROWTH * len(elements)))
    table: dict[tuple[int, int], int] = {}
    todo = [(a, b) for a in range(len(elements)) for b in range(len(elements))]
    missing: list[tuple[int, int]] = []
    while todo or missing:
        table |= dict(zip(todo, _found(tangents, elements, errors, todo, 0, basis), strict=True))
        missing += [pair for pair in todo if table[pair] < 0]
        if not missing or len(elements) >= most:
            break
        # one at a time: others may be the same coset
        n, (first, second) = len(elements), missing[0]
        turn = tangents.adjoint(elements[first][None])[0]
        elements.append(elements[first] @ elements[second])
        errors.append(errors[first] + turn @ errors[second] @ turn.T)
        table |= dict(zip(missing, _found(tangents, elements, errors, missing, n, basis), strict=True))
        table[missing[0]] = n
        missing = [pair for pair in missing if table[pair] < 0]
        todo = [(k, n) for k in range(n + 1)] + [(n, k) for k in range(n)]
    full = np.array([[table.get((a, b), -1) for b in range(len(elements))] for a in range(len(elements))])
    proper = bool((np.sort(full, axis=0) == np.arange(len(full))[:, None]).all())
    return Multiplication(full, len(components), proper, np.array(elements))


def _found(
    tangents: Tangents,
    elements: Sequence[FloatArray],
    errors: Sequence[FloatArray],
    pairs: Sequence[tuple[int, int]],
    start: int,
    basis: FloatArray,
) -> list[int]:
    """Which element, number ``start`` or later, has the product of each of the ``pairs`` in its coset; -1 for none."""
    if not pairs:
        return []
    first, second = np.array(pairs).T
    known, spreads = np.array(elements), np.array(errors)
    product, turn = known[first] @ known[second], tangents.adjoint(known[first])
    spread = spreads[first] + turn @ spreads[second] @ turn.swapaxes(1, 2)
    quality = np.empty((len(elements) - start, len(product)))
    for row, element, error in zip(quality, known[start:], spreads[start:], strict=True):
        h = product @ np.linalg.inv(element)
        row[:] = off_chi2(nearest(tangents, h, basis).u, spread + error, basis)
    # each of n^2 products is as likely to be missed by mistake: all of them together with MISSED
    limit = threshold(len(tangents) - len(basis), MISSED / len(elements) ** 2)
    found = np.where(quality.min(axis=0) < limit, quality.argmin(axis=0) + start, -1)
    return [int(k) for k in found]


def name_group(table: IntArray, orders: IntArray) -> str:
    """Name of a finite group by its ``table`` and the ``orders`` of its elements.

    >>> z4 = (np.arange(4)[:, None] + np.arange(4)) % 4
    >>> name_group(z4, np.array([1, 4, 2, 4])), name_group(np.array([[0]]), np.array([1]))
    ('Z_4', 'trivial')
    """
    n = len(orders)
    if n == 1:
        return "trivial"
    if n in orders:
        return f"Z_{n}"
    abelian = bool((table == table.T).all())
    if set(orders.tolist()) == {1, 2}:
        return " x ".join(["Z_2"] * (n.bit_length() - 1))
    if not abelian and n % 2 == 0 and n // 2 in orders:
        a = int(np.flatnonzero(orders == n // 2)[0])
        turns, at = {0}, a
        while at != 0:
            turns.add(at)
            at = int(table[at, a])
        if all(orders[k] == 2 for k in range(n) if k not in turns):
            return f"D_{n // 2}"
    counts = Counter(orders.tolist())
    known = {
        (1, 3, 8, 0, 0): "A_4",
        (1, 9, 8, 6, 0): "S_4",
        (1, 15, 20, 0, 24): "A_5",
        (1, 1, 0, 6, 0): "Q_8",
    }
    key = tuple(counts.get(q, 0) for q in range(1, 6))
    if sum(key) == n and key in known:
        return known[key]
    return f"{'abelian, ' if abelian else ''}order {n}"

"""Tests of blocks of the same normal numbers, joined into the smallest p-value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from symhep.stats.residual_forms import BlockTest, form_tests, ridge_form
from symhep.stats.smallest import smallest_p

__all__ = ["Joined", "Part", "joined"]

FloatArray = npt.NDArray[np.float64]

#: Noise of a block over that of all functions, below which it is rounding.
NOISELESS = 1e-6


@dataclass(frozen=True, eq=False)
class Part:
    """A block: combinations ``rows`` (b, m) of the values, tested alone. ``typical``: the variance of values of its
    kind."""

    name: str
    rows: FloatArray
    typical: float


@dataclass(frozen=True, eq=False)
class Joined:
    """Tests of each block, and the correlations (B, B) of their statistics."""

    tests: dict[str, BlockTest]
    correlation: FloatArray

    def log_p(self, *names: str) -> float:
        """Of the smallest p-value of these blocks, or of all; those that nothing moves are none."""
        asked = [(i, test) for i, (name, test) in enumerate(self.tests.items()) if not names or name in names]
        which = [i for i, test in asked if test.dof > 0 or test.log_p < 0]
        if not which:
            return 0.0
        logs = [test.log_p for i, test in asked if i in which]
        return smallest_p(logs, self.correlation[np.ix_(which, which)])


def joined(values: FloatArray, covariance: FloatArray, nu: float, parts: Sequence[Part]) -> Joined:
    """Are ``values`` (m,) of this ``covariance`` (m, m) zero, by every part?

    The statistics are sums of squares |F_b v|^2 (`symhep.stats.residual_forms.ridge_form`), so that cov(T_a, T_b) =
    2 |F_a C F_b^T|^2 (Frobenius). A block without noise, of which nothing moves, has the p-value 1.

    >>> part = [Part(name, np.eye(3)[rows], 1.0) for name, rows in (("few", [0]), ("all", [0, 1, 2]))]
    >>> found = joined(np.array([3.0, 0.0, 0.0]), np.eye(3), 1e6, part)
    >>> found.tests["few"].log_p < found.log_p() < found.tests["all"].log_p
    True
    >>> found.correlation.round(3).tolist()
    [[1.0, 0.577], [0.577, 1.0]]
    """
    some, forms, halves = [], [], []
    for part in parts:
        own = part.rows @ values
        half = part.rows @ covariance
        noise = half @ part.rows.T
        if np.diag(noise).mean() <= NOISELESS**2 * part.typical:
            # Functions that are invariant, event by event: rounding over rounding tells nothing.
            noise, own = (
                np.zeros_like(noise),
                np.where(abs(own) > NOISELESS * np.sqrt(part.typical), own, 0.0),
            )
        form = ridge_form((noise + noise.T) / 2, nu)
        some.append(own)
        forms.append(form)
        halves.append(form.transform @ part.rows)
    tests = form_tests(forms, some)
    rows = np.concatenate(halves)
    squares = (rows @ covariance @ rows.T) ** 2
    edges = np.cumsum([0, *(len(half) for half in halves[:-1])])
    sums = np.add.reduceat(np.add.reduceat(squares, edges, axis=0), edges, axis=1)
    spread = np.array([float(np.linalg.norm(form.weights)) for form in forms])
    size = np.outer(spread, spread)
    correlation = np.where(size > 0, np.minimum(sums / np.where(size > 0, size, 1.0), 1.0), 1.0)
    return Joined({part.name: test for part, test in zip(parts, tests, strict=True)}, correlation)

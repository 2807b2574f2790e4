"""Elements of known groups, with known errors."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.linalg import expm

from symhep.lie.generators import Generators

Found = tuple[np.ndarray, np.ndarray]


@pytest.fixture(scope="session")
def homogeneous() -> Callable[..., np.ndarray]:
    """Matrices (E, D, D), and translations (E, D), as (E, D + 1, D + 1)."""

    def build(linear: np.ndarray, shift: np.ndarray | None = None) -> np.ndarray:
        count, d, _ = linear.shape
        out = np.zeros((count, d + 1, d + 1))
        out[:, :d, :d], out[:, d, d] = linear, 1.0
        if shift is not None:
            out[:, :d, d] = shift
        return out

    return build


@pytest.fixture(scope="session")
def turns() -> Callable[[np.ndarray], np.ndarray]:
    """Rotations of the plane by angles (E,): (E, 2, 2)."""

    def build(angles: np.ndarray) -> np.ndarray:
        c, s = np.cos(angles), np.sin(angles)
        return np.moveaxis(np.array([[c, -s], [s, c]]), -1, 0)

    return build


@pytest.fixture(scope="session")
def measure() -> Callable[..., Found]:
    """Elements moved by normal errors of size sigma, but not along ``flat`` (G,), and their information."""

    def build(
        rng: np.random.Generator,
        exact: np.ndarray,
        generators: Generators,
        sigma: float,
        flat: np.ndarray | None = None,
    ) -> Found:
        g = len(generators)
        seen = np.eye(g) if flat is None else np.eye(g) - np.outer(flat, flat) / (flat @ flat)
        errors = sigma * np.exp(0.2 * rng.normal(size=(len(exact), 1, 1)))  # not all alike
        u = (errors[:, 0] * rng.normal(size=(len(exact), g))) @ seen
        matrices = np.asarray(generators.homogeneous().matrices)
        return expm(np.tensordot(u, matrices, 1)) @ exact, seen / errors**2

    return build


@pytest.fixture(scope="session")
def affine() -> Callable[[int], Generators]:
    """All of agl(n)."""

    def build(n: int) -> Generators:
        places = [(i, j) for i in range(n) for j in range(n + 1)]
        matrices = np.zeros((len(places), n + 1, n + 1))
        matrices[np.arange(len(places)), *np.array(places).T] = 1.0
        return Generators(f"agl({n})", matrices, tuple(f"E_{i}{j}" for i, j in places), affine=True)

    return build

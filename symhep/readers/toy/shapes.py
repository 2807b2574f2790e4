"""Toys that are points, or images: event fields x1, x2, ... and the truth beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from symhep.readers.interface import FieldSchema
from symhep.readers.layout import Layout, Leaf
from symhep.readers.toy.toy import Columns, Family, Toy

__all__ = ["DIGITS", "SHAPES", "gaussians"]

FloatArray = npt.NDArray[np.float64]

#: Images that scikit-learn bundles: fewer than a block.
DIGITS = 1797


def _points(
    dim: int,
    intrinsic: int | None,
    symmetry: str,
    draw: Callable[[np.random.Generator, int], tuple[FloatArray, FloatArray | None]],
    truth: tuple[str, str] | None = None,
    limit: int | None = None,
) -> Toy:
    """``draw`` gives (n, F) points and (n,) truth, if there is any; ``truth`` is its name and meaning."""
    coordinates = [f"x{i + 1}" for i in range(dim)]
    fields = {name: Leaf(name, FieldSchema("float64")) for name in coordinates}
    if truth is not None:
        fields[truth[0]] = Leaf(truth[0], FieldSchema("float64", "", f"truth: {truth[1]}"))

    def columns(rng: np.random.Generator, n: int) -> Columns:
        points, known = draw(rng, n)
        drawn = {name: points[:, i] for i, name in enumerate(coordinates)}
        return drawn if truth is None or known is None else {**drawn, truth[0]: known}

    note = "Generated events without weights: all events have weight 1."
    return Toy(Layout(event_fields=fields, notes=(note,)), dim, intrinsic, symmetry, columns, limit)


def _surface(name: str, options: Mapping[str, Any]) -> Toy:
    surfaces = {"square": _square, "circle": _circle, "sphere": _sphere}
    return surfaces[name](options.get("radius", 10.0))


def _square(radius: float) -> Toy:
    def draw(rng: np.random.Generator, n: int) -> tuple[FloatArray, None]:
        return rng.uniform(-radius, radius, (n, 2)), None

    return _points(2, 2, "D4", draw)


def _circle(radius: float) -> Toy:
    def draw(rng: np.random.Generator, n: int) -> tuple[FloatArray, FloatArray]:
        angle = rng.uniform(-np.pi, np.pi, n)
        return radius * np.stack([np.cos(angle), np.sin(angle)], axis=1), angle

    return _points(2, 1, "O(2)", draw, ("angle", "azimuth in [-pi, pi)"))


def _sphere(radius: float) -> Toy:
    def draw(rng: np.random.Generator, n: int) -> tuple[FloatArray, None]:
        points = rng.normal(size=(n, 3))
        return radius * points / np.linalg.norm(points, axis=1, keepdims=True), None

    return _points(3, 2, "O(3)", draw)


def _digits(name: str, options: Mapping[str, Any]) -> Toy:
    def draw(rng: np.random.Generator, n: int) -> tuple[FloatArray, FloatArray]:
        from sklearn.datasets import load_digits  # seconds to import, and only wanted here

        images, digits = load_digits(return_X_y=True)
        order = rng.permutation(len(images))[:n]
        return images[order], digits[order].astype(np.float64)

    return _points(64, None, "unknown", draw, ("digit", "which digit it is, 0 to 9"), limit=DIGITS)


_OCTAGON = [[np.cos(2 * np.pi * i / 8), np.sin(2 * np.pi * i / 8)] for i in range(1, 9)]
_GRID = [[float(i - 2), float(j - 2)] for i in range(1, 6) for j in range(1, 6)]

#: Centres of the Gaussians, their variances by dimension, the linear symmetry about the mean for equal variances.
_MIXTURES: Mapping[str, tuple[list[list[float]], list[float], str]] = {
    "gaussian": ([[0.5]], [1.0], "Z2"),
    "normal11": ([[0.0, 0.0]], [1.0, 1.0], "O(2)"),
    "normal12": ([[0.0, 0.0]], [1.0, 2.0], "O(2)"),
    "bimodal": ([[-1.0], [1.0]], [1.0], "Z2"),
    "octagon": (_OCTAGON, [0.1, 0.1], "D8"),
    "grid5x5": (_GRID, [0.1, 0.1], "D4"),
}


def gaussians(name: str, options: Mapping[str, Any]) -> tuple[FloatArray, FloatArray]:
    """Centres (K, D) and common variances (D,) of a toy that is a sum of K Gaussians of equal shares.

    >>> gaussians("bimodal", {"mean": [3.0]})
    (array([[2.],
           [4.]]), array([1.]))
    """
    listed, variances, _ = _MIXTURES[name]
    mean, wanted = options.get("mean"), options.get("variance")
    if name == "gaussian" and (mean or wanted or "dimension" in options):
        dim = options.get("dimension") or len(mean or wanted or [])
        listed, variances = [[0.5] * dim], [1.0] * dim
    centres, variance = np.asarray(listed), np.asarray(wanted or variances)
    dim = centres.shape[1]
    wrong_mean = mean is not None and len(mean) != dim
    if wrong_mean or len(variance) != dim or (variance <= 0).any():
        raise ValueError(f"'{name}' needs {dim} means and {dim} positive variances")
    if mean is not None:
        centres = centres - centres.mean(axis=0) + np.asarray(mean)
    return centres, variance


def _mixture(name: str, options: Mapping[str, Any]) -> Toy:
    """Equal shares of Gaussians; ``mean`` moves the centre of all, ``variance`` replaces theirs."""
    centres, variance = gaussians(name, options)
    dim = centres.shape[1]
    symmetry = f"O({dim})" if name == "gaussian" and dim > 1 else _MIXTURES[name][2]

    def draw(rng: np.random.Generator, n: int) -> tuple[FloatArray, FloatArray]:
        component = rng.integers(len(centres), size=n)
        return centres[component] + np.sqrt(variance) * rng.normal(size=(n, dim)), component.astype(
            np.float64
        )

    if len(set(variance.tolist())) > 1:
        # One Gaussian keeps its rotations, distorted by the square root of the covariance; a lattice its mirrors.
        symmetry = f"{symmetry}, conjugated by the root of the covariance" if len(centres) == 1 else "V4"
    if len(centres) == 1:
        return _points(dim, dim, symmetry, draw)
    return _points(dim, dim, symmetry, draw, ("component", "number of the Gaussian, from 0"))


SHAPES: Mapping[str, Family] = {
    **{name: Family(("radius",), _surface) for name in ("square", "circle", "sphere")},
    **{name: Family(("mean", "variance"), _mixture) for name in _MIXTURES},
    "gaussian": Family(("dimension", "mean", "variance"), _mixture),
    "digits": Family((), _digits),
}

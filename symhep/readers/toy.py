"""The toy data sets of the papers, generated: event fields x1, x2, ... and the truth beside them.

========== =============================================================== ==========================
name       density                                                          source
========== =============================================================== ==========================
square     uniform on [-R, R]^2, R = 10                                     VAE paper, equation (4.1)
circle     uniform on x1^2 + x2^2 = R^2, R = 10; truth ``angle``            VAE paper, equation (4.2)
gaussian   normal; by default N(0.5, 1), in one ``dimension`` or more       SymmetryGAN, section V.A
normal11   N(0, diag(1, 1))                                                 SymmetryGAN, equation (21)
normal12   N(0, diag(1, 2))                                                 SymmetryGAN, equation (22)
bimodal    N(-1, 1) / 2 + N(1, 1) / 2; truth ``component``                  SymmetryGAN, equation (25)
octagon    eight Gaussians on the unit circle, variance 0.1                 SymmetryGAN, equation (26)
grid5x5    25 Gaussians on {-1, ..., 3}^2, variance 0.1                     SymmetryGAN, equation (27)
sphere     uniform on the surface of radius R = 10 in three dimensions      -
digits     1797 images of 8 x 8 pixels from 0 to 16; truth ``digit``        scikit-learn (UCI, Alpaydin and Kaynak 1998)
========== =============================================================== ==========================

N(m, v) has the variance v, as in the paper; ``variance`` and ``mean`` replace it and the mean
of the whole. The grid is centred on (1, 1), as printed in the paper; its symmetry D4 is about that point, and
``mean: [0, 0]`` moves the centre to the origin. No unit; the weights are 1.

Events come in blocks of 8192, each with its own random stream, so that event n is the same
whatever the chunks and however many events are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import awkward as ak
import numpy as np
import numpy.typing as npt
from pydantic import Field as Option

from symhep.errors import InputError, nearest
from symhep.readers.interface import Field, ReaderOptions
from symhep.readers.layout import Layout, Leaf
from symhep.readers.table import TableReader

__all__ = ["ToyOptions", "ToyReader"]

FloatArray = npt.NDArray[np.float64]

_BLOCK = 8192
#: Images that scikit-learn bundles: fewer than a block.
DIGITS = 1797


class ToyOptions(ReaderOptions):
    """``name``: which data set. ``radius`` is R; ``mean`` and ``variance`` are per dimension."""

    name: (
        Literal[
            "square",
            "circle",
            "gaussian",
            "normal11",
            "normal12",
            "bimodal",
            "octagon",
            "grid5x5",
            "sphere",
            "digits",
        ]
        | None
    ) = Option(None, description="which data set of the papers")
    events: int = Option(10_000, ge=0, description="how many events to draw")
    seed: int = Option(
        20260101, ge=0, description="seed of the events (the run's seed leaves them as they are)"
    )
    dimension: int | None = Option(None, ge=1, le=1000, description="dimensions of gaussian; 1 by default")
    radius: float | None = Option(None, gt=0, description="R of square, circle and sphere")
    mean: list[float] | None = Option(None, description="mean per dimension, of the Gaussian shapes")
    variance: list[float] | None = Option(None, description="variance per dimension, of the Gaussian shapes")


@dataclass(frozen=True)
class _Toy:
    """How to draw n events: (n, F) points, and (n,) truth if there is any; at most ``limit`` events."""

    dim: int
    intrinsic: int | None
    symmetry: str
    draw: Callable[[np.random.Generator, int], tuple[FloatArray, FloatArray | None]]
    truth: str | None = None
    truth_doc: str = ""
    limit: int | None = None


class ToyReader(TableReader):
    """Toy data with known symmetry, generated; no files."""

    name: ClassVar[str] = "toy"
    summary: ClassVar[str] = "toy data: square, circle, Gaussians, mixtures, sphere; images of digits"
    Options: ClassVar[type[ReaderOptions]] = ToyOptions
    needs_files: ClassVar[bool] = False

    def confidence(self, path: str, head: bytes) -> int:
        """2 for 'toy:NAME'."""
        return 2 if path.startswith("toy:") else 0

    @contextmanager
    def opened(self, path: str, options: ReaderOptions) -> Iterator[tuple[ToyTable, Layout]]:
        """The data set that the path 'toy:NAME' or the option ``name`` names."""
        assert isinstance(options, ToyOptions)
        table = ToyTable(path, _toy(path, options), options.events, options.seed)
        yield table, _layout(table.toy)

    def details(self, table: Any, layout: Layout) -> Mapping[str, Any]:
        """The truth: the dimension of the data and the name of their symmetry."""
        return {
            "intrinsic_dimension": table.toy.intrinsic,
            "embedding_dimension": table.toy.dim,
            "symmetry": table.toy.symmetry,
            "seed": table.seed,
        }


class ToyTable:
    """The events of a toy, drawn block by block."""

    def __init__(self, path: str, toy: _Toy, events: int, seed: int) -> None:
        self.path, self.toy, self.seed = path, toy, seed
        self.entries = events if toy.limit is None else min(events, toy.limit)
        self.damage: str | None = None

    def chunks(
        self, columns: Sequence[str], stop: int, step: int
    ) -> Iterator[tuple[int, Mapping[str, ak.Array]]]:
        """(number of events, columns) of events 0 to ``stop``, at most ``step`` at a time."""
        for start in range(0, stop, step):
            end = min(start + step, stop)
            yield end - start, self._columns(columns, start, end)

    def _columns(self, columns: Sequence[str], start: int, end: int) -> dict[str, ak.Array]:
        if not columns:
            return {}
        parts: list[dict[str, FloatArray]] = []
        for block in range(start // _BLOCK, (end - 1) // _BLOCK + 1):
            rng = np.random.default_rng(np.random.SeedSequence([self.seed, block]))
            points, truth = self.toy.draw(rng, _BLOCK)
            drawn = {f"x{i + 1}": points[:, i] for i in range(self.toy.dim)}
            if self.toy.truth is not None and truth is not None:
                drawn[self.toy.truth] = truth
            inside = slice(max(start - block * _BLOCK, 0), min(end - block * _BLOCK, _BLOCK))
            parts.append({name: drawn[name][inside] for name in columns})
        return {name: ak.Array(np.concatenate([part[name] for part in parts])) for name in columns}


def _layout(toy: _Toy) -> Layout:
    fields = {f"x{i + 1}": Leaf(f"x{i + 1}", Field("float64")) for i in range(toy.dim)}
    if toy.truth is not None:
        fields[toy.truth] = Leaf(toy.truth, Field("float64", "", f"truth: {toy.truth_doc}"))
    return Layout(event_fields=fields, notes=("Generated events without weights: every event weighs 1.",))


def _toy(path: str, options: ToyOptions) -> _Toy:
    named = path.removeprefix("toy:") if path.startswith("toy:") else ""
    name = options.name or named
    if options.name and named and named != options.name:
        raise InputError(f"the option name says '{options.name}'", file=path, hint="give the name once")
    if name == "digits":
        if options.mean is not None or options.variance is not None or options.radius is not None:
            raise InputError(
                "'digits' are images as they are", file=path, hint="its options are events and seed"
            )
        return _digits()
    if name in _SURFACES:
        if options.mean is not None or options.variance is not None or options.dimension is not None:
            raise InputError(
                f"'{name}' has no mean, variance or dimension", file=path, hint="its option is radius"
            )
        return _SURFACES[name](options.radius or 10.0)
    if name not in _MIXTURES:
        raise InputError(
            f"there is no toy '{name}'", file=path, hint=nearest(name, [*_SURFACES, *_MIXTURES, "digits"])
        )
    if options.radius is not None:
        raise InputError(f"'{name}' has no radius", file=path, hint="its options are mean and variance")
    return _mixture(name, options, path)


def _square(radius: float) -> _Toy:
    def draw(rng: np.random.Generator, n: int) -> tuple[FloatArray, None]:
        return rng.uniform(-radius, radius, (n, 2)), None

    return _Toy(2, 2, "D4", draw)


def _circle(radius: float) -> _Toy:
    def draw(rng: np.random.Generator, n: int) -> tuple[FloatArray, FloatArray]:
        angle = rng.uniform(-np.pi, np.pi, n)
        return radius * np.stack([np.cos(angle), np.sin(angle)], axis=1), angle

    return _Toy(2, 1, "O(2)", draw, "angle", "azimuth in [-pi, pi)")


def _sphere(radius: float) -> _Toy:
    def draw(rng: np.random.Generator, n: int) -> tuple[FloatArray, None]:
        points = rng.normal(size=(n, 3))
        return radius * points / np.linalg.norm(points, axis=1, keepdims=True), None

    return _Toy(3, 2, "O(3)", draw)


def _digits() -> _Toy:
    def draw(rng: np.random.Generator, n: int) -> tuple[FloatArray, FloatArray]:
        from sklearn.datasets import load_digits  # seconds to import, and only wanted here

        images, digits = load_digits(return_X_y=True)
        order = rng.permutation(len(images))[:n]
        return images[order], digits[order].astype(np.float64)

    return _Toy(64, None, "unknown", draw, "digit", "which digit it is, 0 to 9", limit=DIGITS)


_SURFACES: Mapping[str, Callable[[float], _Toy]] = {"square": _square, "circle": _circle, "sphere": _sphere}

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


def _mixture(name: str, options: ToyOptions, path: str) -> _Toy:
    """Equal shares of Gaussians; ``mean`` moves the centre of all, ``variance`` replaces theirs."""
    listed, variances, symmetry = _MIXTURES[name]
    if options.dimension is not None and name != "gaussian":
        raise InputError(f"'{name}' has a dimension of its own", file=path, hint="leave out dimension")
    if name == "gaussian" and (options.mean or options.variance or options.dimension):
        dim = options.dimension or len(options.mean or options.variance or [])
        listed, variances, symmetry = [[0.5] * dim], [1.0] * dim, f"O({dim})" if dim > 1 else "Z2"
    centres, variance = np.asarray(listed), np.asarray(options.variance or variances)
    dim = centres.shape[1]
    wrong_mean = options.mean is not None and len(options.mean) != dim
    if wrong_mean or len(variance) != dim or (variance <= 0).any():
        raise InputError(f"'{name}' needs {dim} means and {dim} positive variances", file=path)
    if options.mean is not None:
        centres = centres - centres.mean(axis=0) + np.asarray(options.mean)

    def draw(rng: np.random.Generator, n: int) -> tuple[FloatArray, FloatArray]:
        component = rng.integers(len(centres), size=n)
        return centres[component] + np.sqrt(variance) * rng.normal(size=(n, dim)), component.astype(
            np.float64
        )

    if len(set(variance.tolist())) > 1:
        # One Gaussian keeps its rotations, distorted by the square root of the covariance; a lattice its mirrors.
        symmetry = f"{symmetry}, conjugated by the root of the covariance" if len(centres) == 1 else "V4"
    if len(centres) == 1:
        return _Toy(dim, dim, symmetry, draw)
    return _Toy(dim, dim, symmetry, draw, "component", "number of the Gaussian, from 0")

"""Toys whose symmetries are known: Gaussians, and two vectors in the plane that nearly balance."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
import torch

from symhep.lie.bases import so
from symhep.lie.generators import Generators
from symhep.lie.groups import PlaneRotations
from symhep_symmetrygan.sample import Events, Sample
from symhep_symmetrygan.spaces.space import Space

FloatArray = npt.NDArray[np.float64]
Maker = Callable[[np.random.Generator, int], FloatArray]


def sample_of(x: FloatArray, weights: FloatArray | None = None) -> Sample:
    w = np.ones(len(x)) if weights is None else weights
    return Sample(torch.from_numpy(np.ascontiguousarray(x)), torch.from_numpy(w))


def affine(matrices: FloatArray) -> FloatArray:
    """Homogeneous (..., D + 1, D + 1) of linear maps (..., D, D)."""
    d = matrices.shape[-1]
    made = np.zeros((*matrices.shape[:-2], d + 1, d + 1))
    made[..., :d, :d], made[..., d, d] = matrices, 1.0
    return made


def turns(angles: npt.ArrayLike, planes: int = 1) -> FloatArray:
    """Rotations by ``angles`` of each of ``planes`` planes alike."""
    made = [
        np.kron(np.eye(planes), [[np.cos(t), -np.sin(t)], [np.sin(t), np.cos(t)]])
        for t in np.atleast_1d(angles)
    ]
    return np.stack(made)


def generators(n: int) -> FloatArray:
    return np.pad(np.asarray(so(n).matrices, dtype=np.float64), ((0, 0), (0, 1), (0, 1)))


def balanced(rng: np.random.Generator, n: int) -> FloatArray:
    """Two vectors in the plane, nearly opposite: (n, 4) invariant under common rotations and reflections alone."""
    size, soft, angle = 1 + rng.exponential(0.35, n), rng.gamma(1.5, 0.08, n), rng.vonmises(0, 1.5, n)
    one = np.stack([size, np.zeros(n)], 1)
    two = np.stack([soft * np.cos(angle), soft * np.sin(angle)], 1) - one
    turn, mirror = rng.uniform(0, 2 * np.pi, n), rng.choice([-1.0, 1.0], n)
    c, s = np.cos(turn), np.sin(turn)
    out = [
        np.stack([c * v[:, 0] - s * mirror * v[:, 1], s * v[:, 0] + c * mirror * v[:, 1]], 1)
        for v in (one, two)
    ]
    return np.concatenate(out, 1)


class Toys:
    """The functions above, for tests."""

    sample_of = staticmethod(sample_of)
    affine = staticmethod(affine)
    turns = staticmethod(turns)
    generators = staticmethod(generators)
    balanced = staticmethod(balanced)


@pytest.fixture(scope="session")
def toys() -> type[Toys]:
    return Toys


@pytest.fixture(scope="session")
def planar() -> tuple[Events, Space]:
    """4000 balanced pairs, and so(4)."""
    rng = np.random.default_rng(4)
    x = balanced(rng, 4000)
    x /= np.sqrt((x**2).mean())
    events = Events(
        sample_of(x[:2000]), sample_of(x[2000:]), 2, 2,
        ("px1", "py1", "px2", "py2"), ("px", "py"), ("jet1", "jet2"), "GeV", 50.0,
    )  # fmt: skip
    labels = tuple(so(4).labels)
    return events, Space("so(4)", PlaneRotations(4), Generators("so(4)", generators(4), labels, affine=True))

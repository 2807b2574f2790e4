"""Names of exact null spaces on numbers whose rounding does not average out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from symhep.events.dataset import Dataset
from symhep.lie.bases import lorentz
from symhep.methods.context import COMBINE, Context, seed_sequence
from symhep.methods.interface import Shard
from symhep_oracle.fit.exact import solve
from symhep_oracle.fit.fields import LinearFields
from symhep_oracle.method import OracleGenerators
from symhep_oracle.options import OracleMethodOptions
from symhep_oracle.oracles.layout import Layout
from symhep_oracle.oracles.norms import LORENTZ, QuadraticForm
from symhep_oracle.record import OracleRecord


def pairs(seed: int, energy: float = 40, mass: float = 0.1, recoil: float = 2, n: int = 600) -> np.ndarray:
    """(E, px, py, pz) of two particles that balance but for a recoil."""
    rng = np.random.default_rng(seed)
    u = rng.normal(size=(n, 3))
    p = energy * np.exp(0.2 * rng.normal(size=(n, 1))) * u / np.linalg.norm(u, axis=1, keepdims=True)
    q = recoil * rng.normal(size=(n, 3)) - p
    return np.concatenate([np.c_[np.sqrt((v**2).sum(axis=1) + mass**2), v] for v in (p, q)], axis=1)


def found(x: np.ndarray, **options: Any) -> OracleRecord:
    data, asked = Dataset.from_array(x, scaling="isotropic"), OracleMethodOptions(**options)
    method, seeds = OracleGenerators(), [seed_sequence(1, "oracle", i) for i in (0, COMBINE)]
    prepared = method.prepare(data, asked)
    part = method.fit(prepared, Shard(), Context(seeds[0]))
    return method.combine(prepared, [part], Context(seeds[1])).record


EVENTS = {
    "whole GeV": lambda: np.rint(pairs(3)),
    "whole GeV of TeV": lambda: np.rint(pairs(3, 4000, 20, 30)),
    "single precision": lambda: pairs(3).astype(np.float32).astype(np.float64),
    "40 events, 15 times": lambda: np.tile(np.rint(pairs(3))[:40], (15, 1)),
    "no rounding": lambda: pairs(3),
}


@pytest.mark.parametrize("of", ["particles", "pairs", "total"])
@pytest.mark.parametrize("kind", EVENTS)
def test_the_lorentz_group_is_named_whatever_the_numbers(kind: str, of: str) -> None:
    """The invariance group of E^2 - p^2 is O(1,3); its algebra has dimension 6."""
    record = found(EVENTS[kind](), oracle={"kind": "lorentz", "of": of}, acts_on="features", vectors=2)
    assert (record.algebra.name, record.algebra.dimension, record.algebra.stability) == ("so(1,3)", 6, 1.0)
    assert record.algebra.breaking.value == 0


@pytest.mark.parametrize(
    "x",
    [
        np.rint(3 * np.random.default_rng(5).normal(size=(500, 3))) + 1000,
        np.random.default_rng(5).normal(size=(500, 3)) * [1, 1e-3, 1e3],
        np.rint(np.random.default_rng(5).normal(size=(500, 3)) * [1, 10, 1e4]) + np.array([0.5, 0, 0]),
    ],
    ids=["whole numbers about 1000", "columns of size 1, 0.001 and 1000", "whole numbers of different size"],
)
def test_rotations_are_named_whatever_the_numbers(x: np.ndarray) -> None:
    assert found(x, oracle="l2").algebra.name == "so(3)"


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("of", ["particles", "total"])
def test_the_bound_of_rounding_holds_the_tilt(of: str, seed: int) -> None:
    """The true span is known: what of the generators lies outside it is all rounding."""
    layout, x = Layout(2, 4), np.rint(pairs(seed))
    fields = LinearFields(layout)
    oracle = QuadraticForm(layout, LORENTZ, of)
    s = solve(oracle, torch.from_numpy(x), np.ones(len(x)), fields, np.random.default_rng(1), 20.0)
    inside = np.linalg.qr(fields.coefficients(np.asarray(lorentz().matrices)).T)[0]
    outside = s.coefficients - (s.coefficients @ inside) @ inside.T
    bound = s.rounding(oracle.precision)
    assert np.linalg.norm(outside) < np.linalg.norm(bound)
    assert np.linalg.norm(bound) < 1e-9  # and is no excuse for everything


def test_polynomial_fields_close_within_their_rounding() -> None:
    x = np.rint(3 * np.random.default_rng(5).normal(size=(400, 2))) + 0.5
    record = found(x, oracle="l2", degree=3)
    # x dy - y dx times 1, x, y, x^2, ...: degree 3 times degree 3 has a bracket of degree 5, outside the library
    assert record.algebra.name == "not closed"
    affine = found(x, oracle="l2", degree=1)
    assert affine.algebra.name == "so(2)"

"""What a user function may do wrong without failing: reported, or taken into account."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from symhep.errors import MethodError
from symhep_oracle.fit import exact
from symhep_oracle.fit.fields import LinearFields
from symhep_oracle.oracles.function import function_oracle
from symhep_oracle.oracles.layout import Layout

LAYOUT = Layout(1, 4)


@pytest.fixture
def points() -> Tensor:
    return torch.from_numpy(np.random.default_rng(1).normal(size=(500, 4)))


def _doubles(x: Any) -> Any:
    array = np.asarray(x)
    array *= 2
    return (array**2).sum(axis=1)


def _leaves(x: Any) -> Any:
    sys.exit(5)


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (_doubles, "changes its input array: use a copy"),
        (lambda x: ((x - x.mean(0)) ** 2).sum(1), "that depends on the other events"),
        (_leaves, "SystemExit: 5"),
    ],
)
def test_told(points: Tensor, function: Callable[[Any], Any], message: str) -> None:
    with pytest.raises(MethodError, match=message):
        function_oracle(LAYOUT, function, "phi", points)
    assert torch.equal(points, torch.from_numpy(np.random.default_rng(1).normal(size=(500, 4))))


@pytest.mark.parametrize(
    "function",
    [
        lambda x: (x.float() ** 2).sum(1).double(),
        lambda x: (np.asarray(x).astype(np.float32) ** 2).sum(axis=1).astype(np.float64),
    ],
    ids=["torch", "numpy"],
)
def test_float32_inside_sets_the_floor(points: Tensor, function: Callable[[Any], Any]) -> None:
    oracle = function_oracle(LAYOUT, function, "phi", points)
    assert oracle.precision >= np.finfo(np.float32).eps
    fields = LinearFields(LAYOUT)
    solution = exact.solve(oracle, points, np.ones(500), fields, np.random.default_rng(2))
    assert solution.dimension == 6  # so(4)


def test_float64_keeps_its_floor(points: Tensor) -> None:
    oracle = function_oracle(LAYOUT, lambda x: x[:, 0] ** 2 - x[:, 1:].square().sum(1), "phi", points)
    assert oracle.precision == np.finfo(np.float64).eps


def test_numbers_of_very_different_size_are_no_single_precision() -> None:
    size = torch.tensor([1e-3, 1e3, 1.0], dtype=torch.float64)
    points = size * torch.randn(300, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    oracle = function_oracle(Layout(1, 3), lambda x: ((x / size) ** 2).sum(dim=1), "ellipsoid", points)
    assert oracle.precision == np.finfo(np.float64).eps

"""Functions without symmetry must not be given one; calibrated over random functions of few variables."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from symhep_oracle.fit import exact
from symhep_oracle.fit.conditions import Conditions
from symhep_oracle.fit.fields import LinearFields
from symhep_oracle.fit.surrogates import SURROGATES, permuted, smooth
from symhep_oracle.oracles.function import TorchFunction
from symhep_oracle.oracles.layout import Layout

FUNCTIONS = 20


def _cubic(dimension: int, rng: np.random.Generator) -> TorchFunction:
    first, second, third = (torch.from_numpy(rng.normal(size=(dimension,) * n)) for n in (1, 2, 3))

    def phi(x: Tensor) -> Tensor:
        return (
            x @ first
            + torch.einsum("ij,ni,nj->n", second, x, x)
            + torch.einsum("ijk,ni,nj,nk->n", third, x, x, x)
        )

    oracle = TorchFunction(Layout(1, dimension), phi, 1)
    oracle.approximate = True
    return oracle


@pytest.mark.parametrize("dimension", [2, 3, 4])
def test_random_cubics_have_no_symmetry(dimension: int) -> None:
    found = []
    for seed in range(FUNCTIONS):
        rng = np.random.default_rng(seed)
        x = torch.from_numpy(rng.normal(size=(400, dimension)))
        oracle = _cubic(dimension, rng)
        found.append(exact.solve(oracle, x, np.ones(400), LinearFields(oracle.layout), rng).dimension)
    # At a rate of 1 %, three or more of twenty have a probability of 0.1 %.
    assert np.count_nonzero(found) <= 2


def test_a_symmetry_that_is_all_but_exact_is_found_among_them() -> None:
    rng = np.random.default_rng(1)
    rough = _cubic(3, rng)
    oracle = TorchFunction(Layout(1, 3), lambda x: 10 * x.square().sum(dim=-1) + 0.1 * rough(x)[..., 0], 1)
    oracle.approximate = True
    x = torch.from_numpy(rng.normal(size=(400, 3)))
    solution = exact.solve(oracle, x, np.ones(400), LinearFields(oracle.layout), rng)
    assert solution.dimension == 3
    assert solution.stability > 0.9


def test_surrogates_are_gram_matrices_of_the_conditions() -> None:
    rng = np.random.default_rng(2)
    oracle = _cubic(2, rng)
    x = torch.from_numpy(rng.normal(size=(300, 2)))
    conditions = Conditions(oracle, LinearFields(oracle.layout), x, np.ones(300), 1.0)
    for kind in (permuted, smooth):
        grams = kind(conditions, np.random.default_rng(3))
        assert len(grams) == SURROGATES
        assert all(np.allclose(g, g.T) and np.linalg.eigvalsh(g)[0] > -1e-9 * np.trace(g) for g in grams)

"""Two nearest neighbours, against another implementation and the law of their ratios."""

from __future__ import annotations

import numpy as np
import pytest
import skdim

from symhep.stats.two_nn import scales, two_nn


@pytest.mark.parametrize("dimension", [1, 2, 4])
def test_as_scikit_dimension_but_for_its_fit(dimension: int) -> None:
    """It fits a line to the logarithm of the empirical law, here it is the likelihood: the same within their errors."""
    x = np.random.default_rng(dimension).normal(size=(3000, max(dimension, 2)))
    x[:, dimension:] = 0
    other = skdim.id.TwoNN().fit_transform(x)
    assert two_nn(x)[0] == pytest.approx(other, rel=0.06)


def test_it_has_no_bias_on_a_torus_without_edges() -> None:
    """Uniform on the flat torus, as circles in four dimensions: the mean of 40 is 2 within 3 errors."""
    rng = np.random.default_rng(1)
    found = []
    for _ in range(40):
        a = rng.uniform(0, 2 * np.pi, (2000, 2))
        found.append(two_nn(np.c_[np.cos(a), np.sin(a)])[0])
    assert np.mean(found) == pytest.approx(2, abs=3 * np.std(found) / np.sqrt(40) + 0.005)


def test_copies_at_equal_distances_are_told() -> None:
    grid = np.stack(np.meshgrid(np.arange(20.0), np.arange(20.0)), -1).reshape(-1, 2)
    assert two_nn(grid)[2] == 1.0
    assert scales(grid, np.random.default_rng(2)) == ()


def test_too_few_points_are_an_error() -> None:
    with pytest.raises(ValueError, match="9 points are too few for nearest neighbours"):
        two_nn(np.zeros((9, 2)))

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from symhep_symmetrygan.landscape.maxima import maxima_of


def _on(axes: list[np.ndarray], function: object) -> object:
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), -1)
    values = function(torch.as_tensor(grid.reshape(-1, len(axes)))).numpy()  # type: ignore[operator]
    return maxima_of(function, axes, values.reshape(grid.shape[:-1]))  # type: ignore[arg-type]


def test_single_points_of_different_heights() -> None:
    def function(t: Tensor) -> Tensor:
        peak = torch.tensor([0.123, -0.4], dtype=torch.float64)
        return (-4 * (t - peak).square().sum(1)).exp() + 0.5 * (-4 * (t + 1).square().sum(1)).exp()

    axis = np.linspace(-2, 2, 21)
    found = _on([axis, axis], function)
    np.testing.assert_allclose(found.points, [[0.123, -0.4], [-1, -1]], atol=2e-2)
    assert found.values[0] > found.values[1] > 0.5
    assert found.single.all()


def test_a_ridge_is_no_single_point() -> None:
    axis = np.linspace(-1.5, 1.5, 31)
    found = _on([axis, axis], lambda t: -((t.square().sum(1) - 1) ** 2))
    assert len(found.points) > 8
    assert not found.single.any()
    np.testing.assert_allclose(np.linalg.norm(found.points, axis=1), 1, atol=1e-6)


def test_what_rises_beyond_the_grid_is_no_maximum() -> None:
    assert len(_on([np.linspace(0, 1, 11)], lambda t: t[:, 0]).points) == 0

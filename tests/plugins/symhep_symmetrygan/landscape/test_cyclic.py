from __future__ import annotations

import numpy as np
import pytest
import torch

from symhep_symmetrygan.landscape.cyclic import cyclic_term
from symhep_symmetrygan.landscape.mixture import Mixture


@pytest.mark.parametrize("order", [2, 3, 7])
def test_it_is_the_mean_over_draws(order: int) -> None:
    rng = np.random.default_rng(order)
    mixture = Mixture.of([[0.5, 0.0], [-1.0, 2.0]], [[[1.0, 0.3], [0.3, 0.5]]])
    a, b = np.array([[0.6, 0.8], [-0.7, 0.5]]), np.array([0.3, -0.2])
    x = mixture.means[rng.integers(2, size=100_000)]
    x = x + rng.multivariate_normal([0, 0], mixture.covariances[0], 100_000)
    y = x
    for _ in range(order):
        y = y @ a.T + b
    moved = ((y - x) ** 2).sum(1)
    found = float(cyclic_term(mixture, torch.as_tensor(a), torch.as_tensor(b), order))
    assert found == pytest.approx(moved.mean(), abs=4 * moved.std() / np.sqrt(len(x)))

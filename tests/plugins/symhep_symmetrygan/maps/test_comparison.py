from __future__ import annotations

import numpy as np
import torch

from symhep_symmetrygan.maps.comparison import compare, compare_learned
from symhep_symmetrygan.maps.formulas import FORMULAS
from symhep_symmetrygan.maps.residual import CosineFeatures, ResidualMap
from symhep_symmetrygan.sample import Sample

SAMPLE = Sample(
    torch.tensor([[0.0], [2.0]], dtype=torch.float64), torch.tensor([3.0, 1.0], dtype=torch.float64)
)


def test_the_mean_is_weighted_and_what_diverged_is_left_out() -> None:
    """x -> 2 mu - x with mu = 0.5."""
    start, end = np.array([[0.0, -1.0], [0.0, 2.0]]), np.array([[1.0, -1.3], [np.nan, 1.0]])
    found = compare(start, end, FORMULAS["side"], SAMPLE)
    assert found.expected.tolist() == [[1.0, -1.0]]
    np.testing.assert_allclose(found.distance, [0.3])


def test_distances_go_the_short_way_round() -> None:
    start, end = np.array([[6.2, 0.1]]), np.array([[0.1, 6.2]])
    expected = (0.1 + 6.2 - 2 * np.pi) / 2
    found = compare(start, end, FORMULAS["bisecting"], SAMPLE)
    np.testing.assert_allclose(found.distance, np.hypot(0.1 - expected, 6.2 - 2 * np.pi - expected))


def test_a_learned_map_beside_trainings() -> None:
    identity = ResidualMap(CosineFeatures(np.zeros(1), np.ones(1), 8, 1.0, 0), torch.zeros(1, 8, 1))
    fresh, trained = np.array([[0.5], [2.0], [-1.0]]), np.array([[1.0], [np.nan]])
    found, away = compare_learned(identity, fresh, trained, FORMULAS["sign"], SAMPLE)
    np.testing.assert_allclose(found.distance, [0.5, 1.0, 0.0])
    np.testing.assert_allclose(away, [0.5, np.nan])

"""Losses of overtrained networks are at 2 ln 2 where there is nothing to tell, and below where there is."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy.stats import special_ortho_group

from symhep_symmetrygan.sample import Sample
from symhep_symmetrygan.validation.calibration import CalibratedLoss, halves
from symhep_symmetrygan.validation.options import PosthocOptions
from symhep_symmetrygan.validation.posthoc import classify

IDEAL = 2 * math.log(2)


def judged(
    x: np.ndarray, weights: np.ndarray, matrix: np.ndarray, seed: int, steps: int = 3000
) -> tuple[float, float]:
    """Loss and error for one element, half of the events held out."""
    element = np.pad(matrix, ((0, 1), (0, 1)))
    element[-1, -1] = 1.0
    half = len(x) // 2
    train, held = (
        Sample(torch.from_numpy(x[part]), torch.from_numpy(weights[part]))
        for part in (slice(half), slice(half, None))
    )
    nothing = np.zeros((0, len(element), len(element)))
    found = classify(
        train, held, element[None], nothing, PosthocOptions(steps=steps), [np.random.SeedSequence(seed)]
    )
    return float(found.loss[0]), float(found.error[0])


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("negative", [0.0, 0.2])
def test_a_symmetry_has_2_ln_2_within_errors(seed: int, negative: float) -> None:
    """Rotations of normal numbers: the network alone was at 1.42."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(6000, 5))
    weights = np.where(rng.uniform(size=6000) < negative, -1.0, 1.0)
    loss, error = judged(x, weights, special_ortho_group.rvs(5, random_state=seed), seed)
    assert abs(loss - IDEAL) < 3 * error + 1e-12
    assert error < 0.01


def test_a_difference_keeps_its_loss() -> None:
    """N(0, 1) against N(0, 4) in two dimensions: 2 ln 2 - 2 JS by integration over r^2 / 2 = t."""
    t = np.linspace(0, 60, 200_001)
    p, q = np.exp(-t), 0.25 * np.exp(-t / 4)
    loss = float(np.trapezoid(-p * np.log(p / (p + q)) - q * np.log(q / (p + q)), t))
    rng = np.random.default_rng(4)
    found, error = judged(rng.normal(size=(20_000, 2)), np.ones(20_000), 2 * np.eye(2), 4)
    assert found > loss - 4 * error
    assert found < loss + 4 * error + 0.01  # and what a network of 25 units misses


def test_scales_are_chosen_by_the_other_half() -> None:
    """Logits that are right in one half and wrong in the other: each half is judged as the other one has it."""
    half = halves(2000)
    told = torch.from_numpy(np.where(half, 2.0, -2.0))[None]
    loss = CalibratedLoss(1, half)
    loss.add(slice(0, 2000), told, -told, torch.ones(2000, dtype=torch.float64))
    # one half says 'scale 1', the other 'scale 0'
    wrong, nothing = 2 * math.log1p(math.exp(2.0)), IDEAL
    share = half.mean()
    assert float(loss.found()[0][0]) == pytest.approx((1 - share) * wrong + share * nothing)


def test_copies_share_a_half() -> None:
    unit = np.repeat(np.arange(50), 3)
    found = halves(150, unit)
    assert all(len(set(found[unit == u])) == 1 for u in range(50))
    assert 0.3 < found.mean() < 0.7


def test_blocks_add_up() -> None:
    rng = np.random.default_rng(5)
    x, y, w = (torch.from_numpy(rng.normal(size=shape)) for shape in ((2, 90), (2, 90), (90,)))
    whole, pieces = CalibratedLoss(2, halves(90)), CalibratedLoss(2, halves(90))
    whole.add(slice(0, 90), x, y, w.abs())
    for start in range(0, 90, 30):
        part = slice(start, start + 30)
        pieces.add(part, x[:, part], y[:, part], w[part].abs())
    np.testing.assert_allclose(whole.found(), pieces.found(), rtol=1e-12)

"""Sums of images: their covariance, which no choice of images changes, and the exact p of several statistics."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from symhep_moments.fit.given.images import Block, ImageSums, Sums, joined_p


def sums(n: int = 40, q: int = 5, k: int = 3, seed: int = 1, order: np.ndarray | None = None) -> ImageSums:
    f = np.random.default_rng(seed).normal(size=(n, q, k))
    if order is not None:
        f = np.take_along_axis(f, order[:, :, None], axis=1)
    found = Sums(n, q, k)
    weights = torch.from_numpy(np.random.default_rng(2).uniform(0.5, 1.5, n))
    found.add(torch.from_numpy(f), weights, torch.arange(n))
    return found.finish()


def test_the_covariance_is_that_over_all_choices_and_does_not_know_which_image_is_the_event() -> None:
    rng = np.random.default_rng(3)
    one = sums()
    other = sums(order=rng.permuted(np.tile(np.arange(5), (40, 1)), axis=1))
    np.testing.assert_allclose(one.second, other.second, rtol=1e-5)
    assert not np.allclose(one.observed, other.observed)
    choices = rng.integers(5, size=(40_000, 40))
    drawn = one.groups[np.arange(40), choices].sum(axis=1)
    np.testing.assert_allclose(np.cov(drawn.T), one.second, atol=0.05 * one.second.max())


def test_rows_of_a_unit_are_added_before_they_are_squared() -> None:
    f = torch.from_numpy(np.random.default_rng(1).normal(size=(3, 4, 2)))
    copies = f.repeat_interleave(2, dim=0)
    found = Sums(3, 4, 2)
    found.add(
        copies,
        torch.ones(6, dtype=torch.float64),
        torch.arange(3).repeat_interleave(2),
        torch.arange(3).repeat_interleave(2),
    )
    single = Sums(3, 4, 2)
    single.add(2 * f, torch.ones(3, dtype=torch.float64), torch.arange(3))
    np.testing.assert_allclose(found.finish().second, single.finish().second, rtol=1e-5)


def test_functions_that_do_not_change_are_left_out() -> None:
    f = torch.from_numpy(np.random.default_rng(1).normal(size=(10, 4, 2)))
    f[:, :, 1] = 1e3 + 1e-5 * f[:, :, 1]
    found = Sums(10, 4, 2)
    found.add(f, torch.ones(10, dtype=torch.float64), torch.arange(10))
    assert found.finish().changed.tolist() == [True, False]
    nothing = joined_p(
        found.finish(), {"one": Block(np.array([False, True]), 1.0)}, np.random.default_rng(1), 99
    )
    assert (nothing.p, nothing.draws, nothing.block) == (1.0, 0, "")


def test_p_is_a_rank_never_below_one_over_the_draws() -> None:
    blocks = {
        "one": Block(np.array([True, False, False]), 0.5),
        "all": Block(np.ones(3, dtype=bool), 0.5, "sum"),
    }
    both = np.stack([np.ones((50, 3)), -np.ones((50, 3))], axis=1)
    all_up = ImageSums(both, 50 * np.eye(3), np.ones(3, dtype=bool))
    seen = joined_p(all_up, blocks, np.random.default_rng(1), 499)
    assert seen.p == 1 / 500
    p = [joined_p(sums(seed=s), blocks, np.random.default_rng(s), 99, enough=99).p for s in range(300)]
    # 300 independent p-values, uniform on k / 100: 30 +- 5 of them are at most 0.1.
    assert 14 <= np.sum(np.array(p) <= 0.1) <= 47
    assert np.mean(p) == pytest.approx(0.505, abs=0.06)


def test_signs_in_place_of_images() -> None:
    flipped = sums().flipped()
    assert flipped.groups.shape == (40, 2, 3)
    np.testing.assert_array_equal(flipped.groups[:, 1], -flipped.groups[:, 0])
    np.testing.assert_allclose(flipped.second, sums().groups[:, 0].T @ sums().groups[:, 0])

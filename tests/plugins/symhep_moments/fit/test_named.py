"""Moments of harmonics: no span is fitted to them, and what a fit leaves of them has the covariance that it says."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from symhep.lie.bases import so
from symhep.stats.residual_forms import residual
from symhep_moments.fit.candidates import given_test
from symhep_moments.fit.moments import Moments
from symhep_moments.fit.named import Tangent
from symhep_moments.fit.rank import rank_test
from symhep_moments.fit.whitening import whitened

K, H, G = 8, 4, 3


def moments(seed: int, named: bool = True, shift: float = 0.0) -> Moments:
    """K functions, broken along the first two candidates, and H harmonics that share some of their noise."""
    rng = np.random.default_rng(seed)
    noise = rng.normal(size=(3000, K + H, G))
    noise[:, K:] += noise[:, :H]
    mean = np.zeros((K + H, G))
    mean[:K, :2] = np.random.default_rng(0).normal(size=(K, 2))
    mean[K:, 0], mean[K, 2] = 0.5, shift
    flat = (noise + mean).reshape(3000, -1)
    covariance = (np.cov(flat.T) / 3000).reshape(K + H, G, K + H, G)
    blocks = {
        "low": slice(0, 4),
        "fourier": slice(4, K),
        "harmonic 1": slice(K, K + 2),
        "harmonic 2": slice(K + 2, K + H),
    }
    labels = tuple(f"f{i}" for i in range(K + H))
    made = Moments(flat.mean(0).reshape(K + H, G), covariance, 2999.0, so(3), labels, blocks)
    if named:
        return made
    few = {name: block for name, block in blocks.items() if block.stop <= K}
    return Moments(made.mean[:K], covariance[:K, :, :K], 2999.0, so(3), labels[:K], few)


def test_no_span_is_fitted_to_them() -> None:
    fits = [rank_test(moments(1, named), 1) for named in (True, False)]
    np.testing.assert_allclose(fits[0].theta, fits[1].theta, rtol=1e-10, atol=1e-12)
    assert fits[0].blocks["all"].log_p == pytest.approx(fits[1].blocks["all"].log_p, abs=1e-9)
    assert fits[0].blocks["low"].log_p == pytest.approx(fits[1].blocks["low"].log_p, abs=1e-9)
    assert set(fits[0].blocks) == {"low", "harmonics", "all"}


def test_what_a_fit_leaves_has_this_covariance() -> None:
    """Of the linear map (v, h) -> (v - J S v, h - T S v), against the product with the joint covariance."""
    white, r = whitened(moments(2)), 1
    theta = white.generators[:, 2:]
    tangent = white.tangent(white.generators[:, :2], r)
    values, covariance = white.along(theta)
    left = residual(values, covariance, tangent.functions, white.nu)
    h, own, shared = white.named.residual(theta, covariance, left, tangent)
    joint = np.block(
        [
            [covariance, np.einsum("haks,a,s->kh", white.named.shared, theta[:, 0], theta[:, 0])],
            [
                np.einsum("haks,a,s->hk", white.named.shared, theta[:, 0], theta[:, 0]),
                np.einsum("haks,a,s->hk", white.named.covariance, theta[:, 0], theta[:, 0]),
            ],
        ]
    )
    step = np.concatenate([left.solver, np.zeros((2, H))], axis=1)
    moved = np.eye(K + H) - np.concatenate([tangent.functions, tangent.named]) @ step
    expected = moved @ joint @ moved.T
    np.testing.assert_allclose(own, expected[K:, K:], atol=1e-12)
    np.testing.assert_allclose(shared, expected[K:, :K], atol=1e-12)
    np.testing.assert_allclose(left.covariance, expected[:K, :K], atol=1e-12)
    np.testing.assert_allclose(
        h, (moved @ np.concatenate([values, white.named.mean @ theta[:, 0]]))[K:], atol=1e-12
    )


@pytest.mark.parametrize("toys", [60, pytest.param(400, marks=pytest.mark.slow)])
def test_the_level_is_right_and_one_order_is_seen(toys: int) -> None:
    samples = [moments(seed) for seed in range(toys)]
    kept = [rank_test(one, 1).log_p for one in samples]
    given = [given_test(one, [0, 0, 1]).log_p for one in samples]
    for level in (0.05, 0.5):
        low, high = binom(toys, level).ppf([1e-6, 1 - 1e-6])
        assert low <= sum(log_p < np.log(level) for log_p in kept) <= high
        assert low <= sum(log_p < np.log(level) for log_p in given) <= high
    seen = rank_test(moments(3, shift=0.2), 1)  # ten errors, of noise 2 ** 0.5 / 3000 ** 0.5
    assert seen.blocks["harmonics"].log_p < -15
    assert seen.log_p < -15
    assert seen.blocks["low"].log_p > -7


def test_tangents_turn_with_their_basis() -> None:
    rng = np.random.default_rng(4)
    mixing, tangent = rng.normal(size=(2, 2)), Tangent(rng.normal(size=(6, 3)), rng.normal(size=(4, 3)))
    turned = tangent.mixed(mixing)
    parts = tangent.functions.reshape(2, 3, 3)
    np.testing.assert_allclose(turned.functions[:3], parts[0] * mixing[0, 0] + parts[1] * mixing[1, 0])
    assert turned.along(np.eye(3)[:, :1]).named.shape == (4, 1)

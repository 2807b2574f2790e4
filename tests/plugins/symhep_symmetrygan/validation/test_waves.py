"""Means of waves against sums over events, and where the frequencies lie."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symhep_symmetrygan.validation.waves import ROWS, Waves, homogeneous

MAPS = np.random.default_rng(7).normal(size=(3, 3, 4))


def maps() -> np.ndarray:
    return np.concatenate([MAPS, np.broadcast_to([[[0.0, 0.0, 0.0, 1.0]]], (3, 1, 4))], 1)


def test_means_are_weighted_sums_over_all_blocks(toys: Any) -> None:
    """E_w[exp(i w.(A x + b)) (x, 1)], spelled out in double precision, negative weights included."""
    rng = np.random.default_rng(1)
    x, w = rng.normal(size=(ROWS + 77, 3)), rng.uniform(-0.2, 1.0, size=ROWS + 77)
    waves = Waves(rng.normal(size=(5, 3)))
    found = waves.means(toys.sample_of(x, w), maps())
    for e, (a, b) in enumerate(zip(MAPS[:, :, :3], MAPS[:, :, 3], strict=True)):
        wave = np.exp(1j * (x @ a.T + b) @ waves.frequencies.T)
        expected = np.einsum("n,nf,nj->fj", w, wave, np.c_[x, np.ones(len(x))]) / w.sum()
        np.testing.assert_allclose(found[e], expected, atol=2e-6)


def test_values_are_cosines_then_sines_of_the_images(toys: Any) -> None:
    rng = np.random.default_rng(2)
    x, waves = rng.normal(size=(11, 3)), Waves(rng.normal(size=(4, 3)))
    rows = toys.sample_of(np.c_[x, np.ones(11)]).x.float()
    phase = (x @ MAPS[1, :, :3].T + MAPS[1, :, 3]) @ waves.frequencies.T
    found = waves.values(rows, maps())[1]
    np.testing.assert_allclose(found.numpy(), np.c_[np.cos(phase), np.sin(phase)], atol=1e-5)
    assert len(waves) == 8


def test_waves_see_narrow_directions_at_all_scales_from_the_widest_to_their_own(toys: Any) -> None:
    """Widths 1 and 0.1: along the narrow axis frequencies reach 10 times farther, and never exceed 4 / width."""
    rng = np.random.default_rng(3)
    x = rng.normal(size=(20000, 2)) * [1.0, 0.1]
    found = np.abs(Waves.draw(toys.sample_of(x), 4000, rng).frequencies)
    assert found[:, 0].max() < 4.1
    assert 25 < found[:, 1].max() < 41
    # log-uniform in the scale: half of the waves see the narrow axis above the geometric mean of both scales
    ratio = found[:, 1] / found[:, 0]
    assert np.median(ratio) == pytest.approx(10**0.5, rel=0.15)


def test_a_direction_without_width_is_not_stretched_without_end(toys: Any) -> None:
    rng = np.random.default_rng(4)
    found = Waves.draw(toys.sample_of(np.c_[rng.normal(size=500), np.zeros(500)]), 500, rng).frequencies
    assert np.isfinite(found).all()
    assert 50 < np.abs(found[:, 1]).max() < 4 / 0.02 / 0.9


def test_homogeneous_generators_pass_and_others_are_padded() -> None:
    turn = np.array([[[0.0, -1.0], [1.0, 0.0]]])
    padded = homogeneous(turn, 2)
    assert padded.shape == (1, 3, 3)
    assert (padded[0, :2, :2] == turn[0]).all()
    assert not padded[0, 2].any()
    assert homogeneous(padded, 2) is padded


def test_no_wave_depends_on_the_choice_of_axes(toys: Any) -> None:
    """Any orthonormal vectors are the axes of events of one width: the directions are those drawn."""
    x = np.concatenate([np.eye(3), -np.eye(3)])
    found = Waves.draw(toys.sample_of(x, np.ones(6)), 20, np.random.default_rng(3)).frequencies
    drawn = np.random.default_rng(3).normal(size=(20, 3))
    cosines = (found * drawn).sum(axis=1) / np.linalg.norm(found, axis=1) / np.linalg.norm(drawn, axis=1)
    np.testing.assert_allclose(cosines, 1.0, rtol=1e-12)

"""Waves of members against sums by hand."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.linalg import expm

from symhep.events.dataset import Column
from symhep_symmetrygan.sample import Rows, Sample
from symhep_symmetrygan.validation.difference import difference, noise_pull, unpaired_covariance
from symhep_symmetrygan.validation.set_waves import SetWaves, draw_waves
from symhep_symmetrygan.validation.waves import blocks

_spec = importlib.util.spec_from_file_location("symmetrygan_sets", Path(__file__).parents[1] / "sets.py")
assert _spec is not None
assert _spec.loader is not None
made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made)
sets, with_met = made.sets, made.with_met

TURN = np.zeros((3, 5, 5))
TURN[0, 1, 2], TURN[0, 2, 1] = -1, 1  # J_z
TURN[1, 0, 3] = TURN[1, 3, 0] = 1  # K_z
TURN[2, 1, 4] = 1  # P_x
ELEMENTS = np.stack([np.eye(5), expm(np.tensordot([0.4, 0.3, 0.2], TURN, 1))])


@pytest.fixture(scope="module")
def sample() -> Sample:
    data = with_met(sets(300))
    rng = np.random.default_rng(7)
    tags = rng.normal(size=(300, 5, 1))
    data = replace(
        data, tags=tags, tag_names=("charge",), spectators=rng.normal(size=(300, 1)), spectator_columns=(Column("n"),),
        weights=rng.uniform(0.5, 1.5, 300),
    )  # fmt: skip
    return Rows.of(data).split(np.random.default_rng(0)).train


@pytest.fixture(scope="module")
def waves(sample: Sample) -> SetWaves:
    made = draw_waves(sample, 24, np.random.default_rng(1))
    assert isinstance(made, SetWaves)
    return made


def by_hand(waves: SetWaves, sample: Sample, g: np.ndarray) -> np.ndarray:
    """(n, F) sum_p exp(i (w.g x_p + v.(tag_p, spectator)))."""
    members = waves.members
    x, mask, tags, beside = (part.numpy() for part in members.split(sample.rows))
    found = np.zeros((len(x), len(waves.frequencies)), complex)
    for n in range(len(x)):
        moved = [
            (g[:4, :4] @ x[n, p] + g[:4, 4]) * members.present[p] if mask[n, p] else np.zeros(4)
            for p in range(5)
        ]
        for k, (w, v, t) in enumerate(zip(waves.frequencies, waves.beside, waves.types, strict=True)):
            if t == 2:  # the sum, in the components that all have
                found[n, k] = np.exp(1j * (w @ np.sum(moved, 0) + v[1] * beside[n, 0]))
                continue
            for p in range(5):
                if mask[n, p] and members.types[p] == t:
                    found[n, k] += np.exp(1j * (w @ moved[p] + v @ [tags[n, p, 0], beside[n, 0]]))
    return found


def parts(z: np.ndarray) -> np.ndarray:
    return np.concatenate([z.real, z.imag], -1)


def test_values_and_means(waves: SetWaves, sample: Sample) -> None:
    w = sample.weights.numpy() / float(sample.weights.sum())
    values = torch.cat([waves.values(rows, ELEMENTS) for rows, _ in blocks(sample)], 1).numpy()
    means = waves.means(sample, ELEMENTS)[..., -1]
    for e, g in enumerate(ELEMENTS):
        expected = by_hand(waves, sample, g)
        np.testing.assert_allclose(values[e], parts(expected), atol=1e-4)
        np.testing.assert_allclose(means[e], w @ expected, atol=1e-5)


def test_differences_and_tangents(waves: SetWaves, sample: Sample) -> None:
    w, h = sample.weights.numpy() / float(sample.weights.sum()), 1e-5
    found = difference(waves, sample, ELEMENTS, TURN)
    expected = w @ (by_hand(waves, sample, np.eye(5)) - by_hand(waves, sample, ELEMENTS[1]))
    np.testing.assert_allclose(found.values[1], parts(expected), atol=1e-5)
    for a in range(3):
        ends = [w @ by_hand(waves, sample, expm(s * h * TURN[a]) @ ELEMENTS[1]) for s in (1, -1)]
        np.testing.assert_allclose(found.tangent[1, :, a], parts(ends[0] - ends[1]) / (2 * h), atol=1e-4)


def test_derivatives_of_every_event(waves: SetWaves, sample: Sample) -> None:
    h = 1e-5
    found = waves.derivatives(sample, TURN)
    for a in range(3):
        ends = [by_hand(waves, sample, expm(s * h * TURN[a])) for s in (1, -1)]
        np.testing.assert_allclose(found[a], parts(ends[0] - ends[1]) / (2 * h), atol=1e-5)


def test_covariance_is_over_events_not_members(waves: SetWaves, sample: Sample) -> None:
    values, w = parts(by_hand(waves, sample, np.eye(5))), sample.weights.numpy()
    left = (values - w @ values / w.sum()) * w[:, None] / w.sum()
    np.testing.assert_allclose(unpaired_covariance(waves, sample), 2 * left.T @ left, atol=2e-6)


def test_pull_of_noise_is_the_sum_over_events(waves: SetWaves, sample: Sample) -> None:
    """The formula of `noise_pull`, event by event, with numerical derivatives."""
    g, h = ELEMENTS[1], 1e-5
    w = sample.weights.numpy() / float(sample.weights.sum())
    weight = np.diag(np.linspace(0.5, 1.5, len(waves)))
    before, after = parts(by_hand(waves, sample, np.eye(5))), parts(by_hand(waves, sample, g))
    d = (before - after) - w @ (before - after)
    once = before - w @ before
    expected = []
    for a in range(3):
        ends = [parts(by_hand(waves, sample, expm(s * h * TURN[a]) @ g)) for s in (1, -1)]
        slope = (ends[0] - ends[1]) / (2 * h)
        first = ((slope @ weight) * d).sum(1) @ w**2
        second = (once @ weight @ (w @ slope)) * ((once @ weight) * d).sum(1) @ w**3
        expected.append(first - 2 * second)
    np.testing.assert_allclose(
        noise_pull(waves, sample, g[None], TURN, weight)[0], expected, rtol=2e-2, atol=1e-4
    )

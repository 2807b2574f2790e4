"""Level in small samples, weights, copies, power."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
import torch
from scipy import stats

from symhep.lie.bases import so
from symhep.lie.elements.frame import Frame
from symhep_moments.fit.given.exact_test import draws_for, fixed_weights, group_test, image_sums
from symhep_moments.fit.given.groups import read_group
from symhep_moments.sample import Events

FloatArray = npt.NDArray[np.float64]


def events(x: FloatArray, weights: FloatArray | None = None) -> tuple[Events, Frame]:
    w = np.ones(len(x)) if weights is None else weights
    d = x.shape[2]
    frame = Frame.of(tuple(f"x{i + 1}" for i in range(d)), (), x.shape[1])
    scale = float(np.sqrt((x**2).mean()))
    return Events(
        torch.from_numpy(x / scale), torch.from_numpy(w), scale, frame.components, "", False, so(d)
    ), frame


def p_value(x: FloatArray, group: str, seed: int, weights: FloatArray | None = None, most: int = 99) -> float:
    sample, frame = events(x, weights)
    rng = np.random.default_rng(seed)
    return float(
        np.exp(group_test(sample, read_group(group, frame, (sample.generators,)), frame, rng, most).log_p)
    )


@pytest.mark.parametrize(
    ("group", "draw"),
    [
        ("SO(3)", lambda rng: rng.standard_t(2, size=(25, 1, 3))),
        ("SO(2)", lambda rng: rng.normal(size=(25, 1, 2)) * rng.pareto(1, size=(25, 1, 1))),
        ("permutations", lambda rng: rng.exponential(size=(25, 1, 6)) + 100),
        ("SO(3)xS_2", lambda rng: rng.normal(size=(25, 2, 3))),
    ],
)
@pytest.mark.parametrize("toys", [60, pytest.param(500, marks=pytest.mark.slow)])
def test_level_of_25_events(group: str, draw: Callable[[np.random.Generator], FloatArray], toys: int) -> None:
    # Student's t of components is not invariant under rotations: a random direction makes it so.
    def sample(rng: np.random.Generator) -> FloatArray:
        x = draw(rng)
        if group == "SO(3)":
            u = rng.normal(size=x.shape)
            x = u / np.linalg.norm(u, axis=2, keepdims=True) * np.linalg.norm(x, axis=2, keepdims=True)
        return x

    p = [p_value(sample(np.random.default_rng([1, toy])), group, toy) for toy in range(toys)]
    for level in (0.05, 0.5):
        low, high = stats.binom(toys, level).ppf([1e-6, 1 - 1e-6])
        assert low <= np.sum(np.array(p) <= level) <= high


def test_a_mean_is_seen() -> None:
    x = np.random.default_rng(1).normal(size=(100, 1, 20))
    x[:, 0, 0] += 1.0
    assert p_value(x, "SO(20)", 1) == pytest.approx(0.01)
    assert p_value(x, "permutations", 1) == pytest.approx(0.01)


def test_equal_weights_are_none_and_p_is_exact() -> None:
    x = np.random.default_rng(1).normal(size=(60, 1, 3))
    assert p_value(x, "SO(3)", 1, np.full(60, 7.0)) == p_value(x, "SO(3)", 1)
    assert fixed_weights(np.array([2.0, 0.0, 2.0]))
    assert not fixed_weights(np.array([1.0, -1.0]))
    assert not fixed_weights(np.array([-1.0, -1.0]))


def signed_by_azimuth(seed: int, n: int = 200) -> tuple[FloatArray, FloatArray]:
    """More events along x than along y, and more of them with the weight -1: the signed density is uniform."""
    rng = np.random.default_rng(seed)
    phi = rng.uniform(0, 2 * np.pi, 5 * n)
    phi = phi[rng.random(5 * n) * 1.6 < 1 + 0.6 * np.cos(2 * phi)][:n]
    positive = rng.random(n) < (1 + 0.4 / (1 + 0.6 * np.cos(2 * phi))) / 2
    return np.stack([np.cos(phi), np.sin(phi)], axis=1)[:, None], np.where(positive, 1.0, -1.0)


def test_signs_have_the_variance_of_the_events_and_images_do_not() -> None:
    # Random azimuths give sum w cos phi the variance sum w^2 / 2; that of the events is sum w^2 E[cos^2 phi], with
    # E[cos^2 phi] = 0.65 and E[sin^2 phi] = 0.35 of the density 1 + 0.6 cos 2 phi.
    sample, frame = events(*signed_by_azimuth(1, 1000))  # no more events than groups
    sums, _, _ = image_sums(sample, read_group("SO(2)", frame, ()), frame, np.random.default_rng(1))
    ratio = sums.flipped().second.diagonal() / sums.second.diagonal()
    # five errors: cos^2 phi has the relative spread 0.5
    assert ratio[:2] == pytest.approx([1.3, 0.7], abs=0.12)


@pytest.mark.parametrize("toys", [30, pytest.param(120, marks=pytest.mark.slow)])
def test_weights_that_depend_on_the_azimuth_while_the_signed_density_does_not(toys: int) -> None:
    p, pulls = [], []
    for toy in range(toys):
        x, w = signed_by_azimuth(toy)
        sample, frame = events(x, w)
        group = read_group("SO(2)", frame, ())
        found = group_test(sample, group, frame, np.random.default_rng(toy), 99)
        assert found.kind == "asymptotic"
        p.append(np.exp(found.log_p))
        sums, _, _ = image_sums(sample, group, frame, np.random.default_rng(toy))
        pulls.append((sums.observed / sums.deviation)[:2])
    low, high = stats.binom(toys, 0.05).ppf([1e-6, 1 - 1e-6])
    assert low <= np.sum(np.array(p) <= 0.05) <= high
    # z^2 of a normal number has the relative spread 2^(1/2)
    size = np.mean(np.square(pulls), axis=0)
    assert (abs(size / [1.3, 0.7] - 1) < 5 * (2 / toys) ** 0.5).all()


def test_copies_do_not_count_twice() -> None:
    x = np.random.default_rng(3).normal(size=(40, 1, 3)).repeat(5, axis=0)
    sample, frame = events(x)
    group = read_group("SO(3)", frame, ())
    together = replace(sample, source=np.arange(40).repeat(5))
    p = np.exp(group_test(together, group, frame, np.random.default_rng(1), 99).log_p)
    alone = np.exp(group_test(sample, group, frame, np.random.default_rng(1), 99).log_p)
    assert p > 0.05
    assert alone == pytest.approx(0.01)  # as if five events agreed by chance


def test_draws_are_what_the_first_step_of_holm_needs() -> None:
    assert draws_for(141, 0.01) == 140_999
    assert draws_for(1, 0.05) == 999

"""Harmonics of the azimuth: what they are, what they see, for which vectors there are any."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from symhep.lie.bases import poincare
from symhep_moments.fit.fields import LinearFields
from symhep_moments.fit.functions.harmonics import Harmonics, harmonics, is_harmonic
from symhep_moments.places import Places

MOMENTUM = ("E", "px", "py", "pz")


def places(objects: list[str], sets: frozenset[str], present: np.ndarray | None = None) -> Places:
    there = np.ones((len(objects), 4), dtype=bool) if present is None else present
    return Places(
        MOMENTUM, there, tuple(f"{o}[{i}]" for i, o in enumerate(objects)), tuple(objects), sets, bool(sets)
    )


def test_far_from_the_axis_they_are_waves_and_at_it_they_vanish() -> None:
    phi = np.linspace(0.1, 6.0, 7)
    x = np.stack([np.cos(phi), np.sin(phi)], axis=1)[:, None] * 1000.0
    f = Harmonics({"": [0]}, [1.0], (0, 1), 6).values(torch.from_numpy(x)).numpy()
    expected = np.stack([wave(m * phi) for m in range(1, 7) for wave in (np.cos, np.sin)], axis=1)
    np.testing.assert_allclose(f, expected, atol=1e-5)
    zero = torch.zeros(1, 1, 2, dtype=torch.float64)
    near = Harmonics({"": [0]}, [1.0], (0, 1), 6)
    assert near.values(zero).abs().max() == 0.0
    moved = near.along(zero, torch.ones(1, 3, 1, 2, dtype=torch.float64))
    assert moved.shape == (1, 12, 3)
    assert bool(torch.isfinite(moved).all())


def test_turns_change_each_by_its_order_and_boosts_along_the_axis_by_nothing() -> None:
    x = torch.from_numpy(np.random.default_rng(1).normal(size=(5, 2, 4)))
    f = harmonics(x, MOMENTUM, 3)
    assert f is not None
    v = LinearFields(poincare().subset(["J_z", "K_z", "P_t", "P_z"]))(x)
    along, values = f.along(x, v), f.values(x)
    for block in f.blocks.values():
        m = int(f.labels[block.start].split()[1].replace("phi", "1"))
        cosine, sine = values[:, block].T
        torch.testing.assert_close(along[:, block.start, 0], -m * sine)
        torch.testing.assert_close(along[:, block.start + 1, 0], m * cosine)
    assert along[..., 1:].abs().max() == 0.0


def test_their_gradients_are_bounded() -> None:
    x = torch.from_numpy(
        np.random.default_rng(2).normal(size=(20_000, 1, 2)) * 10 ** np.linspace(-8, 2, 20_000)[:, None, None]
    )
    f = Harmonics({"": [0]}, [0.1], (0, 1), 6)
    for direction in torch.eye(2, dtype=torch.float64):
        slopes = f.along(x, direction.expand(len(x), 1, 1, 2)).abs().amax(dim=(0, 2))
        orders = torch.arange(1, 7).repeat_interleave(2)
        assert bool((slopes <= 1.01 * orders.clamp(min=1) / 0.1).all())


@pytest.mark.parametrize("moving", [False, True])
def test_members_count_as_their_weights(moving: bool) -> None:
    rng = np.random.default_rng(3)
    x, u = rng.normal(size=(4, 3, 3)), rng.normal(size=(4, 2, 3, 3 if moving else 2))
    x[..., 2] = rng.random((4, 3))
    f = Harmonics({"jets": [0, 2], "met": [1]}, [0.3, 0.4], (0, 1), 4, weight=2)
    points, v = torch.from_numpy(x), torch.from_numpy(u)
    single = Harmonics({"": [0]}, [0.3], (0, 1), 4)
    expected = sum(single.values(points[:, [p], :2]) * points[:, p, 2:] for p in (0, 2))
    torch.testing.assert_close(f.values(points)[:, :8], expected)
    step = 1e-6
    full = torch.cat([v, torch.zeros(4, 2, 3, 3 - v.shape[-1])], dim=-1)
    for g in range(2):
        ahead, behind = f.values(points + step * full[:, g]), f.values(points - step * full[:, g])
        torch.testing.assert_close(
            f.along(points, v)[..., g], (ahead - behind) / (2 * step), rtol=1e-5, atol=1e-6
        )


def test_sources_are_few() -> None:
    x = torch.ones(3, 3, 4, dtype=torch.float64)
    of = lambda f: list(dict.fromkeys(name.partition(" of ")[2] for name in f.blocks))  # noqa: E731
    assert of(harmonics(x, MOMENTUM, 2)) == ["vector 1", "vector 2", "vector 3"]
    assert of(harmonics(x[:, :1], MOMENTUM, 2)) == [""]
    assert of(harmonics(torch.ones(3, 6, 4, dtype=torch.float64), MOMENTUM, 2)) == [""]  # all together
    system = places(["leptons", "leptons", "met", *["jets"] * 3], frozenset({"jets"}))
    whole = torch.ones(3, 6, 5, dtype=torch.float64)
    assert of(harmonics(whole, MOMENTUM, 2, system)) == ["leptons[0]", "leptons[1]", "met[2]", "jets"]
    wider = places(["leptons", "leptons", "photons", "photons", "met", "jets"], frozenset({"jets"}))
    assert of(harmonics(whole, MOMENTUM, 2, wider)) == ["leptons", "photons", "met", "jets"]
    assert harmonics(x[..., :3], ("x1", "x2", "x3"), 2) is None
    assert harmonics(x, MOMENTUM, 0) is None
    assert all(is_harmonic(name) for name in harmonics(whole, MOMENTUM, 2, wider).blocks)

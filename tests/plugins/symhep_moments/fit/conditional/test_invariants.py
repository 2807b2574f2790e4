"""Numbers that are the same all along an orbit, and differ between orbits."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from symhep.lie.bases import poincare
from symhep_moments.fit.closed_orbits import ClosedOrbit
from symhep_moments.fit.conditional.invariants import OrbitInvariants
from symhep_moments.places import Places

LABELS = ("J_x", "J_z")


def _events(n: int, vectors: int, seed: int = 1) -> torch.Tensor:
    p = np.random.default_rng(seed).normal([0.3, 0.0, 1.0], size=(n, vectors, 3))
    return torch.from_numpy(np.concatenate([np.sqrt((p**2).sum(axis=2, keepdims=True) + 1), p], axis=2))


def _turn(first: int, second: int) -> ClosedOrbit:
    """Two planes that turn so often."""
    matrix = np.zeros((5, 5))
    matrix[0, 1], matrix[1, 0] = -first, first
    matrix[2, 3], matrix[3, 2] = -second, second
    return ClosedOrbit(matrix)


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("vectors", [1, 2, 3, 6])
def test_they_do_not_change_along_the_orbit(label: str, vectors: int) -> None:
    orbit, x = ClosedOrbit(poincare()[label]), _events(20, vectors)
    find = OrbitInvariants(orbit, momenta=True)
    around = orbit.points(x, 5)
    for k in range(5):
        torch.testing.assert_close(find(around[:, k]), find(x), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("first", "second"), [(1, 1), (1, 4), (2, 3)])
def test_two_planes(first: int, second: int) -> None:
    orbit, x = _turn(first, second), _events(20, 2)
    find = OrbitInvariants(orbit)
    torch.testing.assert_close(find(orbit.points(x, 3)[:, 1]), find(x), rtol=1e-9, atol=1e-9)
    one = x.clone()
    one[:, :, :2] = _turn(1, 1).points(x, 7)[:, 2][
        :, :, :2
    ]  # the first plane turned alone leads to another orbit
    assert ((find(one) - find(x)).abs().amax(dim=1) > 1e-3).all()


def test_other_orbits_have_other_invariants() -> None:
    """A turn of one vector of two, a longer one, a reflection."""
    find, x = OrbitInvariants(ClosedOrbit(poincare()["J_z"])), _events(50, 2)
    turned, longer, mirrored = x.clone(), x.clone(), x * torch.tensor([1.0, 1.0, -1.0, 1.0])
    turned[:, :1] = ClosedOrbit(poincare()["J_z"]).points(x, 9)[:, 2, :1]
    longer[:, 1] *= 1.1
    for other in (turned, longer, mirrored):
        assert ((find(other) - find(x)).abs().amax(dim=1) > 1e-4).all()


def test_masses_are_among_them() -> None:
    x = _events(10, 3)
    found = OrbitInvariants(ClosedOrbit(poincare()["J_z"]), momenta=True)(x)
    total = x.sum(dim=1)
    pair = x[:, 0] + x[:, 2]
    for p in (total, pair):
        mass = p[:, 0] ** 2 - (p[:, 1:] ** 2).sum(dim=1)
        assert ((found - mass[:, None]).abs() < 1e-9).all(dim=0).any()


def test_members_of_sets_have_no_order() -> None:
    """Sums over members, tags and spectators: the same for another order, other for another member, or none."""
    places = Places(
        ("E", "px", "py", "pz"), np.ones((4, 4), dtype=bool), ("e", "j1", "j2", "j3"), ("e", "jets", "jets", "jets"),
        frozenset({"jets"}), extended=True, tags=1, spectators=1,
    )  # fmt: skip
    rng = np.random.default_rng(3)
    weights = torch.ones(30, 4, 1, dtype=torch.float64)
    weights[::2, 3] = 0.0
    tags = torch.from_numpy(rng.normal(size=(30, 4, 1))) * weights
    spectators = torch.from_numpy(rng.normal(size=(30, 1, 1))).expand(30, 4, 1)
    x = torch.cat([_events(30, 4) * weights, weights, tags, spectators], dim=2)
    orbit = ClosedOrbit(poincare()["J_z"])
    find = OrbitInvariants(orbit, places, momenta=True)
    turned = orbit.points(x, 4, places=places)[:, 1]
    torch.testing.assert_close(find(turned), find(x), rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(find(x[:, [0, 3, 1, 2]]), find(x), rtol=1e-9, atol=1e-9)
    without = x.clone()
    without[:, 1, :6] = 0.0
    tagged = x.clone()
    tagged[:, 1, 5] += 1.0
    seen = x.clone()
    seen[:, :, 6] += 1.0
    for other in (without, tagged, seen):
        assert ((find(other) - find(x)).abs().amax(dim=1) > 1e-6).all()

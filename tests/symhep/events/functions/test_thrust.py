"""Thrust against the largest sum over all 2^n choices of signs, and against values that are known."""

from __future__ import annotations

from itertools import product

import awkward as ak
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symhep.events.batch import momentum_records
from symhep.events.functions.thrust import thrust, transverse_thrust

FloatArray = npt.NDArray[np.float64]


def lists(events: list[FloatArray]) -> ak.Array:
    """Massless members with the momenta (n, 3) of each event."""
    counts = [len(p) for p in events]
    p = np.concatenate([*events, np.zeros((0, 3))])
    fields = {"px": p[:, 0], "py": p[:, 1], "pz": p[:, 2], "E": np.linalg.norm(p, axis=1)}
    return momentum_records({name: ak.unflatten(ak.Array(x), counts) for name, x in fields.items()})


def by_brute_force(p: FloatArray) -> float:
    """Max over n of sum |p . n| is max over signs of |sum s p|: |sum s p| = sum s (p . n) for n along the sum."""
    largest = max(float(np.linalg.norm(np.array(s) @ p)) for s in product((1.0, -1.0), repeat=len(p)))
    return largest / float(np.linalg.norm(p, axis=1).sum())


@pytest.mark.parametrize("dimensions", [3, 2])
def test_all_partitions(dimensions: int) -> None:
    rng = np.random.default_rng(3)
    events = [
        rng.normal(size=(n, 3)) * rng.exponential(size=(n, 1)) for n in (1, 2, 2, 3, 4, 5, 7, 9, 11, 11)
    ]
    found = thrust(lists(events)) if dimensions == 3 else transverse_thrust(lists(events))
    expected = [by_brute_force(p[:, :dimensions]) for p in events]
    assert found == pytest.approx(expected, rel=1e-12)


def test_momenta_that_are_parallel_or_in_a_plane() -> None:
    along = np.array([[0.0, 0, 1], [0, 0, 2], [0, 0, -3], [1, 0, 0], [-2, 0, 0], [0, 1, 0]])
    plane = np.array([[np.cos(a), np.sin(a), 0.0] for a in 2 * np.pi * np.arange(8) / 8])
    whole = np.array([[x, y, z] for x in (-1.0, 0, 1) for y in (-1.0, 0, 1) for z in (0.0, 1)][:12])
    for event in (along, plane, whole, np.vstack([along, np.zeros((2, 3))])):
        assert thrust(lists([event]))[0] == pytest.approx(by_brute_force(event), rel=1e-12)
        assert transverse_thrust(lists([event]))[0] == pytest.approx(by_brute_force(event[:, :2]), rel=1e-12)


def test_known_values() -> None:
    """Two jets 1, the Mercedes star 2/3; a circle of many 2/pi, a sphere of many 1/2."""
    star = np.array([[np.cos(a), np.sin(a), 0.0] for a in 2 * np.pi * np.arange(3) / 3])
    circle = np.array([[np.cos(a), np.sin(a), 0.0] for a in 2 * np.pi * np.arange(400) / 400])
    # Fibonacci's lattice covers the sphere evenly.
    z = 1 - (2 * np.arange(300) + 1) / 300
    turn = np.pi * (1 + 5**0.5) * np.arange(300)
    sphere = np.stack([np.sqrt(1 - z**2) * np.cos(turn), np.sqrt(1 - z**2) * np.sin(turn), z], axis=1)
    back = np.array([[1.0, 2, 3], [-2, -4, -6]])
    found = thrust(lists([back, star, sphere]))
    assert found[:2] == pytest.approx([1.0, 2 / 3], rel=1e-12)
    assert found[2] == pytest.approx(0.5, abs=0.003)
    assert transverse_thrust(lists([circle]))[0] == pytest.approx(2 / np.pi, abs=1e-4)


def test_without_momenta_there_is_none() -> None:
    found = thrust(lists([np.zeros((0, 3)), np.zeros((1, 3)), np.ones((1, 3))]))
    assert np.isnan(found[:2]).all()
    assert found[2] == 1.0


@given(st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_turning_and_scaling_change_nothing(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    p = rng.normal(size=(n, 3))
    rotation, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    found = thrust(lists([p, 7 * p @ rotation, -p]))
    assert found == pytest.approx(np.full(3, by_brute_force(p)), rel=1e-10)


def test_objects_and_single_members_add_up() -> None:
    rng = np.random.default_rng(5)
    p = rng.normal(size=(4, 3))
    three, fourth = lists([p[:3]]), lists([p[3:]])[:, 0]
    assert thrust(three, fourth) == pytest.approx([by_brute_force(p)], rel=1e-12)
    with pytest.raises(TypeError, match="it needs objects"):
        thrust(3.0)

"""Which candidates do not preserve the support, on samples whose constraints are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from symhep.errors import MethodError
from symhep.events.dataset import Dataset
from symhep.readers.toy.particles import density
from symhep_moments.fit.support import Support, support_of
from symhep_moments.sample import Events, events_of

FloatArray = npt.NDArray[np.float64]
RNG = np.random.default_rng


def of_momenta(x: FloatArray) -> Events:
    return events_of(replace(Dataset.from_array(x.reshape(len(x), -1), scaling="isotropic"), momenta=x))


def of_points(x: FloatArray, generators: str | None = None, vectors: int | None = None) -> Events:
    return events_of(Dataset.from_array(x, scaling="none"), generators, vectors=vectors)


def tangent(events: Events, found: Support) -> list[str]:
    """Labels of the tangent candidates, which all are candidates as they are."""
    assert ((found.tangent == 1).sum(axis=0) == 1).all()
    np.testing.assert_allclose(found.tangent.sum(axis=0), 1)
    return [events.generators.labels[a] for a in found.tangent.argmax(axis=0)]


def pair(n: int, spread: float, rapidity: float = 0.0) -> FloatArray:
    """Two massless bodies back to back, boosted along z."""
    rng = RNG(1)
    energy = 45.0 * np.exp(spread * rng.normal(size=n))
    direction = rng.normal(size=(n, 3))
    p = energy[:, None] * direction / np.linalg.norm(direction, axis=1, keepdims=True)
    x = np.stack([np.c_[energy, p], np.c_[energy, -p]], axis=1)
    y = rapidity * rng.normal(size=n)[:, None]
    e, z = x[..., 0].copy(), x[..., 3].copy()
    x[..., 0], x[..., 3] = np.cosh(y) * e + np.sinh(y) * z, np.sinh(y) * e + np.cosh(y) * z
    return x


@pytest.mark.parametrize(
    ("x", "kept", "rank"),
    [
        (pair(400, 0.0), "J_x J_y J_z", 3),
        (pair(400, 0.1), "J_x J_y J_z", 4),
        (pair(400, 0.1, rapidity=0.7), "J_z K_z", 6),
        # the same as files of single precision tell it
        (pair(400, 0.1, rapidity=0.7).astype(np.float32).astype(np.float64), "J_z K_z", 6),
    ],
)
def test_momentum_conservation(x: FloatArray, kept: str, rank: int) -> None:
    events = of_momenta(x)
    found = support_of(events)
    assert tangent(events, found) == kept.split()
    assert (found.rank, found.dimension) == (rank, 8)
    assert found.still.shape == (10, 0)
    reasons = dict(found.excluded)
    assert set(reasons) == set(events.generators.labels) - set(kept.split())
    assert reasons["K_x"] == "it changes the sum of px" + " and E of vector 1" * (rank == 3)
    assert "E^2 - p^2 of vector 1" in reasons["P_z"]
    assert "the sum of px is 0 GeV" in found.constraints
    assert "E^2 - p^2 of vector 2 is 0 GeV^2" in found.constraints


def test_dijets_fill_their_space() -> None:
    events = of_momenta(density("dijets").draw(RNG(2), 1000))
    found = support_of(events)
    np.testing.assert_allclose(found.tangent, np.eye(10), atol=1e-12)
    assert (found.excluded, found.constraints, found.rank) == ((), (), 8)


def test_many_vectors_on_their_mass_shells() -> None:
    # eight vectors: the equations of 32 numbers together would be 561 monomials
    p = RNG(3).normal(size=(300, 8, 3))
    x = np.concatenate([np.sqrt((p**2).sum(axis=2, keepdims=True) + 0.25), p], axis=2)
    events = of_momenta(x)
    found = support_of(events)
    assert tangent(events, found) == ["J_x", "J_y", "J_z", "K_x", "K_y", "K_z"]
    assert found.constraints[2] == "E^2 - p^2 of vector 3 is 0.25 GeV^2"


def test_a_combination_may_keep_what_its_parts_do_not() -> None:
    # a circle about (3, 0): rotation about the origin and a translation, together, keep it
    angle = RNG(4).uniform(0, 2 * np.pi, size=300)
    events = of_points(np.c_[3 + np.cos(angle), np.sin(angle)], "so(2)+T")
    found = support_of(events)
    assert events.generators.labels == ("J_12", "P_1", "P_2")
    (column,) = found.tangent.T
    # v = J (x - c) = J x - J c with J c = (0, 3): so 1, 0, -3, translations in units of the scale
    expected = np.array([1.0, 0.0, -3.0 / events.scale])
    np.testing.assert_allclose(column * np.sign(column[0]), expected / np.linalg.norm(expected), atol=1e-9)
    assert [label for label, _ in found.excluded] == ["J_12", "P_1", "P_2"]
    assert found.excluded[0][1] == "it does not preserve the surface on which the events lie"


def test_what_moves_no_event_is_set_apart() -> None:
    # points on a plane in three dimensions: of gl(3) two matrices act on x3 alone and one scales it
    x = np.c_[RNG(5).normal(size=(200, 2)), np.zeros(200)]
    found = support_of(of_points(x, "gl(3)+T"))
    assert found.still.shape == (12, 3)
    assert found.tangent.shape == (12, 4 + 2)
    np.testing.assert_allclose(found.tangent.T @ found.still, 0, atol=1e-12)
    assert dict(found.excluded) == dict.fromkeys(("E_31", "E_32", "P_3"), "it changes x3")
    assert found.constraints == ("x3 is 0",)


def test_events_without_weight_are_not_looked_at() -> None:
    x = np.r_[np.c_[RNG(6).normal(size=(200, 1)), np.ones(200)], RNG(7).normal(size=(20, 2))]
    data = Dataset.from_array(x, scaling="none", weights=np.r_[np.ones(200), np.zeros(20)])
    assert support_of(events_of(data, "T")).constraints == ("x2 is 1",)


def test_too_few_events_for_a_plane() -> None:
    with pytest.raises(MethodError, match=r"13 events with 12 components each are too few to test a density"):
        support_of(of_points(RNG(8).normal(size=(13, 12)), "so(12)"))

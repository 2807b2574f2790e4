"""Equations that hold for all events, in words and as forms."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from symhep.stats.constraints import constant_value, constraints

FloatArray = npt.NDArray[np.float64]
MOMENTUM = ("E", "px", "py", "pz")


def back_to_back(n: int, mass: float) -> FloatArray:
    p = 10.0 * np.random.default_rng(1).normal(size=(n, 3))
    energy = np.sqrt((p**2).sum(axis=1) + mass**2)
    return np.stack([np.c_[energy, p], np.c_[2 * energy, -p]], axis=1)


def test_sums_come_before_components_and_what_follows_is_left_out() -> None:
    found = constraints(back_to_back(300, 2.0), MOMENTUM, "GeV")
    assert [c.text for c in found] == [
        "the sum of px is 0 GeV",
        "the sum of py is 0 GeV",
        "the sum of pz is 0 GeV",
        "1 more linear equation holds",  # E2 = 2 E1
        "E^2 - p^2 of vector 1 is 4 GeV^2",
        "1 quadratic equation of vector 2 holds",  # E^2 / 4 - p^2 = 4
    ]
    assert [c.quantity for c in found][-2:] == ["E^2 - p^2 of vector 1", ""]


def test_forms_vanish_on_the_events_and_nowhere_else() -> None:
    x = back_to_back(300, 2.0)
    for c in constraints(x, MOMENTUM, "GeV"):
        if c.form is None:
            assert c.quantity == ""
            continue
        for points, on in ((x, True), (x + np.random.default_rng(2).normal(size=x.shape), False)):
            whole = np.c_[points.reshape(300, -1), np.ones(300)]
            values = np.einsum("ni,ij,nj->n", whole, c.form, whole)
            assert bool(np.abs(values).max() < 1e-9) is on


def test_spheres_of_nameless_vectors_and_constants_without_unit() -> None:
    rng = np.random.default_rng(3)
    sphere = rng.normal(size=(200, 3))
    sphere *= 1.5 / np.linalg.norm(sphere, axis=1, keepdims=True)
    assert [c.text for c in constraints(sphere[:, None], ("a", "b", "c"))] == ["the squared length is 2.25"]
    flat = np.stack([rng.normal(size=(200, 2)), np.full((200, 2), 3.0)], axis=1)
    assert [c.text for c in constraints(flat, ("u", "v"), "mm")] == [
        "u of vector 2 is 3 mm",
        "v of vector 2 is 3 mm",
        "the squared length of vector 2 is 18 mm^2",
    ]
    assert constraints(rng.normal(size=(200, 2, 2)), ("u", "v")) == []


@pytest.mark.parametrize(
    ("values", "size", "resolution", "value"),
    [
        ([40.0, 40.0, 40.0], 40.0, 1e-6, 40.0),
        ([40.0, 40.0001, 39.9999], 40.0, 1e-5, 40.0),
        ([40.0, 40.0001, 39.9999], 40.0, 1e-6, None),  # spreads by 2e-6 of its size
        ([3e-5, -3e-5], 40.0, 1e-6, 0.0),
        ([0.0, 0.0], 0.0, 1e-6, 0.0),
    ],
)
def test_a_constant_is_known_up_to_rounding(
    values: list[float], size: float, resolution: float, value: float | None
) -> None:
    assert constant_value(np.array(values), size, resolution) == (
        None if value is None else pytest.approx(value)
    )


def test_vectors_without_common_names_are_named_by_all_of_their_features() -> None:
    rng = np.random.default_rng(4)
    x = rng.normal(size=(200, 3, 2))
    x[:, 2] = -x[:, :2].sum(axis=1)
    columns = ("v0x", "v0y", "v1x", "v1y", "v2x", "v2y")
    found = constraints(x, ("v0x", "v0y"), columns=columns)
    assert [c.text for c in found] == ["the sum of v0x, v1x and v2x is 0", "the sum of v0y, v1y and v2y is 0"]
    assert found[1].quantity == "the sum of v0y, v1y and v2y"
    x[:, 1, 0] = 3.0
    texts = [c.text for c in constraints(x[:, :2], ("v0x", "v0y"), "mm", columns=columns[:4])]
    assert texts == ["v1x is 3 mm"]

"""Names and values of projections, against momenta that are written down."""

from __future__ import annotations

import numpy as np
import pytest

from symhep.hypotheses.divergence.projections import Projection, histogram, projections

PLANAR = ("px1", "py1", "px2", "py2")


def planar(bins: int = 50) -> list[Projection]:
    x = np.random.default_rng(1).normal(size=(2000, 4))
    return projections(x, PLANAR, bins, particles=2, objects=("jet1", "jet2"), scale=50.0)


def test_pairs_in_the_plane() -> None:
    found = {p.name: p for p in planar()}
    assert list(found) == [
        "azimuth of jet1", "azimuth of jet2", "azimuth between jet1 and jet2", "pt of jet1", "pt of jet2",
    ]  # fmt: skip
    x = np.array([[3.0, 4.0, 0.0, -2.0]])
    assert found["pt of jet1"].of(x) == pytest.approx([50 * 5.0])
    assert found["azimuth of jet2"].of(x) == pytest.approx([-np.pi / 2])
    between = -np.pi / 2 - np.arctan2(4, 3)
    assert found["azimuth between jet1 and jet2"].of(x) == pytest.approx([np.angle(np.exp(1j * between))])
    assert found["azimuth of jet1"].axis.edges[[0, -1]] == pytest.approx([-np.pi, np.pi])


def test_four_momenta_have_polar_angles_and_a_mass() -> None:
    rng = np.random.default_rng(1)
    p = rng.normal(size=(500, 2, 3))
    x = np.concatenate([np.sqrt((p**2).sum(-1, keepdims=True) + 0.01), p], -1).reshape(500, 8)
    names = tuple(f"{c}{i}" for i in (1, 2) for c in ("E", "px", "py", "pz"))
    found = {q.name: q for q in projections(x, names, 20, particles=2, momenta=True, scale=10.0)}
    assert list(found)[-3:] == ["cos theta of object1", "cos theta of object2", "mass of all"]
    back_to_back = np.array([[5.0, 0.0, 3.0, 4.0, 5.0, 0.0, -3.0, -4.0]])
    assert found["mass of all"].of(back_to_back) == pytest.approx([100.0])
    assert found["cos theta of object2"].of(back_to_back) == pytest.approx([-0.8])
    spacelike = np.array([[0.0, 3.0, 0, 0, 0.0, 0, 0, 0]])
    assert found["mass of all"].of(spacelike) == pytest.approx([-30.0])


def test_plain_features_stand_for_themselves() -> None:
    x = np.random.default_rng(1).normal(size=(2000, 4))
    found = projections(x, ("x1", "x2", "x3", "x4"), 10)
    assert [p.name for p in found] == ["x1", "x2", "x3", "x4"]
    assert np.isin(found[0].bins(x), [0, 11]).mean() == pytest.approx(0.004, abs=0.002)


def test_bins_are_those_of_numpy() -> None:
    x = np.random.default_rng(2).normal(size=(1000, 4))
    for p in planar(30):
        expected = np.histogram(p.of(x), p.axis.edges)[0]
        assert np.bincount(p.bins(x), minlength=32)[1:-1].tolist() == expected.tolist()
        made = histogram(p, {"events": (x, np.full(len(x), 2.0))})
        assert made.values()[0].tolist() == (2 * expected).tolist()
        assert made.variances()[0].tolist() == (4 * expected).tolist()

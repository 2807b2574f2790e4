"""One region for all rows; limits by hand."""

from __future__ import annotations

from dataclasses import replace
from math import sqrt

import numpy as np
import pytest
from scipy.stats import chi2, f, norm

from symhep.events.dataset import Dataset
from symhep.hypotheses.generators.record import GeneratorRow
from symhep_symmetrygan.bounds.limits import with_limits
from symhep_symmetrygan.inference.record import AlgebraRecord, ComponentRecord
from symhep_symmetrygan.sample import Events, Rows

FLIP = ((-1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))


def _events(x: np.ndarray, unit: np.ndarray | None = None) -> Events:
    data = Dataset.from_array(x, columns=("a", "b"), scaling="isotropic")
    if unit is not None:
        data = replace(data, unit=unit)
    return Rows.of(data).split(np.random.default_rng(1))


def _component(name: str) -> ComponentRecord:
    return ComponentRecord(
        name=name, elements=1, kept=1, verdict="kept", action=None, action_error=None, distance_from_name=None,
        order=None, matrix=FLIP,
    )  # fmt: skip


def test_the_limit_of_a_mirror_is_that_of_a_binomial() -> None:
    """5 % more events on the right, of 2000 held out: |2 p - 1| < its upper end, alone in its region."""
    x = np.abs(np.random.default_rng(2).normal(size=(4000, 2)))
    x[np.random.default_rng(3).random(4000) < 0.475, 0] *= -1
    events = _events(x)
    held = np.sign(events.held.x[:, 0].numpy()).mean()
    found = with_limits({"connected_components": (_component("mirror"),)}, events, None, events)
    (row,) = found["connected_components"]
    half = sqrt(f.isf(0.05, 1, 1999) * (1 - held**2) / 1999)
    assert row.upper_95 == pytest.approx(abs(held) + half, rel=1e-6)
    assert row.expected_95 == pytest.approx(sqrt(1 / 2000) * (norm.isf(0.025) + norm.isf(0.25)), rel=0.01)
    assert row.function == "a"
    assert found["bounded_quantities"] == 1


def test_copies_leave_a_limit_as_it_is() -> None:
    x = np.random.default_rng(4).normal(size=(1000, 2))
    limits = []
    for copies, unit in ((1, None), (4, np.tile(np.arange(1000), 4))):
        events = _events(np.tile(x, (copies, 1)), unit)
        found = with_limits({"connected_components": (_component("mirror"),)}, events, None, events)
        limits.append(found["connected_components"][0].expected_95)
    assert limits[1] == pytest.approx(limits[0], rel=0.02)


def test_the_algebra_has_the_largest_of_its_harmonics() -> None:
    """Six harmonics in one region: the tail of each is 1 - 0.95^(1/6)."""
    events = _events(np.random.default_rng(5).normal(size=(8000, 2)))
    algebra = AlgebraRecord(kind="continuous", why="", dimension=1, name="so(2)")
    turn = np.array([[[0.0, -1, 0], [1, 0, 0], [0, 0, 0]]])
    row = GeneratorRow(label="J", coefficients={"J": 1.0}, errors={"J": 0.0})
    found = with_limits({"algebra": algebra, "generators": (row,)}, events, turn, events)
    one = found["algebra"]
    radius = sqrt(0.5 / 4000) * (sqrt(chi2.isf(1 - 0.95 ** (1 / 6), 2)) + sqrt(chi2.median(2)))
    assert one.expected_95 == pytest.approx(radius, rel=0.03)
    assert one.upper_95 is not None
    assert one.function.startswith("cos, sin ")
    assert one.function.endswith("phi(a, b) of J")

"""Records of the parts become the records of a result."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from symhep.events.dataset import Dataset
from symhep.lie.bases import dilatation, so
from symhep.lie.groups import AffineLine, Iwasawa
from symhep_symmetrygan import recorded
from symhep_symmetrygan.fit.elements import (
    component_names,
    component_rows,
    divergences_of,
    losses_of,
    slice_of,
    span_of,
)
from symhep_symmetrygan.fit.histograms import before_and_after
from symhep_symmetrygan.inference.infer import infer
from symhep_symmetrygan.inference.inference import Inference
from symhep_symmetrygan.landscape.mixture import Mixture
from symhep_symmetrygan.landscape.slices import Axis, Landscape
from symhep_symmetrygan.sample import Events, prepare
from symhep_symmetrygan.spaces.names import read_space
from symhep_symmetrygan.validation.options import ValidationOptions
from symhep_symmetrygan.validation.results import Validated
from symhep_symmetrygan.validation.validate import validate

COUNT = 12


def turns() -> np.ndarray:
    """Rotations of the plane, every other one times a reflection."""
    angles = np.random.default_rng(1).uniform(0, 2 * np.pi, COUNT)
    made = np.tile(np.eye(3), (COUNT, 1, 1))
    made[:, :2, :2] = np.moveaxis(
        np.array([[np.cos(angles), -np.sin(angles)], [np.sin(angles), np.cos(angles)]]), -1, 0
    )
    made[::2, :, 1] *= -1
    return made


@pytest.fixture(scope="module")
def events() -> Events:
    rng = np.random.default_rng(2)
    data = Dataset.from_array(3 * rng.normal(size=(2000, 2)), columns=("px1", "py1"), scaling="isotropic")
    return prepare(data, rng)


@pytest.fixture(scope="module")
def validated(events: Events) -> Validated:
    options = ValidationOptions(bins=20, splits=10, random=3, posthoc=None)
    return validate(turns(), read_space("so(2)", events), events, options, np.random.SeedSequence(1))


@pytest.fixture(scope="module")
def inferred() -> Inference:
    """Of elements whose angle the events do not see, and whose length they see to 1 %."""
    information = np.tile(np.diag([0.0, 1e4]), (COUNT, 1, 1))
    both = (so(2) + dilatation(2)).homogeneous()
    return infer(turns(), information, np.ones(COUNT, dtype=bool), both, names=("px1", "py1"))


def test_validation_becomes_tests_and_divergences(validated: Validated) -> None:
    tested, found = recorded.tested_of(validated), divergences_of(validated)
    assert np.array_equal(tested.log_p_trained, validated.log_p_found)
    assert np.array_equal(tested.log_p_adjusted, validated.log_p_adjusted)
    assert found.bins == 20
    assert found.projections == tuple(validated.projections.tolist())
    assert found.random.shape == (3, len(found.projections))
    assert losses_of(validated) is None


def test_inference_becomes_a_span_with_its_reason(inferred: Inference) -> None:
    span = span_of(inferred)
    assert span.generators.shape == (1, 2)
    assert span.algebra["kind"] == "continuous"
    assert span.algebra["log10_p"] == pytest.approx(math.log10(span.algebra["p_value"]))
    json.dumps(span.algebra, allow_nan=False)


def test_components_have_their_elements_and_numbers(inferred: Inference, validated: Validated) -> None:
    names = component_names(inferred)
    assert sorted(set(names)) == ["identity", "reflection(py)"]
    assert (names[1::2] == "identity").all()  # determinant 1
    rows = component_rows(inferred, validated, None, 0.01)
    assert [row["elements"] for row in rows] == [COUNT // 2, COUNT // 2]
    for row in rows:
        members = names == row["name"]
        assert row["kl"] == pytest.approx(validated.kl_found[members].mean(0).tolist())
        assert row["log10_p"] is None
        assert row["rejected"] is None
    json.dumps(rows, allow_nan=False)


def test_components_take_p_from_their_representatives(
    inferred: Inference, validated: Validated, events: Events
) -> None:
    options = ValidationOptions(bins=20, splits=2, random=0, posthoc=None)
    space = read_space("so(2)", events)
    own = validate(inferred.representatives, space, events, options, np.random.SeedSequence(2))
    for c, row in enumerate(component_rows(inferred, validated, own, 0.01)):
        assert row["log10_p"] == pytest.approx(own.log_p_found[c] / math.log(10))
        assert row["log10_p_adjusted"] >= row["log10_p"]
        assert row["rejected"] is (row["log10_p_adjusted"] <= -2)


def test_found_elements_lie_over_the_slice() -> None:
    line = Landscape(Mixture.of([[0.5]], [[[1.0]]]), AffineLine())
    computed = line.slice([Axis("b", -2, 2), Axis("c", -2, 2)], {})
    final = np.array([[1.0, -1.0], [0.0, 1.0]])
    made = slice_of(computed, ("b", "c"), final, np.zeros(2), np.ones(2), 0.2)
    assert made.points.tolist() == final.tolist()
    # the identity and the mirror image 1 - x
    assert sorted((np.round(made.maxima, 6) + 0.0).tolist()) == [[0.0, 1.0], [1.0, -1.0]]
    assert (made.x[0], made.x[-1], made.y[-1]) == (-2.0, 2.0, 2.0)
    assert float(made.loss.max()) <= 1e-9
    assert made.near.all()
    assert made.ridge is None


def test_false_maxima_are_set_apart() -> None:
    computed = Landscape(Mixture.of([[0.5]], [[[1.0]]]), AffineLine(1.0)).slice([Axis("c", -2, 2)], {})
    made = slice_of(computed, ("c",), np.array([[1.0]]), np.zeros(1), np.ones(1), 0.2)
    assert np.round(made.maxima, 6).tolist() == [[-1.0]]  # 1 - x
    assert len(made.false_maxima) == 1
    assert made.y_label is None


def test_ridges_and_elements_that_lie_elsewhere() -> None:
    family = Iwasawa(2)
    landscape = Landscape(Mixture.of([[0.0, 0.0]], [np.eye(2).tolist()]), family)
    fixed = {"log_r_1": 0.0, "u_12": 0.0, "b_1": 0.0, "b_2": 0.0}
    computed = landscape.slice([Axis("d", 0.5, 1.5, 7), Axis("theta_12", 0, 6, 7)], fixed)
    final = np.array([[1.0, 7.0, 0.0, 0.0, 0.1, 0.0], [1.0, 1.0, 0.5, 0.0, 0.0, 0.0]])
    periods = np.array([0, 2 * np.pi, 0, 0, 0, 0])
    made = slice_of(computed, family.labels, final, periods, np.ones(len(periods)), 0.2)
    assert made.near.tolist() == [True, False]
    assert made.points[0].tolist() == pytest.approx([1.0, 7 - 2 * np.pi])
    assert made.ridge is not None
    assert made.ridge[:, 0] == pytest.approx(np.ones(len(made.ridge)))


def test_histograms_hold_the_same_events_before_and_after(events: Events) -> None:
    half_turn = np.diag([-1.0, -1.0, 1.0])
    made = before_and_after(events, 20, {"found": half_turn})
    assert set(made) >= {"projection: azimuth of object1", "plane: px1, py1"}
    azimuth = made["projection: azimuth of object1"]
    assert azimuth["events", :].sum().value == azimuth["found", :].sum().value == len(events.held)
    assert azimuth["found", :].values() == pytest.approx(np.roll(azimuth["events", :].values(), 10))
    plane = made["plane: px1, py1"]
    x = events.held.x.numpy() * events.scale
    low, high = plane.axes[1].edges[[0, -1]]
    inside = (x[:, 0] >= low) & (x[:, 0] < high)
    assert plane["events", :, ::sum].values().sum() <= inside.sum()
    assert plane.axes[1].label == "px1"

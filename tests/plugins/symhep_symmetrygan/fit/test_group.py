"""What inference and validation leave becomes algebra, components and compositions."""

from __future__ import annotations

import math
from dataclasses import fields

import numpy as np
import pytest

from symhep.events.dataset import Dataset
from symhep.lie.bases import dilatation, so
from symhep_symmetrygan.fit.divergences import Divergences
from symhep_symmetrygan.fit.elements import Elements
from symhep_symmetrygan.fit.group import judged_components
from symhep_symmetrygan.inference.infer import infer
from symhep_symmetrygan.inference.inference import Inference
from symhep_symmetrygan.options import SymmetryGanOptions
from symhep_symmetrygan.sample import Events, Rows
from symhep_symmetrygan.spaces.names import read_space
from symhep_symmetrygan.spaces.options import SearchOptions
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
    return Rows.of(data).split(rng)


@pytest.fixture(scope="module")
def validated(events: Events) -> Validated:
    options = ValidationOptions(bins=20, random=3, posthoc=None)
    space = read_space(SearchOptions(group="so(2)"), events)
    return validate(turns(), space, events, options, np.random.SeedSequence(1))


@pytest.fixture(scope="module")
def inferred() -> Inference:
    """Of elements whose angle the events do not see, and whose length they see to 1 %."""
    information = np.tile(np.diag([0.0, 1e4]), (COUNT, 1, 1))
    both = (so(2) + dilatation(2)).homogeneous()
    return infer(turns(), information, np.ones(COUNT, dtype=bool), both, names=("px1", "py1"))


def test_the_algebra_has_its_reason(inferred: Inference) -> None:
    algebra = inferred.algebra
    assert (algebra.kind, algebra.name, algebra.dimension) == ("continuous", "so(2)", 1)
    assert algebra.fit.p_value is not None
    assert algebra.fit.log10_p == pytest.approx(math.log10(algebra.fit.p_value))
    assert "are excluded" in algebra.why
    (row,) = inferred.basis
    assert row.coefficients["J_12"] == pytest.approx(1.0, abs=0.01)
    assert row.errors["D"] > 0


@pytest.fixture(scope="module")
def divergences(events: Events, validated: Validated) -> Divergences:
    options = SymmetryGanOptions(search="so(2)", validation={"bins": 20})
    space = read_space(SearchOptions(group="so(2)"), events)
    arrays = {field.name: getattr(validated, field.name) for field in fields(validated)}
    arrays |= {"diverged": np.zeros(COUNT, dtype=bool), "log_p": np.zeros(COUNT)}
    made = Divergences.of(Elements(space, events, options, arrays), np.random.SeedSequence(3))
    assert made is not None
    return made


def test_components_have_their_elements_and_numbers(
    inferred: Inference, validated: Validated, divergences: Divergences
) -> None:
    rows = judged_components(inferred, divergences.elements, divergences, validated, None)
    assert sorted(row.name for row in rows) == ["identity", "reflection(py)"]
    assert [row.elements for row in rows] == [COUNT // 2, COUNT // 2]
    determinants = {"identity": 1, "reflection(py)": -1}
    for row in rows:
        members = np.linalg.det(turns()[:, :2, :2]).round() == determinants[row.name]
        assert row.excess is not None
        assert [n.value for n in row.excess] == pytest.approx(divergences.refined.value[members].mean(0))
        assert row.excess[0].vanishes
        assert row.log10_p is None
        assert row.rejected is None


def test_components_take_p_from_their_representatives(
    inferred: Inference, validated: Validated, divergences: Divergences, events: Events
) -> None:
    options = ValidationOptions(bins=20, random=0, posthoc=None)
    space = read_space(SearchOptions(group="so(2)"), events)
    own = validate(inferred.representatives, space, events, options, np.random.SeedSequence(2))
    for c, row in enumerate(judged_components(inferred, divergences.elements, divergences, validated, own)):
        assert row.log10_p == pytest.approx(own.log_p_found[c] / math.log(10))
        assert row.log10_p is not None
        assert row.log10_p_adjusted is not None
        assert row.log10_p_adjusted >= row.log10_p
        assert row.rejected is (row.log10_p_adjusted <= -2)

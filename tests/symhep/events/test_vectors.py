"""Vectors of a dataset: four-momenta or features, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from symhep.errors import CardError, MethodError
from symhep.events.dataset import Column, Dataset, Scaling
from symhep.events.naming import feature_columns, particle_names
from symhep.events.vectors import ActsOn, vectors_of

RNG = np.random.default_rng(1)
MOMENTA = RNG.normal(size=(20, 3, 4))


def table(features: int = 6, scaling: Scaling = "isotropic") -> Dataset:
    return Dataset.from_array(
        np.arange(20.0 * features).reshape(20, features), scaling=scaling, name="points"
    )


def test_momenta_come_first_unless_features_are_asked_for() -> None:
    data = replace(table(), momenta=MOMENTA)
    for acts_on in ("auto", "momenta"):
        found = vectors_of(data, acts_on)
        np.testing.assert_array_equal(found.x, MOMENTA)
        assert (found.names, found.unit, found.momenta) == (("E", "px", "py", "pz"), "GeV", True)
    features = vectors_of(data, "features", vectors=3)
    np.testing.assert_array_equal(features.x[4, 2], data.values[4, 4:])
    assert (features.names, features.unit, features.momenta) == (("x1", "x2"), "", False)
    assert vectors_of(data, "features").x.shape == (20, 1, 6)


def test_features_that_are_momenta_are_known_as_such() -> None:
    columns = feature_columns([("E", "px", "py", "pz")] * 2, particle_names([(13, "a"), (-13, "b")]))
    found = vectors_of(replace(table(8), columns=columns), vectors=2)
    assert (found.names, found.unit, found.momenta) == (("E", "px", "py", "pz"), "GeV", True)
    mixed = tuple(Column(name, unit) for name, unit in (("m", "GeV"), ("phi", "")))
    assert vectors_of(replace(table(2), columns=mixed)).unit == ""


def test_scale_is_the_root_mean_square_with_absolute_weights() -> None:
    x = np.array([[1.0, 1.0], [3.0, 5.0]])
    found = vectors_of(Dataset.from_array(x, scaling="none", weights=[1.0, -3.0]))
    assert found.scale == pytest.approx(np.sqrt((1 * 1 + 3 * 17) / 4))
    np.testing.assert_array_equal(found.weights, [1.0, -3.0])
    assert vectors_of(Dataset.from_array(0 * x, scaling="none")).scale == 1.0


def test_some_of_the_events_are_evenly_spaced() -> None:
    found = vectors_of(table(), max_events=3)
    assert found.rows.tolist() == [0, 9, 19]
    np.testing.assert_array_equal(found.x[:, 0, 0], [0.0, 54.0, 114.0])
    assert len(vectors_of(table(), max_events=50)) == 20


@pytest.mark.parametrize(
    ("data", "acts_on", "vectors", "message"),
    [
        (table(), "momenta", None, "'points' has no objects, hence no four-momenta; set acts_on: features"),
        (replace(table(), momenta=MOMENTA), "auto", 2, "there are 3 four-momenta; remove 'vectors'"),
        (
            table(scaling="standard"),
            "auto",
            None,
            "scaled one by one.*use 'scaling: isotropic'",
        ),
        (
            table(),
            "auto",
            4,
            "6 features cannot be split into 4 vectors of equal length; check 'vars' and 'vectors'",
        ),
        (
            replace(table(), values=np.zeros((20, 0)), columns=()),
            "auto",
            None,
            "0 features cannot be split into 1 vectors",
        ),
    ],
)
def test_what_does_not_fit(data: Dataset, acts_on: ActsOn, vectors: int | None, message: str) -> None:
    with pytest.raises(CardError, match=message):
        vectors_of(data, acts_on, vectors)


def test_numbers_that_are_none() -> None:
    data = table()
    with pytest.raises(MethodError, match="no events in 'points' have all features finite"):
        vectors_of(Dataset.from_array(np.zeros((0, 4)), scaling="none", name="points"))
    values = data.values.copy()
    values[7, 2] = np.nan
    with pytest.raises(MethodError, match="'points' contains NaN or infinity; remove such events"):
        vectors_of(replace(data, values=values))
    for weights in (np.zeros(20), np.full(20, np.inf)):
        with pytest.raises(MethodError, match="the event weights of 'points' are not finite, or all zero"):
            vectors_of(replace(data, weights=weights))


def test_what_stands_where_nothing_is_does_not_matter() -> None:
    momenta = np.random.default_rng(1).normal(size=(20, 2, 4))
    mask = np.arange(40).reshape(20, 2) % 3 > 0
    data = replace(
        table(8), momenta=momenta, particles=("met", "jets[0]"), kinds=("transverse", "full"),
        objects=("met", "jets"), mask=mask,
    )  # fmt: skip
    there = mask[:, :, None] & np.array([[False, True, True, False], [True] * 4])
    dirty = replace(data, momenta=np.where(there, momenta, np.nan))
    np.testing.assert_array_equal(vectors_of(data).x, np.where(there, momenta, 0.0))
    np.testing.assert_array_equal(vectors_of(dirty).x, vectors_of(data).x)
    assert vectors_of(data).scale == pytest.approx(np.sqrt((momenta[there] ** 2).mean()))

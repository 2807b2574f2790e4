"""Events as the solvers see them: which features pass for four-momenta."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from symhep.errors import CardError
from symhep.events.dataset import Column, Dataset
from symhep.events.naming import feature_columns, particle_names
from symhep_oracle.options import OracleMethodOptions
from symhep_oracle.sample import Sample

MASK = {"kind": "mask", "eta": (0.5, 1.5)}


def named(*columns: Column) -> Dataset:
    values = np.random.default_rng(1).normal(size=(50, len(columns)))
    return replace(Dataset.from_array(values, scaling="isotropic"), columns=columns)


def of_two_muons(*variables: str) -> Dataset:
    return named(*feature_columns([variables] * 2, particle_names([(13, "a"), (-13, "b")])))


def of_the_event(*names: str) -> Dataset:
    return named(*map(Column, names))


@pytest.mark.parametrize(
    "data",
    [
        of_two_muons("E", "px", "py", "pz"),
        of_two_muons("energy", "px", "py", "pz"),
        of_the_event("x1", "x2", "x3", "x4"),
        of_the_event("e", "px", "py", "pz"),
    ],
)
def test_features_that_pass_for_momenta(data: Dataset) -> None:
    vectors = data.values.shape[1] // 4
    sample = Sample.of(data, OracleMethodOptions(oracle="lorentz", acts_on="features", vectors=vectors))
    assert sample.minkowski
    assert sample.layout.vectors == vectors


@pytest.mark.parametrize(
    ("data", "given"),
    [
        (of_two_muons("px", "py", "pz", "E"), "px, py, pz, E"),
        (of_two_muons("pt", "eta", "phi", "mass"), "pt, eta, phi, mass"),
        (of_two_muons("charge", "d0", "dz", "isolation"), "charge, d0, dz, isolation"),
        (of_the_event("pt", "eta", "phi", "mass"), "pt, eta, phi, mass"),
        (of_the_event("E", "px", "py", "pz", "px", "py", "pz", "E"), "px, py, pz, E"),
    ],
)
def test_features_that_are_other_numbers(data: Dataset, given: str) -> None:
    message = rf"vectors \(E, px, py, pz\), in this order, not \({given}\); write 'vars: \[E, px, py, pz\]'"
    vectors = data.values.shape[1] // 4
    wrong = ({"oracle": "lorentz"}, {"oracle": MASK}, {"oracle": "l2", "breaking": {"oracle": MASK}})
    for options in wrong:
        with pytest.raises(CardError, match=message):
            Sample.of(data, OracleMethodOptions.model_validate({**options, "vectors": vectors}))
    assert len(Sample.of(data, OracleMethodOptions(oracle="l2", vectors=vectors))) == 50

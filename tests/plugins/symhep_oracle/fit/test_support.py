"""Spurious null vectors: on-shell, momentum-conserving and flat data."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from symhep.events.dataset import Column, Dataset
from symhep.lie.bases import lorentz
from symhep.lie.spans import grassmann_distance
from symhep.methods.context import COMBINE, Context, seed_sequence
from symhep.methods.interface import Shard
from symhep.methods.result import Result
from symhep_oracle.fit import exact
from symhep_oracle.fit.conditions import Conditions
from symhep_oracle.fit.fields import LinearFields
from symhep_oracle.fit.support import split_spurious
from symhep_oracle.method import OracleGenerators
from symhep_oracle.options import OracleMethodOptions
from symhep_oracle.oracles.function import function_oracle
from symhep_oracle.sample import Sample


def result(data: Dataset, **options: object) -> Result:
    method, chosen = OracleGenerators(), OracleMethodOptions.model_validate(options)
    method.check(data, chosen)
    prepared = method.prepare(data, chosen)
    part = method.fit(prepared, Shard(), Context(seed_sequence(1, "oracle", 0)))
    return method.worded(method.combine(prepared, [part], Context(seed_sequence(1, "oracle", COMBINE))))


def back_to_back(events: int = 500, energy: float = 40.0) -> Dataset:
    u = np.random.default_rng(1).normal(size=(events, 3))
    p = energy * u / np.linalg.norm(u, axis=1, keepdims=True)
    e = np.full((events, 1), energy)
    momenta = np.stack([np.c_[e, p], np.c_[e, -p]], axis=1)
    return replace(
        Dataset.from_array(momenta.reshape(events, 8), name="ee"), momenta=momenta, particles=("a", "b")
    )


@pytest.mark.parametrize(("of", "null", "still"), [("particles", 7, 0), ("pairs", 10, 0), ("total", 15, 0)])
def test_two_massless_particles_back_to_back(of: str, null: int, still: int) -> None:
    # particles: so(1,3) and the dilatation. total: one vector (2E, 0), so one condition on 16 unknowns.
    found = result(back_to_back(), oracle={"kind": "lorentz", "of": of}).summary
    assert found["algebra"]["name"] == "so(1,3)"
    assert len(found["support"]["spurious"]) == null - 6
    assert sum(s["moves_no_event"] for s in found["support"]["spurious"]) == still
    assert found["support"]["checked_off_support"]
    told = found["support"]["constraints"]
    assert {"the sum of E is 80 GeV", "the sum of px is 0 GeV", "E^2 - p^2 of a is 0 GeV^2"} <= set(told)


def test_the_dilatation_of_massless_particles_is_named_and_told() -> None:
    found = result(back_to_back(), oracle="lorentz")
    assert [(f.name, f.moves_no_event) for f in found.record.support.spurious] == [("D", False)]
    warning = next(s for s in found.statements if s.kind == "warning")
    assert warning.text.startswith("Excluded as spurious: D preserves the oracle only on these events")


def test_fields_that_move_no_event() -> None:
    # x3 = 0 always: W_i3 moves nothing, and W_3i is not seen, since grad |x| has no third component. Two antisymmetric
    # combinations are rotations, the other two and W_33 are not; W_33 alone moves no event.
    x = np.c_[np.random.default_rng(1).normal(size=(300, 2)), np.zeros(300)]
    found = result(Dataset.from_array(x, scaling="isotropic"), oracle="l2").summary
    assert found["algebra"]["name"] == "so(3)"  # the oracle is asked around the events, where x3 is not 0
    assert found["support"]["constraints"] == ["x3 is 0"]
    assert sorted(s["moves_no_event"] for s in found["support"]["spurious"]) == [False, False, True]


def test_full_support_has_nothing_spurious() -> None:
    x = np.random.default_rng(1).normal(size=(300, 3))
    columns = tuple(Column(f"x{i}") for i in range(3))
    found = result(Dataset.from_array(x, columns=columns, scaling="isotropic"), oracle="l2")
    assert found.summary["support"]["spurious"] == []
    assert found.summary["support"]["constraints"] == []
    assert all(s.kind == "finding" for s in found.statements)


def test_an_estimate_that_is_exact_is_asked_off_the_events_too() -> None:
    sample = Sample.of(back_to_back(), OracleMethodOptions.model_validate({"oracle": "lorentz"}))

    def mass(x: torch.Tensor) -> torch.Tensor:
        total = x[:, :4] + x[:, 4:]
        return total[:, 0] ** 2 - total[:, 1:].square().sum(dim=1)

    oracle = function_oracle(sample.layout, mass, "mass", sample.x)
    oracle.approximate = True
    fields = LinearFields(sample.layout)
    conditions = Conditions(oracle, fields, sample.x, sample.weights, sample.scale)
    found = exact.solve(oracle, sample.x, sample.weights, fields, np.random.default_rng(1), sample.scale)
    assert found.dimension == 15
    kept, support = split_spurious(found, conditions, sample, np.random.default_rng(2))
    assert support.checked
    assert grassmann_distance(fields.matrices(kept.coefficients), lorentz().matrices) < 1e-9

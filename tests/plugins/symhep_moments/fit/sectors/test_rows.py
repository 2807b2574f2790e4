from __future__ import annotations

import numpy as np
import pytest

from symhep.events.dataset import Dataset
from symhep.methods.context import Context, seed_sequence
from symhep.methods.interface import Shard
from symhep.methods.result import Result
from symhep_moments.method import MomentConditions
from symhep_moments.options import MomentsOptions
from symhep_moments.record import MomentsRecord

TURN = 2 * np.pi


def found(x: np.ndarray, weights: np.ndarray | None = None, **options: object) -> Result[MomentsRecord]:
    data = Dataset.from_array(x, weights=weights, scaling="isotropic")
    given = {"generators": "rotations", "discrete": None, **options}
    method, context = MomentConditions(), Context(seed_sequence(1, "moments", 0))
    sample = method.prepare(data, MomentsOptions.model_validate(given))
    return method.combine(sample, [method.fit(sample, Shard(), context)], context)


def vectors(phases: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    pt = rng.exponential(size=len(phases)) + 0.3
    return np.stack([pt * np.cos(phases), pt * np.sin(phases)], axis=1)


def two_vectors(n: int, rng: np.random.Generator) -> np.ndarray:
    """Two vectors, back to back up to 0.5; events with the first one in (0.5, 1.1) are lost."""
    first = rng.random(n) * TURN
    first = first[(first < 0.5) | (first > 1.1)]
    second = first + np.pi + 0.5 * rng.normal(size=len(first))
    return np.concatenate([vectors(first, rng), vectors(second, rng)], axis=1)


def test_a_dead_sector_of_one_of_two_vectors() -> None:
    result = found(two_vectors(6000, np.random.default_rng(1)), vectors=2)
    rows = {row.vector: row for row in result.record.sectors}
    assert set(rows) == {"vector 1", "vector 2"}
    own, other = rows["vector 1"], rows["vector 2"]
    assert (own.clearest, other.clearest) == (True, False)
    assert own.kind == other.kind == "loss"
    assert own.p_kind == "exact"
    assert own.p_value == pytest.approx(1 / (1 + own.draws))
    assert own.low_edge is not None and own.low_edge.low is not None and own.low_edge.high is not None  # noqa: PT018
    assert own.low_edge.low <= 0.5 <= own.low_edge.high
    assert own.size is not None and own.size.low is not None and own.size.high is not None  # noqa: PT018
    assert own.size.low <= 0.6 / TURN <= own.size.high
    # The other loses opposite, blurred.
    assert other.low_edge is not None and other.high_edge is not None  # noqa: PT018
    middle = ((other.low_edge.value or 0) + (other.high_edge.value or 0)) / 2
    assert abs((middle - 0.8 - np.pi + np.pi) % TURN - np.pi) < 0.3
    told = [s.text for s in MomentConditions().statements(result.record) if "deficit of events" in s.text]
    assert len(told) == 1
    assert "Azimuth of vector 1" in told[0]
    assert "uniformity is also rejected for the azimuth of vector 2" in told[0]
    assert "sectors" in MomentConditions().tables(result.record)
    assert "sectors" in {figure.name for figure in MomentConditions().figures(result)}


def test_where_nothing_is_broken_none_is_sought() -> None:
    rng = np.random.default_rng(2)
    result = found(vectors(rng.random(3000) * TURN, rng))
    assert result.record.candidates[0].rejected is False
    assert result.record.sectors == ()
    assert "sectors" not in {figure.name for figure in MomentConditions().figures(result)}


def test_weights_make_the_p_value_asymptotic() -> None:
    rng = np.random.default_rng(3)
    phases = rng.random(5000) * TURN
    phases = phases[(phases < 0.5) | (phases > 1.1)]
    result = found(vectors(phases, rng), rng.uniform(0.5, 1.5, len(phases)))
    (row,) = result.record.sectors
    assert row.p_kind == "asymptotic"
    assert row.size is not None and row.size.low is not None and row.size.high is not None  # noqa: PT018
    assert row.size.low <= 0.6 / TURN <= row.size.high


def test_without_bounds_none_is_sought() -> None:
    rng = np.random.default_rng(4)
    phases = rng.random(3000) * TURN
    assert found(vectors(phases[phases < 5], rng), bounds=False).record.sectors == ()

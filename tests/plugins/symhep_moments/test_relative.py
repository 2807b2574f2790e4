"""Relative to a reference: what is tested along orbits, and what is not told where both have edges."""

from __future__ import annotations

import numpy as np
import pytest

from symhep.errors import CardError
from symhep.events.dataset import Column, Dataset, Scaler
from symhep.methods.context import Context, seed_sequence
from symhep.methods.interface import Shard
from symhep.methods.result import Result
from symhep_moments.method import MomentConditions
from symhep_moments.options import MomentsOptions
from symhep_moments.record import MomentsRecord
from symhep_moments.say.sentences import sentences

QUICK = {"discrete": None, "generators": "lorentz"}


def _pairs(
    rng: np.random.Generator, n: int, recoil: float, sector: bool, modulation: float = 0.0
) -> np.ndarray:
    """Two massless particles against each other but for a recoil, boosted along z; none in 0.5 < phi < 1.1."""
    parts, have = [], 0
    while have < n:
        m = 3 * n
        phi, pt = rng.uniform(-np.pi, np.pi, m), 30 + rng.exponential(15.0, m)
        first = pt[:, None] * np.stack([np.cos(phi), np.sin(phi)], 1)
        kick = rng.exponential(recoil, m)[:, None] * rng.normal(size=(m, 2))
        eta = rng.normal(size=(m, 1)) + 0.7 * rng.normal(size=(m, 2))
        plane = np.stack([first, kick - first], 1)
        size = np.linalg.norm(plane, axis=2)
        x = np.concatenate([(size * np.cosh(eta))[..., None], plane, (size * np.sinh(eta))[..., None]], 2)
        azimuth = np.arctan2(x[..., 2], x[..., 1])
        kept = rng.random(m) * (1 + modulation) < 1 + modulation * np.cos(2 * azimuth[:, 0])
        if sector:
            kept &= ~((azimuth > 0.5) & (azimuth < 1.1)).any(axis=1)
        parts.append(x[kept])
        have += int(kept.sum())
    return np.concatenate(parts)[:n]


def _both(data: np.ndarray, reference: np.ndarray) -> Dataset:
    momenta = np.concatenate([data, reference])
    flat = momenta.reshape(len(momenta), -1)
    return Dataset(
        "p4", flat, tuple(Column(f"c{i}", slot=i // 4) for i in range(8)), np.ones(len(flat)),
        Scaler.fit(flat, "none"), momenta=momenta, particles=("muons[0]", "muons[1]"),
        labels=np.repeat([0, 1], [len(data), len(reference)]), label_names=("data", "mc"),
        reference=frozenset({"mc"} if len(reference) else ()),
    )  # fmt: skip


def _found(data: Dataset, **options: object) -> Result[MomentsRecord]:
    method, context = MomentConditions(), Context(seed_sequence(1, "moments", 0))
    sample = method.prepare(data, MomentsOptions.model_validate(QUICK | options))
    return method.combine(sample, [method.fit(sample, Shard(), context)], context)


def _row(result: Result[MomentsRecord], label: str):  # type: ignore[no-untyped-def]
    return next(c for c in result.record.candidates if c.label == label)


def _text(result: Result[MomentsRecord]) -> str:
    return " ".join(s.text for s in sentences(result.record))


def test_a_dead_sector_of_both_leaves_the_test_along_orbits() -> None:
    rng = np.random.default_rng(1)
    result = _found(_both(_pairs(rng, 4000, 10.0, True), _pairs(rng, 4000, 4.0, True)))
    turn, boost = _row(result, "J_z"), _row(result, "K_z")
    assert (turn.relative_by, turn.rejected, turn.p_kind) == ("orbits", False, "asymptotic")
    assert boost.p_value is None
    assert (boost.how, boost.rejected) == ("unfitted", None)
    assert "J_z" in result.record.steep
    assert result.record.algebra.dimension is None
    assert not result.record.chain
    # SO(2) is told with the axes of the lab, and has the p of J_z
    (row,) = [row for row in result.record.subgroups if row.name == "SO(2)"]
    assert (row.how, row.survives, row.p_value) == ("lab", True, None)
    assert row.lab is not None
    assert row.lab.p_value == pytest.approx(turn.p_value, rel=1e-12)
    assert row.upper_95 == turn.upper_95
    text = _text(result)
    assert "J_z the density of the events and the reference varies too steeply for the test functions" in text
    assert "tests with derivatives are not reliable (declare such cuts as edges)" in text


def test_what_the_data_alone_break_is_seen_behind_the_sector_with_its_size_and_its_place() -> None:
    """v_2 = 0.3 / 2 in the meaning of the plain test, though the sector breaks v_1, v_2, ... of both samples."""
    rng = np.random.default_rng(2)
    result = _found(_both(_pairs(rng, 4000, 10.0, True, 0.3), _pairs(rng, 4000, 4.0, True)))
    turn, boost = _row(result, "J_z"), _row(result, "K_z")
    assert turn.rejected
    assert turn.size_kind == "v_m"
    assert turn.size.low < 0.15 < turn.size.high
    assert turn.upper_95 == turn.size.high
    assert turn.function in ("v_2 of muons[0] about z", "v_2 of muons[1] about z")
    assert (boost.size, boost.upper_95) == (None, None)
    assert result.record.bounds is not None
    why = {row.label: row.why for row in result.record.bounds.without}
    assert why["K_z"] == "its orbits are not closed, and rates are not measured relative to another density"
    assert "J_z" in result.arrays["map_labels"].tolist()
    values = result.arrays["map_values"][result.arrays["map_labels"].tolist().index("J_z")]
    centre = (result.arrays["map_x"][1:] + result.arrays["map_x"][:-1]) / 2
    wave = np.cos(2 * centre)[:, None] * np.ones(values.shape[1])
    known = np.isfinite(values)
    assert np.corrcoef(values[known], wave[known])[0, 1] > 0.5
    assert "for a density relative to the dataset 'mc' that varies as" in _text(result)


def test_discrete_elements_are_tested_relative_to_the_reference() -> None:
    rng = np.random.default_rng(5)
    data, reference = _pairs(rng, 3000, 10.0, True), _pairs(rng, 3000, 4.0, True)
    left = data[rng.random(3000) < np.where(data[:, 0, 3] > 0, 1.0, 0.5)]  # twice as many forward
    result = _found(
        _both(left, reference), discrete=["reflection(z)", "reflection(x)"], generators="rotations"
    )
    rows = {row.name: row for row in result.record.discrete}
    assert rows["reflection(z)"].rejected
    size = rows["reflection(z)"].size
    assert size is not None
    assert size.low < 1 / 3 < size.high  # (1 - 0.5) / (1 + 0.5)
    assert rows["reflection(z)"].function == "pz(muons[0])"
    assert not rows["reflection(x)"].rejected  # though both samples lack a sector
    assert "Discrete symmetries (acting on the final state only), relative to the dataset 'mc'" in _text(
        result
    )
    with pytest.raises(CardError, match="'scan' is not available with a reference"):
        MomentConditions().check(
            _both(left, reference), MomentsOptions.model_validate({"discrete": {"scan": "J_z"}})
        )


def test_without_edges_directions_are_fitted_and_the_class_has_the_p_of_its_generator() -> None:
    rng = np.random.default_rng(3)
    data, reference = _pairs(rng, 4000, 10.0, False), _pairs(rng, 4000, 4.0, False)
    reference[..., 3] *= 0.5  # another spread of rapidity, so that no rotation but one is left
    reference[..., 0] = np.linalg.norm(reference[..., 1:], axis=2)
    result = _found(_both(data, reference))
    assert "J_z" not in result.record.steep
    assert result.record.not_fitted is None
    assert result.record.algebra.dimension == 1
    turn = _row(result, "J_z")
    row = next(c for c in result.record.subgroups if c.name == "SO(2)")
    assert row.lab is not None
    assert row.lab.p_value == pytest.approx(turn.p_value, rel=1e-12)
    assert {c.relative_by for c in result.record.candidates if c.p_value is not None} == {
        "orbits",
        "derivatives",
    }
    steep = [c.label for c in result.record.candidates if c.label in result.record.steep and c.rejected]
    by = [label for label in steep if _row(result, label).relative_by == "derivatives"]
    assert by
    assert "reject too often there: these violations may be an effect of the edges" in _text(result)


def test_without_a_reference_nothing_of_it_is_said() -> None:
    data = _both(_pairs(np.random.default_rng(4), 800, 10.0, False), np.zeros((0, 2, 4)))
    result = _found(data)
    assert result.record.steep == ()
    assert {c.relative_by for c in result.record.candidates} == {None}

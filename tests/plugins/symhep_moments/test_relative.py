"""Relative to a reference: what is tested along orbits, and what is not told where both have edges."""

from __future__ import annotations

import numpy as np
import pytest

from symhep.events.dataset import Column, Dataset, Scaler
from symhep.methods.context import Context, seed_sequence
from symhep.methods.interface import Shard
from symhep.methods.result import Result
from symhep_moments.method import MomentConditions
from symhep_moments.options import MomentsOptions
from symhep_moments.record import MomentsRecord
from symhep_moments.say.sentences import sentences

QUICK = {"discrete": None}


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
    assert not result.record.subgroups
    text = _text(result)
    assert (
        "J_z the density of the events and the reference changes more steeply than the test functions follow"
        in text
    )
    assert "what takes derivatives cannot be told (declare cuts as edges, if they are any)" in text


def test_what_the_data_alone_break_is_seen_behind_the_sector() -> None:
    rng = np.random.default_rng(2)
    result = _found(_both(_pairs(rng, 4000, 10.0, True, 0.3), _pairs(rng, 4000, 4.0, True)))
    assert _row(result, "J_z").rejected


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
    assert "reject too often there: that they are excluded cannot be told" in _text(result)


def test_without_a_reference_nothing_of_it_is_said() -> None:
    data = _both(_pairs(np.random.default_rng(4), 800, 10.0, False), np.zeros((0, 2, 4)))
    result = _found(data)
    assert result.record.steep == ()
    assert {c.relative_by for c in result.record.candidates} == {None}

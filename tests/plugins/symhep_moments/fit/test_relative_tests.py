"""Relative to a reference or an efficiency, of more events than are looked at side by side."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from symhep.events import stream as streams
from symhep.events.dataset import Dataset
from symhep.events.stream import BlockInfo, EventStream
from symhep.events.subsample import subsample
from symhep.events.variation import Alternative, Variation
from symhep.methods.context import Context, seed_sequence
from symhep.methods.interface import Shard
from symhep.methods.number import Number
from symhep_moments.method import MomentConditions
from symhep_moments.options import MomentsOptions
from symhep_moments.record import MomentsRecord

BLOCKS, ROWS, FEW = 6, 500, 1200
QUICK: dict[str, Any] = {
    "generators": "so(2)",
    "functions": {"fourier": 4, "harmonics": 2},
    "discrete": {"elements": ["reflection(x1)"], "classifier": None, "neighbours": False},
    "bounds": {"orders": 2},
}


def block_of(number: int, kind: float | str, tilt: float = 0.0) -> Dataset:
    """Of the plane, but for a dead quarter; the first half of the blocks times 1 + a cos phi. Or 'half' of x1 < 0.

    ``tilt``: of the weights of a variation of the others, 1 + t cos phi and 1 - t cos phi.
    """
    rng = np.random.default_rng([3, number])
    x = rng.normal(size=(8 * ROWS, 2))
    phi = np.arctan2(x[:, 1], x[:, 0])
    if isinstance(kind, str):
        kept = rng.random(8 * ROWS) < np.where(x[:, 0] < 0, 0.5, 1.0)
    else:
        a = kind if number < BLOCKS else 0.0
        kept = (abs(phi - 1) > 0.8) & (rng.random(8 * ROWS) * (1 + a) < 1 + a * np.cos(phi))
    data = Dataset.from_array(x[kept][:ROWS], scaling="none")
    data = replace(
        data, block=np.full(ROWS, number), unit=number * ROWS + np.arange(ROWS),
        labels=np.full(ROWS, number // BLOCKS), label_names=("data", "mc"),
    )  # fmt: skip
    return varied(data, tilt) if tilt else data


def varied(data: Dataset, tilt: float) -> Dataset:
    """Of the reference."""
    theirs = data.labels == 1
    cosine = np.where(theirs, data.values[:, 0] / np.hypot(*data.values.T), 0.0)
    alternatives = tuple(
        Alternative(name, replace(data, weights=data.weights * (1 + t * cosine)), True)
        for name, t in (("up", tilt), ("down", -tilt))
    )
    return replace(data, variations=(Variation("tilt", "up_down", alternatives, frozenset({"mc"})),))


class Drawn(EventStream):
    """Blocks that are drawn when they are asked for."""

    key = "drawn"

    def __init__(self, kind: float | str, blocks: int, tilt: float) -> None:
        self.kind, self.tilt = kind, tilt
        self.blocks = tuple(BlockInfo(ROWS, n // BLOCKS, float(ROWS), float(ROWS)) for n in range(blocks))

    def block(self, number: int) -> Dataset:
        return block_of(number, self.kind, self.tilt)


def joined(parts: list[Dataset]) -> Dataset:
    def column(name: str) -> np.ndarray:
        return np.concatenate([getattr(part, name) for part in parts])

    return replace(
        Dataset.from_array(column("values"), scaling="none"), block=column("block"), unit=column("unit"),
        labels=column("labels"), label_names=("data", "mc"),
    )  # fmt: skip


def found(data: Dataset, **options: Any) -> MomentsRecord:
    method, context = MomentConditions(), Context(seed_sequence(1, "moments", 0))
    sample = method.prepare(data, MomentsOptions.model_validate(QUICK | options))
    assert sample.events.subsampled
    return method.combine(sample, [method.fit(sample, Shard(), context)], context).record


def both_ways(kind: float | str, reference: bool, tilt: float = 0.0, **options: Any) -> list[MomentsRecord]:
    """All in memory, and a subsample beside a stream."""
    count = BLOCKS * (1 + reference)
    parts = [block_of(n, kind) for n in range(count)]
    names = frozenset({"mc"} if reference else ())
    samples = [joined(parts[:BLOCKS])] + ([joined(parts[BLOCKS:])] if reference else [])
    few = joined([subsample(one, FEW) for one in samples])
    few, whole = (replace(data, reference=names) for data in (few, joined(parts)))
    few, whole = (varied(data, tilt) if tilt else data for data in (few, whole))
    few = replace(few, stream=Drawn(kind, count, tilt))
    return [found(data, **options) for data in (whole, few)]


def p_of(record: MomentsRecord) -> list[float]:
    rows = [
        next(row for row in record.candidates if row.label == "J_12").p_value,
        record.discrete[0].p_value,
    ]
    return [p for p in rows if p is not None]


@pytest.fixture(autouse=True)
def few_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "SUBSAMPLE", FEW)


def test_relative_to_a_reference_that_shares_the_acceptance() -> None:
    whole, few = both_ways(0.0, True)
    assert whole.to_json() == few.to_json()
    assert len(p_of(few)) == 2
    assert min(p_of(few)) > 1e-3
    assert {row.p_kind for row in few.discrete} == {"asymptotic"}


def test_a_modulation_is_seen_in_all_events(monkeypatch: pytest.MonkeyPatch) -> None:
    """v_1 is a half of what the ratio is modulated with; the errors are those of all events."""
    _, few = both_ways(0.5, True)
    assert max(p_of(few)) < 1e-4
    monkeypatch.setattr(streams, "SUBSAMPLE", 10 * BLOCKS * ROWS)
    method, context = MomentConditions(), Context(seed_sequence(1, "moments", 0))
    data = replace(joined([block_of(n, 0.5) for n in range(2 * BLOCKS)]), reference=frozenset({"mc"}))
    sample = method.prepare(data, MomentsOptions.model_validate(QUICK))
    record = method.combine(sample, [method.fit(sample, Shard(), context)], context).record
    one, other = few.candidates[0].size, record.candidates[0].size
    assert one is not None
    assert other is not None
    assert one.value == pytest.approx(other.value, abs=0.02)
    assert widths(one) == pytest.approx(widths(other), rel=0.15)


def widths(number: Number) -> float:
    assert number.low is not None
    assert number.high is not None
    return number.high - number.low


def test_relative_to_an_efficiency(tmp_path: Path) -> None:
    """Half of what has x1 < 0 is lost, and the histogram says so."""
    path = tmp_path / "eff.json"
    axes = [{"type": "variable", "edges": [-20.0, 0.0, 20.0], "underflow": False, "overflow": False}]
    path.write_text(json.dumps({"axes": axes, "storage": {"type": "double", "values": [0.5, 1.0]}}))
    asked = {"histogram": str(path), "variables": ["x1"]}
    whole, few = both_ways("half", False, efficiency=asked, exact_below=0)
    assert whole.to_json() == few.to_json()
    assert len(p_of(few)) == 2
    assert min(p_of(few)) > 1e-3
    (plain, _) = both_ways("half", False)
    assert max(p_of(plain)) < 1e-9


def test_relative_to_a_reference_with_variations() -> None:
    """A parameter that tilts the reference by more than the tilt of the data makes room for it."""
    found = both_ways(0.5, True, tilt=0.7)
    whole, few = found
    assert whole.to_json() == few.to_json()
    (alone, _) = both_ways(0.5, True)
    assert min(p_of(few)) > max(p_of(alone)) * 1e3

"""More events than are looked at side by side: the same record wherever they are, and sums over all of them."""

from __future__ import annotations

import pickle
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from symhep.card.variations import Rule
from symhep.events import stream as streams
from symhep.events.dataset import Column, Dataset, Scaler
from symhep.events.stream import BlockInfo, EventStream, InMemory
from symhep.events.subsample import subsample
from symhep.events.variation import Alternative, Variation
from symhep.methods.context import Context, seed_sequence
from symhep.methods.interface import Shard
from symhep.methods.passes import Pass, State, reduce_here
from symhep.methods.result import Result
from symhep.plugin.functions import add_code_folder
from symhep.readers.toy.particles import density
from symhep_moments.fit.bounds.limits import bounds_of
from symhep_moments.fit.bounds.options import BoundOptions
from symhep_moments.fit.functions.choice import build_functions
from symhep_moments.fit.functions.options import FunctionOptions
from symhep_moments.fit.support import support_of
from symhep_moments.method import MomentConditions
from symhep_moments.options import MomentsOptions
from symhep_moments.record import MomentsRecord
from symhep_moments.sample import events_of

FloatArray = npt.NDArray[np.float64]
SUBSAMPLE, BLOCK = 800, 300


@pytest.fixture(autouse=True)
def few_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "SUBSAMPLE", SUBSAMPLE)


def streamed(data: Dataset) -> Dataset:
    """As the data would come if they were too many for the memory; other files have a stream of their own."""
    few = subsample(data, SUBSAMPLE)
    variations = tuple(
        v
        if v.name != "tune"
        else replace(
            v,
            alternatives=tuple(
                replace(a, data=replace(a.data, stream=InMemory(whole.data)))
                for a, whole in zip(v.alternatives, known.alternatives, strict=True)
            ),
        )
        for v, known in zip(few.variations, data.variations, strict=True)
    )
    kept = replace(data, variations=tuple(v for v in data.variations if v.name != "tune"))
    return replace(few, variations=variations, stream=InMemory(kept))


def blocks(data: Dataset) -> Dataset:
    return replace(data, block=np.arange(len(data)) // BLOCK)


def dijets(n: int = 2000, seed: int = 1) -> Dataset:
    """Back to back about the z axis, with a loss at some azimuths; weights of both signs."""
    rng = np.random.default_rng(seed)
    p = density("dijets").draw(rng, n)
    phi = np.arctan2(p[:, 0, 2], p[:, 0, 1])
    p = p[(phi < 0) | (phi > 0.7) | (rng.random(n) < 0.2)]
    flat = p.reshape(len(p), 8)
    columns = tuple(Column(f"{c}{i + 1}", "GeV", slot=i) for i in range(2) for c in ("E", "px", "py", "pz"))
    made = Dataset(
        "p4", flat, columns, rng.choice([1.0, 1.0, 1.0, -0.5], len(p)), Scaler.fit(flat, "none"), momenta=p,
        particles=("j1", "j2"), labels=np.zeros(len(p), dtype=np.int64), label_names=("data",),
    )  # fmt: skip
    return blocks(made)


def copied() -> Dataset:
    """Some events twice, and a few more than once without being known as copies."""
    data = dijets()
    rows = np.arange(len(data))
    return blocks(data.take(np.sort(np.r_[rows, rows[::7], rows[::50]])))


def varied() -> Dataset:
    """Weights, changed objects, and events of other files."""
    data, other = dijets(), dijets(seed=7)
    cos = data.values[:, 1] / np.hypot(data.values[:, 1], data.values[:, 2])
    weights = [replace(data, weights=data.weights * (1 + a * cos)) for a in (0.1, -0.1)]
    objects = list[Dataset]()
    for factor in (1.02, 0.98):
        kept = data.take(np.flatnonzero(data.values[:, 0] * factor > 500))
        assert kept.momenta is not None
        objects.append(replace(kept, momenta=kept.momenta * factor, values=kept.values * factor))
    tune = replace(other, block=other.block + data.block[-1] + 1, unit=other.unit + len(data))

    def variation(name: str, rule: Rule, sets: list[Dataset], same: bool) -> Variation:
        alternatives = tuple(Alternative(key, d, same) for key, d in zip(("up", "down"), sets, strict=False))
        return Variation(name, rule, alternatives, frozenset({"data"}))

    named = (
        variation("weights", "up_down", weights, True),
        variation("scale", "up_down", objects, False),
        variation("tune", "envelope", [tune], False),
    )
    return replace(data, variations=named)


def jets() -> Dataset:
    """One to four jets, with their charge, and a spectator."""
    rng, n = np.random.default_rng(3), 2000
    mask = np.arange(4) < np.minimum(rng.poisson(1.0, size=n) + 1, 4)[:, None]
    p = rng.normal(size=(n, 4, 3)) * [20.0, 20.0, 30.0]
    x = np.concatenate([np.linalg.norm(p, axis=2, keepdims=True), p], axis=2) * mask[..., None]
    flat = x.reshape(n, -1)
    made = Dataset(
        "jets", flat, tuple(Column(f"c{i}", slot=i // 4) for i in range(16)), np.ones(n),
        Scaler.fit(flat, "none"), momenta=x, mask=mask, kinds=("full",) * 4, objects=("jets",) * 4,
        particles=tuple(f"jets[{i}]" for i in range(4)),
        sets=frozenset({"jets"}), tags=rng.choice([-1.0, 1.0], size=(n, 4, 1)), tag_names=("charge",),
        spectators=rng.normal(size=(n, 1)), spectator_columns=(Column("pileup"),),
    )  # fmt: skip
    return blocks(made)


class Counting:
    """Counts how often all events are read, by passes that other processes could do."""

    def __init__(self, events: int) -> None:
        self.events, self.names = events, list[str]()

    def __call__(self, work: Pass, stream: EventStream) -> State:
        if stream.events == self.events:
            self.names.append(work.name)
        return reduce_here(pickle.loads(pickle.dumps(work)), stream)  # noqa: S301


def measured(data: Dataset, **options: Any) -> tuple[Result[MomentsRecord], Counting]:
    counting = Counting(data.events)
    method = MomentConditions()
    context = Context(seed_sequence(1, "moments", 0), reducer=counting)
    asked = {"discrete": None, "functions": FunctionOptions(fourier=4), "bounds": BoundOptions(orders=2)}
    asked |= {"subgroups": None} | options
    sample = method.prepare(data, MomentsOptions(**asked))
    return method.worded(method.combine(sample, [method.fit(sample, Shard(), context)], context)), counting


@pytest.mark.parametrize("make", [dijets, copied, varied, jets])
def test_the_record_does_not_depend_on_where_the_events_are(make: Callable[[], Dataset]) -> None:
    data = make()
    generators = "rotations" if make is not dijets else "lorentz"
    (one, counted), (other, _) = (measured(d, generators=generators) for d in (data, streamed(data)))
    assert one.record.to_json() == other.record.to_json()
    assert one.arrays.keys() == other.arrays.keys()
    for key, array in one.arrays.items():
        np.testing.assert_array_equal(array, other.arrays[key])
    assert one.record.subsample is not None
    assert one.record.subsample <= SUBSAMPLE
    assert one.record.events.used == len(data)
    assert len(counted.names) <= 2  # checks and moments; sizes


def test_edges_and_functions_are_sent_with_the_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "my_waves.py").write_text("def wave(x):\n    return x[..., 1].sum(dim=1).tanh()\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("SYMHEP_CODE", "")
    add_code_folder(tmp_path)
    edges = ({"variable": "abs_eta", "below": 3.0, "width": 1.0},)
    functions = {"fourier": 4, "user": {"function": "my_waves:wave"}}
    (one, _), (other, _) = (
        measured(d, generators="rotations", edges=edges, functions=functions)
        for d in (dijets(), streamed(dijets()))
    )
    assert one.record.to_json() == other.record.to_json()


def test_copies_are_counted_in_all_blocks() -> None:
    data = copied()
    record = measured(data, generators="rotations")[0].record
    once = len(np.unique(data.unit))
    assert record.events.copies == len(data) - once
    w = np.bincount(np.unique(data.unit, return_inverse=True)[1], data.weights)
    assert record.events.effective == pytest.approx(w.sum() ** 2 / (w**2).sum())
    negative = -data.weights[data.weights < 0].sum() / np.abs(data.weights).sum()
    assert record.events.negative == pytest.approx(negative)


def test_harmonics_are_means_over_all_events() -> None:
    """v_m = sum w exp(i m phi) / sum w, with errors of all events."""
    data = dijets()
    events = events_of(data, "rotations")
    functions = build_functions(events, FunctionOptions(fourier=0), np.random.default_rng(1))
    region = bounds_of(events, functions, BoundOptions(orders=2)).region
    found = region.quantities["v_2 of j1 about z"]
    phi, w = np.arctan2(data.values[:, 2], data.values[:, 1]), data.weights
    z = np.exp(2j * phi)
    mean = (w @ z) / w.sum()
    np.testing.assert_allclose(found.mean, [mean.real, mean.imag], rtol=1e-10)
    r = w * (z - mean)
    nu = (w**2).sum() ** 2 / (w**4).sum() - 1
    parts = np.array([r.real, r.imag])
    np.testing.assert_allclose(
        found.covariance, (nu + 1) / nu * parts @ parts.T / w.sum() ** 2, rtol=1e-9, atol=1e-15
    )


def test_rates_are_those_of_all_events(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their size, and its error but for M^-1 A, which is that of the subsample: of n events it is known to some
    sqrt(K / n) = 0.14, with K = 15 functions."""
    data = copied()
    sizes, spreads = [], []
    for most in (SUBSAMPLE, 10**6):
        monkeypatch.setattr(streams, "SUBSAMPLE", most)
        events = replace(events_of(data, "lorentz"), scale=1000.0)
        events = replace(events, x=events.x * events_of(data, "lorentz").scale / 1000.0)
        functions = build_functions(events, FunctionOptions(fourier=0), np.random.default_rng(1))
        quantities = bounds_of(events, functions, BoundOptions(orders=1)).region.quantities
        sizes.append([np.linalg.norm(quantities[k].mean) for k in ("K_x", "K_y", "K_z")])
        spreads.append([np.trace(quantities[k].covariance) for k in ("K_x", "K_y", "K_z")])
    np.testing.assert_allclose(sizes[0], sizes[1], rtol=1e-9)
    np.testing.assert_allclose(np.sqrt(spreads[0]), np.sqrt(spreads[1]), rtol=0.2)


def test_an_event_that_breaks_an_equation_is_found_wherever_it_is() -> None:
    """All lie on a plane but a hundred, which the subsample lacks."""
    rng = np.random.default_rng(5)
    x = rng.normal(size=(2000, 3))
    x[:, 2] = 1.0
    data = replace(Dataset.from_array(x, scaling="none"), block=np.arange(2000) // BLOCK)
    inside = {*subsample(data, SUBSAMPLE).unit.tolist()}
    outside = [n for n in range(2000) if n not in inside][-100:]
    assert measured(data, generators="T", bounds=None)[0].record.support.constraints == ("x3 is 1",)
    x[outside, 2] = rng.normal(size=100)
    data = replace(data, values=x)
    assert support_of(events_of(data, "T")).constraints == ("x3 is 1",)  # all that the subsample can tell
    support = measured(data, generators="T", bounds=None)[0].record.support
    assert support.constraints == ()
    assert support.excluded == ()


def test_a_lost_sector_of_many_events_is_found_in_bins() -> None:
    """No events at 0 < phi < 0.7, but a fifth."""
    record = measured(dijets(6000), generators="rotations")[0].record
    (row,) = [s for s in record.sectors if s.clearest]
    assert row.rejected
    assert row.p_kind == "asymptotic"
    assert row.low_edge is not None
    assert row.high_edge is not None
    assert row.contrast is not None
    turn = 0.0 if row.name.endswith("j1") else -np.pi
    assert row.low_edge.value == pytest.approx(turn, abs=0.05)
    assert row.high_edge.value == pytest.approx(turn + 0.7, abs=0.05)
    assert row.contrast.value == pytest.approx(0.8, abs=0.08)


class Drawn(EventStream):
    """Events that are drawn anew whenever a block is read."""

    def __init__(self, count: int, rows: int) -> None:
        self.key = f"drawn {count} {rows}"
        self.blocks = tuple(BlockInfo(rows, 0, float(rows), float(rows)) for _ in range(count))

    def block(self, number: int) -> Dataset:
        rows = self.blocks[number].rows
        x = density("dijets").draw(np.random.default_rng(number), rows).reshape(rows, 8)
        names = tuple(f"{c}{i}" for i in (1, 2) for c in ("E", "px", "py", "pz"))
        return replace(
            Dataset.from_array(x, columns=names, scaling="isotropic"), unit=np.arange(rows) + number * rows
        )


def test_memory_does_not_grow_with_the_number_of_events() -> None:
    def peak(count: int) -> float:
        stream = Drawn(count, 2000)
        data = replace(subsample(stream.block(0), SUBSAMPLE), stream=stream)
        tracemalloc.start()
        measured(data, generators="rotations", vectors=2)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(2)  # what is loaded once
    few, many = peak(4), peak(20)
    assert many < few + 16 * 2000 * 8 * 0.5  # half a number per event

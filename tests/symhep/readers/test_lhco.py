"""LHC Olympics files, written with h5py as pandas lays out its 'fixed' tables."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import numpy.typing as npt
import pytest

from symhep.errors import InputError
from symhep.readers.interface import LossLog, ReadRequest
from symhep.readers.lhco import LhcoOptions, LhcoReader

READER = LhcoReader()
FEATURES = [f"{leaf}j{jet}" for jet in (1, 2) for leaf in ("px", "py", "pz", "m", "tau1", "tau2")]


def write(path: Path, blocks: dict[str, tuple[list[object], npt.NDArray[np.float64]]]) -> str:
    names = [name for items, _ in blocks.values() for name in items]
    events = len(next(iter(blocks.values()))[1])

    def labels(items: list[object]) -> npt.NDArray[np.generic]:
        return np.asarray([i.encode() if isinstance(i, str) else i for i in items])

    with h5py.File(path, "w") as file:
        group = file.create_group("df")
        group["axis0"], group["axis1"] = labels(names), np.arange(events)
        for block, (items, values) in blocks.items():
            group[f"{block}_items"], group[f"{block}_values"] = labels(items), values
    return str(path)


@pytest.fixture
def raw(tmp_path: Path) -> tuple[str, npt.NDArray[np.float64]]:
    rng = np.random.default_rng(5)
    particles = np.zeros((12, 700, 3))
    for event, count in enumerate(rng.integers(0, 700, 12)):
        particles[event, :count] = rng.normal(size=(count, 3))
        particles[event, :count, 0] = rng.exponential(10, count) + 0.1
    particles[3] = 0.0
    table = np.concatenate([particles.reshape(12, 2100), rng.integers(0, 2, (12, 1))], axis=1)
    return write(tmp_path / "raw.h5", {"block0": (list(range(2101)), table)}), table


def test_raw_particles_without_the_padding(raw: tuple[str, npt.NDArray[np.float64]]) -> None:
    path, table = raw
    assert READER.confidence(path, Path(path).read_bytes()[:16]) == 1
    assert READER.confidence(path, b"PAR1") == 0
    batches = list(READER.read(path, LhcoOptions(), ReadRequest(chunk_events=5), LossLog()))
    assert [(len(b), b.first) for b in batches] == [(5, 0), (5, 5), (2, 10)]
    for batch in batches:
        for event, particles in enumerate(batch.events.particles):
            row = table[batch.first + event, :2100].reshape(700, 3)
            row = row[row[:, 0] > 0]
            assert particles.pt.tolist() == row[:, 0].tolist()
            assert particles.eta.tolist() == row[:, 1].tolist()
            assert particles.phi.tolist() == row[:, 2].tolist()
            assert not particles.mass.to_numpy().any()
        assert batch.events.label.tolist() == table[batch.first : batch.first + len(batch), 2100].tolist()
    assert len(batches[0].events.particles[3]) == 0
    summary = READER.inspect(path, LhcoOptions(), LossLog())
    assert (summary.weights.sum_w, summary.details["layout"]) == (12.0, "raw")


def test_features_keep_the_order_of_the_file(tmp_path: Path) -> None:
    values = np.random.default_rng(6).uniform(1, 9, (7, len(FEATURES)))
    path = write(
        tmp_path / "f.h5", {"block0": (list(FEATURES), values), "block1": (["label"], np.ones((7, 1)))}
    )
    (batch,) = READER.read(path, LhcoOptions(), ReadRequest(), LossLog())
    fields = READER.schema(path, LhcoOptions()).collections["jets"].fields
    assert list(fields) == ["px", "py", "pz", "mass", "tau1", "tau2"]
    assert batch.events.jets.px.tolist() == values[:, [0, 6]].tolist()
    assert batch.events.jets.mass.tolist() == values[:, [3, 9]].tolist()
    # As an attribute, tau2 is vector's square of the mass; the field goes by its name.
    assert batch.events.jets["tau2"].tolist() == values[:, [5, 11]].tolist()
    assert batch.events.label.tolist() == [1.0] * 7
    energy = np.sqrt((values[:, [0, 1, 2, 3]] ** 2).sum(axis=1))
    assert batch.events.jets.E[:, 0].to_numpy() == pytest.approx(energy)
    notes = READER.inspect(path, LhcoOptions(), LossLog()).notes
    assert any("not always that of their pt" in note for note in notes)


def test_max_events_and_no_fields(raw: tuple[str, npt.NDArray[np.float64]]) -> None:
    request = ReadRequest(fields={}, event_fields=frozenset({"label"}), chunk_events=4, max_events=6)
    batches = list(READER.read(raw[0], LhcoOptions(), request, LossLog()))
    assert [len(b) for b in batches] == [4, 2]
    assert batches[0].events.fields == ["label"]


def test_other_layouts_are_refused_with_a_way_out(tmp_path: Path) -> None:
    path = tmp_path / "table.h5"
    with h5py.File(path, "w") as file:
        file.create_group("df")["table"] = np.zeros(3)
    with pytest.raises(InputError, match=r"'table' format, which is not read.*format='fixed'"):
        READER.schema(str(path), LhcoOptions())
    with h5py.File(path, "w") as file:
        file.create_group("a")
        file.create_group("b")
    with pytest.raises(InputError, match=r"2 groups, not one; choose one with options: \{group: NAME\}"):
        READER.schema(str(path), LhcoOptions())
    with pytest.raises(InputError, match="not a pandas table in 'fixed' format"):
        READER.schema(str(path), LhcoOptions(group="a"))
    with pytest.raises(InputError, match="no group 'c'; known: a, b"):
        READER.schema(str(path), LhcoOptions(group="c"))
    unknown = write(tmp_path / "x.h5", {"block0": (["a", "b"], np.zeros((2, 2)))})
    with pytest.raises(InputError, match="no columns such as mj1"):
        READER.schema(unknown, LhcoOptions())


def test_an_unknown_compression_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "f.h5", {"block0": (list(FEATURES), np.ones((3, len(FEATURES))))})
    with h5py.File(path, "a") as file:
        del file["df/block0_values"]
        properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        properties.set_chunk((3, len(FEATURES)))
        properties.set_filter(32100, h5py.h5z.FLAG_OPTIONAL)
        space = h5py.h5s.create_simple((3, len(FEATURES)))
        h5py.h5d.create(file["df"].id, b"block0_values", h5py.h5t.IEEE_F64LE, space, properties)
    with pytest.raises(InputError, match="which HDF5 does not know here; pip install hdf5plugin"):
        READER.schema(path, LhcoOptions())


@pytest.mark.parametrize("fraction", [0.0, 0.1, 0.5, 0.99])
def test_a_cut_file(fraction: float, raw: tuple[str, npt.NDArray[np.float64]], tmp_path: Path) -> None:
    data = Path(raw[0]).read_bytes()
    path = tmp_path / "cut.h5"
    path.write_bytes(data[: int(fraction * len(data))])
    with pytest.raises(InputError, match="cut short, damaged") as caught:
        READER.schema(str(path), LhcoOptions())
    assert caught.value.file == str(path)
    losses = LossLog("skip")
    assert list(READER.read(str(path), LhcoOptions(), ReadRequest(), losses)) == []
    assert len(losses.losses) == 1

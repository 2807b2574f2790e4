"""LHC Olympics files: raw particles and jet features."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from symhep.errors import InputError
from symhep.readers.hdf5 import Hdf5Options, Hdf5Reader, LhcoReader
from symhep.readers.interface import LossLog, ReadRequest
from symhep.testing import check_reader

READER = LhcoReader()
FEATURES = [f"{leaf}j{jet}" for jet in (1, 2) for leaf in ("px", "py", "pz", "m", "tau1", "tau2")]


@pytest.fixture
def raw(tmp_path: Path, fixed: Callable[..., str]) -> tuple[str, npt.NDArray[np.float64]]:
    rng = np.random.default_rng(5)
    particles = np.zeros((12, 700, 3))
    for event, count in enumerate(rng.integers(0, 700, 12)):
        particles[event, :count] = rng.uniform(-3, 3, size=(count, 3))
        particles[event, :count, 0] = rng.exponential(10, count) + 0.1
    particles[3] = 0.0
    table = np.concatenate([particles.reshape(12, 2100), rng.integers(0, 2, (12, 1))], axis=1)
    return fixed(tmp_path / "raw.h5", {"block0": (list(range(2101)), table)}), table


def test_raw_particles_without_the_padding(raw: tuple[str, npt.NDArray[np.float64]]) -> None:
    path, table = raw
    assert READER.confidence(path, Path(path).read_bytes()[:16]) == 2
    assert READER.confidence(path, b"PAR1") == 0
    batches = list(READER.read(path, Hdf5Options(), ReadRequest(chunk_events=5), LossLog()))
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
    summary = READER.inspect(path, Hdf5Options(), LossLog())
    assert (summary.weights.sum_w, summary.format) == (12.0, "lhco")


def test_features_keep_the_order_of_the_file(tmp_path: Path, fixed: Callable[..., str]) -> None:
    values = np.random.default_rng(6).uniform(1, 9, (7, len(FEATURES)))
    path = fixed(
        tmp_path / "f.h5", {"block0": (list(FEATURES), values), "block1": (["label"], np.ones((7, 1)))}
    )
    (batch,) = READER.read(path, Hdf5Options(), ReadRequest(), LossLog())
    fields = READER.schema(path, Hdf5Options()).collections["jets"].fields
    assert list(fields) == ["px", "py", "pz", "mass", "tau1", "tau2"]
    assert batch.events.jets.px.tolist() == values[:, [0, 6]].tolist()
    assert batch.events.jets.mass.tolist() == values[:, [3, 9]].tolist()
    # As an attribute, tau2 is vector's square of the mass; the field goes by its name.
    assert batch.events.jets["tau2"].tolist() == values[:, [5, 11]].tolist()
    assert batch.events.label.tolist() == [1.0] * 7
    energy = np.sqrt((values[:, [0, 1, 2, 3]] ** 2).sum(axis=1))
    assert batch.events.jets.E[:, 0].to_numpy() == pytest.approx(energy)
    notes = READER.inspect(path, Hdf5Options(), LossLog()).notes
    assert any("may differ from the order in pt" in note for note in notes)


def test_max_events_and_no_fields(raw: tuple[str, npt.NDArray[np.float64]]) -> None:
    request = ReadRequest(fields={}, event_fields=frozenset({"label"}), chunk_events=4, max_events=6)
    batches = list(READER.read(raw[0], Hdf5Options(), request, LossLog()))
    assert [len(b) for b in batches] == [4, 2]
    assert batches[0].events.fields == ["label"]


def test_other_tables_are_not_of_the_lhc_olympics(tmp_path: Path, fixed: Callable[..., str]) -> None:
    path = fixed(tmp_path / "x.h5", {"block0": (["a", "b"], np.zeros((3, 2)))})
    head = Path(path).read_bytes()[:16]
    assert (READER.confidence(path, head), Hdf5Reader().confidence(path, head)) == (0, 1)
    numbers = fixed(tmp_path / "n.h5", {"block0": (list(range(4)), np.full((3, 4), 900.0))})
    with pytest.raises(InputError, match=r"unnamed columns that are not pt, eta, phi.*column names"):
        READER.schema(numbers, Hdf5Options())


def test_the_contract(raw: tuple[str, npt.NDArray[np.float64]]) -> None:
    check_reader(READER, raw[0])


@pytest.mark.parametrize("fraction", [0.0, 0.1, 0.5, 0.99])
def test_a_cut_file(fraction: float, raw: tuple[str, npt.NDArray[np.float64]], tmp_path: Path) -> None:
    data = Path(raw[0]).read_bytes()
    path = tmp_path / "cut.h5"
    path.write_bytes(data[: int(fraction * len(data))])
    with pytest.raises(InputError, match="cut short, damaged") as caught:
        READER.schema(str(path), Hdf5Options())
    assert caught.value.file == str(path)
    losses = LossLog("skip")
    assert list(READER.read(str(path), Hdf5Options(), ReadRequest(), losses)) == []
    assert len(losses.losses) == 1

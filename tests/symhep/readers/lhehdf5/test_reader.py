"""LHEF5 files of both layouts, written with h5py and by pylhe; every number as pylhe reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt
import pylhe
import pytest

from symhep.errors import CardError, InputError
from symhep.events.batch import EventBatch
from symhep.readers.interface import LossLog, ReadRequest
from symhep.readers.lhe import LheReader
from symhep.readers.lhe.columns import PARTICLE_FIELDS
from symhep.readers.lhehdf5 import LheHdf5Reader
from symhep.testing import check_reader

READER = LheHdf5Reader()
OPTIONS = READER.Options()
EVENT = [
    "pid",
    "nparticles",
    "start",
    "trials",
    "scale",
    "fscale",
    "rscale",
    "aqed",
    "aqcd",
    "NOMINAL",
    "MUR2",
]
PARTICLE = [
    "id",
    "status",
    "mother1",
    "mother2",
    "color1",
    "color2",
    "px",
    "py",
    "pz",
    "e",
    "m",
    "lifetime",
    "spin",
]
INIT = ["beamA", "beamB", "energyA", "energyB", "PDFgroupA", "PDFgroupB", "PDFsetA", "PDFsetB"]
INIT += ["weightingStrategy", "numProcesses"]
PROCESS = ["procId", "npLO", "npNLO", "xSection", "error", "unitWeight"]


class Sample:
    """N events; event i has 2 + i % 3 particles, the first with px = i, and ``padding`` rows behind them."""

    def __init__(self, n: int, padding: int = 0) -> None:
        counts = 2 + np.arange(n) % 3
        starts = np.concatenate([[0], np.cumsum(counts + padding)[:-1]])
        self.particles = np.zeros((int((counts + padding).sum()), len(PARTICLE)))
        for i, (start, count) in enumerate(zip(starts, counts, strict=True)):
            rows = self.particles[start : start + count]
            rows[:, 0], rows[:, 1], rows[:, 6], rows[:, 8], rows[:, 9] = 11, 1, np.arange(count), 7.5, 100.0
            rows[0, 6] = i
        weights = np.arange(n) - 1.5
        columns = [
            np.full(n, 7),
            counts,
            starts,
            np.ones(n),
            np.full(n, 91.2),
            *np.ones((4, n)),
            weights,
            2 * weights,
        ]
        self.events = np.stack(columns, axis=1).astype(float)
        self.init = np.array([2212, -2212, 7000.0, 6500.0, 0, 0, 13000, 13000, 1, 2])
        self.processes = np.array([[1, 2, -1, 3.0, 0.3, 1], [2, 2, -1, 5.0, 0.4, 1]])

    def write(self, path: Path, **layout: Any) -> str:
        """In the layout of version 2."""
        tables = {"events": EVENT, "particles": PARTICLE, "init": INIT, "procInfo": PROCESS}
        with h5py.File(path, "w") as file:
            for (name, names), values in zip(tables.items(), self.tables, strict=True):
                options = layout if values.ndim == 2 else {}
                file.create_dataset(name, data=values, **options).attrs["properties"] = names
        return str(path)

    def write_old(self, path: Path) -> str:
        """In the layout of groups with a dataset per column."""
        tables = {"event": EVENT, "particle": PARTICLE, "init": INIT, "procInfo": PROCESS}
        with h5py.File(path, "w") as file:
            for (name, names), values in zip(tables.items(), self.tables, strict=True):
                for column, numbers in zip(names, np.atleast_2d(values).T, strict=True):
                    file[f"{name}/{'weight' if column == 'NOMINAL' else column}"] = numbers
        return str(path)

    @property
    def tables(self) -> tuple[npt.NDArray[np.float64], ...]:
        return self.events, self.particles, self.init, self.processes


def read(path: str, policy: Any = "skip", **request: Any) -> tuple[list[EventBatch], LossLog]:
    losses = LossLog(policy)
    return list(READER.read(path, OPTIONS, ReadRequest(**request), losses)), losses


def which(batches: list[EventBatch]) -> list[int]:
    return [int(x) for b in batches for x in b.events.particles.px[:, 0]]


@pytest.mark.parametrize("padding", [0, 3, 100])
@pytest.mark.parametrize("old", [False, True])
def test_both_layouts(old: bool, padding: int, tmp_path: Path) -> None:
    sample = Sample(11, padding)
    path = (sample.write_old if old else sample.write)(tmp_path / "a.hdf5")
    whole = check_reader(READER, path)
    assert whole.events.particles.px[:, 0].tolist() == list(range(11))
    assert [len(p) for p in whole.events.particles] == [2 + i % 3 for i in range(11)]
    assert whole.weights.tolist() == [i - 1.5 for i in range(11)]
    (batch,), _ = read(path, weight="MUR2", variations=True)
    assert batch.weights.tolist() == [2 * i - 3.0 for i in range(11)]
    assert list(batch.variations) == ["weight" if old else "NOMINAL", "MUR2"]
    schema = READER.schema(path, OPTIONS)
    assert schema.beams == ((2212, 7000.0), (-2212, 6500.0))
    assert schema.cross_section_pb == pytest.approx((8.0, 0.5))  # 3 + 5, and 0.3 and 0.4 in quadrature
    assert any("sum of its weights over the sum of its trials" in note for note in schema.notes)


def test_every_number_is_that_of_pylhe(shared_data: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.lhe.hdf5"
    # What pylhe writes it also reads, and the LHE file it was made from has the same numbers.
    pylhe.LHEFile.fromfile(shared_data / "powheg-box-v2-Z.lhe").tofile(path)
    (batch,), losses = read(str(path), "fail")
    assert not losses.losses
    reader, lhe = LheReader(), str(shared_data / "powheg-box-v2-Z.lhe")
    (text,) = reader.read(lhe, reader.Options(), ReadRequest(), LossLog())
    for name in PARTICLE_FIELDS:
        assert batch.events.particles[name].tolist() == text.events.particles[name].tolist(), name
    assert batch.weights.tolist() == text.weights.tolist()
    assert batch.events.process.tolist() == text.events.process.tolist()
    for ours, theirs in zip(batch.events.particles, pylhe.LHEFile.fromfile(path).events, strict=True):
        assert ours.E.tolist() == [p.e for p in theirs.particles]
    assert READER.schema(str(path), OPTIONS).beams == reader.schema(lhe, reader.Options()).beams


def test_recognised_by_its_tables(tmp_path: Path) -> None:
    path = Path(Sample(4).write(tmp_path / "a.hdf5"))
    assert READER.confidence(str(path), path.read_bytes()[:64]) == 2
    with h5py.File(tmp_path / "b.h5", "w") as file:
        file["df"] = np.zeros(3)
    assert READER.confidence(str(tmp_path / "b.h5"), (tmp_path / "b.h5").read_bytes()[:64]) == 0
    with pytest.raises(InputError, match="no table 'events': it contains no Les Houches events"):
        READER.schema(str(tmp_path / "b.h5"), OPTIONS)


@pytest.mark.parametrize(
    ("table", "column", "value", "reason"),
    [
        ("events", "nparticles", 0, "no particles at the position given"),
        ("events", "nparticles", 2.5, "no particles at the position given"),
        ("events", "start", 1e9, "no particles at the position given"),
        ("events", "start", np.nan, "no particles at the position given"),
        ("events", "start", 3, "refers to particles of an earlier event"),
        ("events", "NOMINAL", np.inf, "the weight 'NOMINAL' is not a finite number"),
        ("events", "pid", 0.5, "'pid' is not an integer"),
        ("particles", "px", np.nan, "has non-finite numbers, or non-integers"),
        ("particles", "status", 1.5, "has non-finite numbers, or non-integers"),
    ],
)
def test_one_bad_event(table: str, column: str, value: float, reason: str, tmp_path: Path) -> None:
    sample = Sample(9)
    row = 5 if table == "events" else int(sample.events[5, 2]) + 1
    getattr(sample, table)[row, (EVENT if table == "events" else PARTICLE).index(column)] = value
    path = sample.write(tmp_path / "a.hdf5")
    batches, losses = read(path)
    assert which(batches) == [0, 1, 2, 3, 4, 6, 7, 8]
    assert [(loss.events, loss.first_event) for loss in losses.losses] == [(1, 5)]
    with pytest.raises(InputError, match=rf"event 5: .*{reason}"):
        read(path, "fail")
    assert which(read(path, "fail", max_events=5)[0]) == [0, 1, 2, 3, 4]


def test_a_damaged_chunk_loses_its_events_and_no_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from symhep.readers.lhehdf5 import reader

    monkeypatch.setattr(reader, "_STEP", 10)
    path = _chunked(tmp_path)
    with h5py.File(path) as file:
        place = file["events"].id.get_chunk_info(1).byte_offset
    data = bytearray(path.read_bytes())
    data[place + 40] ^= 0xFF
    path.write_bytes(bytes(data))
    batches, losses = read(str(path))
    assert which(batches) == [*range(10), *range(20, 40)]
    assert [(loss.events, loss.first_event) for loss in losses.losses] == [(10, 10)]
    assert "cut short or damaged" in losses.losses[0].reason


def _chunked(folder: Path) -> Path:
    """Events in checksummed pieces of ten."""
    path, sample = folder / "a.hdf5", Sample(40)
    sample.write(path)
    with h5py.File(path, "a") as file:
        del file["events"]
        made = file.create_dataset("events", data=sample.events, chunks=(10, len(EVENT)), fletcher32=True)
        made.attrs["properties"] = EVENT
    return path


def test_a_table_that_announces_more_than_there_is(tmp_path: Path) -> None:
    path = Path(Sample(4).write(tmp_path / "a.hdf5"))
    with h5py.File(path, "a") as file:
        del file["events"]
        file.create_dataset("events", (10**12, len(EVENT)), "f8", chunks=(100, len(EVENT))).attrs[
            "properties"
        ] = EVENT
    with pytest.raises(InputError, match="should have 1000000000000 rows, more than fit into the file"):
        READER.schema(str(path), OPTIONS)


def test_columns_that_do_not_fit(tmp_path: Path) -> None:
    path = tmp_path / "a.hdf5"
    Sample(4).write(path)
    with h5py.File(path, "a") as file:
        file["particles"].attrs["properties"] = [*PARTICLE[:-1], "helicity"]
    with pytest.raises(InputError, match="the table 'particles' has no column 'spin'"):
        READER.schema(str(path), OPTIONS)
    with h5py.File(path, "a") as file:
        file["particles"].attrs["properties"] = PARTICLE[:-1]
    with pytest.raises(InputError, match="has 13 columns but 12 names"):
        READER.schema(str(path), OPTIONS)
    Sample(4).write_old(path)
    with h5py.File(path, "a") as file:
        del file["particle/px"]
        file["particle/px"] = np.zeros(3)
    with pytest.raises(
        InputError, match="the columns of the table 'particles' are missing or of different lengths"
    ):
        READER.schema(str(path), OPTIONS)


def test_unknown_names_are_card_errors(tmp_path: Path) -> None:
    path = Sample(4).write(tmp_path / "a.hdf5")
    for request, message in (
        ({"fields": {"jets": frozenset()}}, "unknown collection 'jets'"),
        (
            {"fields": {"particles": frozenset({"pdgid"})}},
            r"unknown field 'particles.pdgid'; did you mean 'pdgId'\?",
        ),
        ({"event_fields": frozenset({"scales"})}, "unknown event field 'scales'"),
        ({"weight": "MUR3"}, r"no weight 'MUR3'; did you mean 'MUR2'\?"),
    ):
        with pytest.raises(CardError, match=message):
            read(path, **request)  # type: ignore[arg-type]


@pytest.mark.parametrize("fraction", [0.0, 0.1, 0.5, 0.99])
def test_a_cut_file(fraction: float, tmp_path: Path) -> None:
    path = Path(Sample(50).write(tmp_path / "a.hdf5"))
    data = path.read_bytes()
    path.write_bytes(data[: int(fraction * len(data))])
    with pytest.raises(InputError, match="cut short or damaged"):
        READER.schema(str(path), OPTIONS)
    batches, losses = read(str(path))
    assert batches == []
    assert len(losses.losses) == 1

"""Parquet: list columns, lists of structs, row groups, and only the needed columns."""

from __future__ import annotations

from pathlib import Path

import awkward as ak
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from symhep.errors import InputError
from symhep.readers.columns import ColumnMapOptions
from symhep.readers.interface import LossLog, ReadRequest
from symhep.readers.parquet import ParquetReader

READER = ParquetReader()
PX = [[1.0, 2.0], [], [3.0], [4.0], []]


def lists(factor: float) -> list[list[float]]:
    return [[factor * x for x in event] for event in PX]


def table(**extra: pa.Array) -> pa.Table:
    leaves = enumerate(("Px", "Py", "Pz", "E"), start=1)
    columns = {f"Jet_{leaf}": pa.array(lists(k), pa.list_(pa.float32())) for k, leaf in leaves}
    return pa.table({**columns, "weight": [1.0, -1.0, 1.0, 2.0, 1.0], **extra})


def test_lists_and_row_groups(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    extra = {"count": pa.array([1, 2, 3, 4, 5], pa.uint8()), "name": pa.array(list("abcde"))}
    pq.write_table(table(**extra), path, row_group_size=3)
    assert READER.confidence(str(path), path.read_bytes()[:100]) == 2
    assert READER.confidence(str(path), b"root") == 0
    schema = READER.schema(str(path), ColumnMapOptions())
    assert schema.event_fields["count"].type == "uint8"
    batches = list(READER.read(str(path), ColumnMapOptions(), ReadRequest(chunk_events=2), LossLog()))
    assert [(len(b), b.first) for b in batches] == [(2, 0), (1, 2), (2, 3)]
    events = ak.concatenate([b.events for b in batches])
    assert events.Jet.pz.tolist() == lists(3)
    assert events.Jet.E.tolist() == lists(4)
    assert [w for b in batches for w in b.weights] == [1.0, -1.0, 1.0, 2.0, 1.0]
    summary = READER.inspect(str(path), ColumnMapOptions(), LossLog())
    assert (summary.weights.events, summary.weights.negative, summary.details["row_groups"]) == (5, 1, 2)
    assert any("not offered: name" in note for note in summary.notes)
    request = ReadRequest(max_events=4, chunk_events=10)
    assert [len(b) for b in READER.read(str(path), ColumnMapOptions(), request, LossLog())] == [3, 1]


def test_lists_of_structs_as_awkward_writes_them(tmp_path: Path) -> None:
    path = tmp_path / "awkward.parquet"
    muons = ak.zip({"pt": PX, "eta": lists(0.1), "phi": lists(0.2), "mass": lists(0.0), "charge": lists(-1)})
    ak.to_parquet(
        ak.zip({"Muon": muons, "ht": [1.0, 2.0, 3.0, 4.0, 5.0]}, depth_limit=1), path, row_group_size=2
    )
    batches = list(READER.read(str(path), ColumnMapOptions(), ReadRequest(), LossLog()))
    events = ak.concatenate([b.events for b in batches])
    assert [len(b) for b in batches] == [2, 2, 1]
    assert events.Muon.eta.tolist() == lists(0.1)
    assert events.Muon.charge.tolist() == lists(-1)
    assert events.ht.tolist() == [1.0, 2.0, 3.0, 4.0, 5.0]


def test_a_map_and_mev(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(table(), path)
    columns = {"px": "Jet_Px", "py": "Jet_Py", "pz": "Jet_Pz", "E": "Jet_E"}
    options = ColumnMapOptions(units="MeV", columns={"j": columns})
    (batch,) = READER.read(str(path), options, ReadRequest(), LossLog())
    assert ak.flatten(batch.events.j.E).tolist() == pytest.approx([4e-3, 8e-3, 12e-3, 16e-3])
    with pytest.raises(InputError, match=r"no column 'Jet_Pt'.*did you mean 'Jet_P"):
        READER.schema(str(path), ColumnMapOptions(columns={"j": {"pt": "Jet_Pt", "phi": "Jet_Px"}}))


def test_only_the_needed_columns_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(table(junk=pa.array([[0.1] * 500] * 5)), path, compression="gzip")
    metadata = pq.ParquetFile(path).metadata.row_group(0)
    chunks = [metadata.column(i) for i in range(metadata.num_columns)]
    (junk,) = [chunk for chunk in chunks if chunk.path_in_schema.startswith("junk")]
    data = bytearray(path.read_bytes())
    start = junk.dictionary_page_offset or junk.data_page_offset
    data[start : start + junk.total_compressed_size] = b"\xff" * junk.total_compressed_size
    path.write_bytes(data)
    (batch,) = READER.read(str(path), ColumnMapOptions(), ReadRequest(fields={"Jet": frozenset()}), LossLog())
    assert batch.events.Jet.px.tolist() == PX
    with pytest.raises(InputError, match="damaged after 0 of 5 events"):
        list(
            READER.read(
                str(path),
                ColumnMapOptions(columns={"j": {"px": "junk", "py": "junk"}}),
                ReadRequest(),
                LossLog(),
            )
        )


@pytest.mark.parametrize("fraction", [0.0, 0.3, 0.99])
def test_a_cut_file(fraction: float, tmp_path: Path) -> None:
    path = tmp_path / "cut.parquet"
    pq.write_table(table(), path)
    data = path.read_bytes()
    path.write_bytes(data[: int(fraction * len(data))])
    with pytest.raises(InputError, match="cannot be opened: cut short or damaged") as caught:
        READER.schema(str(path), ColumnMapOptions())
    assert caught.value.file == str(path)
    with pytest.raises(InputError, match="no such file"):
        READER.schema(str(tmp_path / "none.parquet"), ColumnMapOptions())


def test_missing_values_are_no_numbers(tmp_path: Path) -> None:
    path = tmp_path / "null.parquet"
    pq.write_table(table(ht=pa.array([1.0, None, 3.0, 4.0, 5.0])), path)
    with pytest.raises(InputError, match="column 'ht' has missing values"):
        list(READER.read(str(path), ColumnMapOptions(), ReadRequest(), LossLog()))


def test_an_empty_table(tmp_path: Path) -> None:
    path = tmp_path / "empty.parquet"
    pq.write_table(table().slice(0, 0), path)
    summary = READER.inspect(str(path), ColumnMapOptions(), LossLog())
    assert (summary.weights.events, list(summary.schema.collections)) == (0, ["Jet"])
    assert list(READER.read(str(path), ColumnMapOptions(), ReadRequest(), LossLog())) == []

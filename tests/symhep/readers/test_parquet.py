"""Parquet: list columns, lists of structs, row groups, and only the needed columns."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import awkward as ak
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from symhep.errors import InputError
from symhep.readers.columns import ColumnMapOptions
from symhep.readers.interface import LossLog, ReadRequest
from symhep.readers.parquet import ParquetReader, _check_counts
from symhep.testing import check_reader

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
    assert any("ignored: name" in note for note in summary.notes)
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
    with pytest.raises(InputError, match="event 0: the file is damaged: events cannot be read"):
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


def read(path: Path, losses: LossLog | None = None, **options: object) -> ak.Array:
    batches = READER.read(str(path), ColumnMapOptions(**options), ReadRequest(), losses or LossLog())  # type: ignore[arg-type]
    return ak.concatenate([b.events for b in batches])


def test_a_missing_number_is_an_error_of_its_event(tmp_path: Path) -> None:
    path = tmp_path / "null.parquet"
    pq.write_table(table(ht=pa.array([1.0, 2.0, 3.0, None, 5.0])), path)
    with pytest.raises(InputError, match=r"event 3: column 'ht' has a missing value \(null\); fill or drop"):
        read(path)
    losses = LossLog("skip")
    assert read(path, losses).ht.tolist() == [1.0, 2.0, 3.0]
    assert [(loss.first_event, loss.events) for loss in losses.losses] == [(3, 2)]
    pq.write_table(table(x=pa.array([[1.0], [2.0, None], [], [], []])), path, row_group_size=2)
    columns = {"j": {"px": "x", "py": "x"}}
    with pytest.raises(InputError, match="event 1: column 'x' has a missing value"):
        read(path, columns=columns)


def test_the_first_of_several_missing_numbers_counts(tmp_path: Path) -> None:
    path = tmp_path / "null.parquet"
    late, early = [1.0, 2.0, 3.0, None, 5.0], [1.0, None, 3.0, 4.0, 5.0]
    pq.write_table(table(a=pa.array(late), b=pa.array(early)), path)
    losses = LossLog("skip")
    assert read(path, losses).a.tolist() == [1.0]
    assert [(loss.first_event, loss.events) for loss in losses.losses] == [(1, 4)]


def test_a_missing_object_is_no_object(tmp_path: Path) -> None:
    muons = ak.zip({"pt": PX, "eta": lists(0.1), "phi": lists(0.2), "mass": lists(0.0), "charge": lists(-1)})
    path = tmp_path / "firsts.parquet"
    ak.to_parquet(ak.Array({"lead": ak.firsts(muons)}), path, row_group_size=2)
    events = read(path)
    assert events.lead.pt.tolist() == [[1.0], [], [3.0], [4.0], []]
    assert events.lead.charge.tolist() == [[-1.0], [], [-3.0], [-4.0], []]
    notes = READER.schema(str(path), ColumnMapOptions()).notes
    assert "'lead' is missing in 2 events: an empty list is used." in notes
    ak.to_parquet(ak.Array({"Muon": ak.mask(muons, muons.pt != 2.0)}), path)
    assert read(path).Muon.eta.tolist() == [[0.1], [], [pytest.approx(0.3)], [0.4], []]
    vectors = pa.struct([("px", pa.float64()), ("py", pa.float64())])
    objects = [[{"px": 1.0, "py": 2.0}], None, [], [None, {"px": 3.0, "py": 4.0}]]
    pq.write_table(pa.table({"Jet": pa.array(objects, pa.list_(vectors))}), path)
    assert read(path).Jet.px.tolist() == [[1.0], [], [], [3.0]]
    assert read(path).Jet.py.tolist() == [[2.0], [], [], [4.0]]


def test_a_null_inside_an_object_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "inner.parquet"
    inner = pa.struct([("px", pa.float64()), ("py", pa.float64())])
    jet = pa.struct([("p4", inner), ("tag", pa.int8())])
    jets = pa.array([[], [{"p4": {"px": 1.0, "py": 2.0}, "tag": 1}, {"p4": None, "tag": 0}]], pa.list_(jet))
    pq.write_table(pa.table({"j": jets}), path)
    with pytest.raises(InputError, match=r"event 1: column 'j\.p4\.px' has a missing value"):
        read(path, columns={"j": {"px": "j.p4.px", "py": "j.p4.py"}})


def test_vectors_without_a_record_around_them(tmp_path: Path) -> None:
    muons = ak.zip({"pt": PX, "eta": lists(0.1), "phi": lists(0.2), "mass": lists(0.0), "charge": lists(-1)})
    ak.to_parquet(muons, tmp_path / "bare.parquet")
    events = check_reader(READER, tmp_path / "bare.parquet").events
    assert events.vectors.pt.tolist() == PX
    assert events.vectors.charge.tolist() == lists(-1)


def test_numbers_of_all_kinds(tmp_path: Path) -> None:
    values = [1.5, 2.25, -3.0]
    times = pa.array([0, 1, 2], pa.timestamp("ns"))
    columns = {
        "half": pa.array(np.array(values, np.float16)),
        "decimal": pa.array([Decimal("1.50"), Decimal("2.25"), Decimal("-3.00")], pa.decimal128(12, 2)),
        "dictionary": pa.array(values).dictionary_encode(),
        "text": pa.array(["a", "b", "c"]).dictionary_encode(),
        "when": times,
        "day": times.cast(pa.date32(), safe=False),
        "fixed": pa.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], pa.list_(pa.float32(), 2)),
        "large": pa.array([[1.0], [], [2.0, 3.0]], pa.large_list(pa.float64())),
        "deep": pa.array([[[1.0]], [], []]),
        "map": pa.array([[("a", 1)], [], []], pa.map_(pa.string(), pa.int32())),
    }
    path = tmp_path / "kinds.parquet"
    pq.write_table(pa.table(columns), path)
    schema = READER.schema(str(path), ColumnMapOptions())
    assert {name: field.type for name, field in schema.event_fields.items()} == {
        "half": "float32",
        "decimal": "float64",
        "dictionary": "float64",
    }
    events = read(path)
    for name in ("half", "decimal", "dictionary"):
        assert events[name].tolist() == values
    assert schema.notes[0] == (
        "Columns without numbers or lists of numbers are ignored: "
        "text (text); when, day (times); deep (lists of lists); map.key, map.value (a map)."
    )
    listed = read(path, columns={"a": {"px": "fixed", "py": "fixed"}, "b": {"px": "large", "py": "large"}})
    assert listed.a.px.tolist() == [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]
    assert listed.b.px.tolist() == [[1.0], [], [2.0, 3.0]]


def test_a_struct_beside_a_column_with_a_dot(tmp_path: Path) -> None:
    path = tmp_path / "dot.parquet"
    jets = [{"pt": float(k), "eta": 0.5, "phi": 0.1, "mass": 0.0} for k in range(1, 5)]
    pq.write_table(pa.table({"Jet": jets, "Jet.pt2": [0.0, 1.0, 4.0, 9.0]}), path)
    events = check_reader(READER, path).events
    assert events.Jet.pt.tolist() == [[1.0], [2.0], [3.0], [4.0]]
    assert events.Jet["pt2"].tolist() == [[0.0], [1.0], [4.0], [9.0]]
    pq.write_table(pa.table({"Jet": jets, "Jet.pt": [9.0] * 4}), path)
    assert any("Jet.pt (duplicate name)" in n for n in READER.schema(str(path), ColumnMapOptions()).notes)


def test_checksums_of_pages_are_compared(tmp_path: Path) -> None:
    path = tmp_path / "sums.parquet"
    options = {"compression": "none", "use_dictionary": False, "write_page_checksum": True}
    pq.write_table(pa.table({"ht": np.arange(100.0)}), path, **options)
    data = path.read_bytes()
    at = data.index(np.float64(50.0).tobytes())
    path.write_bytes(data[: at + 1] + b"\x01" + data[at + 2 :])  # a number like any other
    with pytest.raises(InputError, match=r"damaged: events cannot be read .*[Cc][Rr][Cc]"):
        read(path)


def test_counts_that_do_not_agree_are_damage(tmp_path: Path) -> None:
    path = tmp_path / "counts.parquet"
    pq.write_table(table(), path)

    class Metadata:
        """The true metadata, but for the number of events."""

        num_rows = 6

        def __init__(self, true: object) -> None:
            self.true = true

        def __getattr__(self, name: str) -> object:
            return getattr(self.true, name)

    with pytest.raises(InputError, match="numbers of events in its row groups do not agree"):
        _check_counts(str(path), Metadata(pq.read_metadata(path)))


def test_a_writer_whose_name_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "writer.parquet"
    pq.write_table(table(), path)
    data = path.read_bytes()
    at = data.rindex(b"parquet-cpp")
    path.write_bytes(data[:at] + b"\xff" + data[at + 1 :])
    summary = READER.inspect(str(path), ColumnMapOptions(), LossLog())
    assert (summary.details["created_by"], summary.weights.events) == ("not readable", 5)


def test_what_the_folders_say_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "year=2018"
    folder.mkdir()
    pq.write_table(table(), folder / "part-0.parquet")
    notes = READER.schema(str(folder / "part-0.parquet"), ColumnMapOptions()).notes
    assert "The folder names contain year=2018, which are not columns of the file and are ignored." in notes


def test_large_events_are_read_in_smaller_pieces(tmp_path: Path) -> None:
    path = tmp_path / "large.parquet"
    images = np.random.default_rng(3).normal(size=(2000, 6000))
    fixed = pa.FixedSizeListArray.from_arrays(images.ravel(), 6000)
    pq.write_table(pa.table({"x": fixed}), path, use_dictionary=False)
    options = ColumnMapOptions(columns={"p": {"px": "x", "py": "x"}})
    batches = list(READER.read(str(path), options, ReadRequest(), LossLog()))
    assert len(batches) == 2  # 64 MiB of 48,000 bytes each are 1398 events
    assert batches[1].events.p.px[-1].to_numpy().tolist() == images[-1].tolist()


def test_the_contract(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(table(), path, row_group_size=2)
    assert check_reader(READER, path).events.Jet.py.tolist() == lists(2)


def test_an_empty_table(tmp_path: Path) -> None:
    path = tmp_path / "empty.parquet"
    pq.write_table(table().slice(0, 0), path)
    summary = READER.inspect(str(path), ColumnMapOptions(), LossLog())
    assert (summary.weights.events, list(summary.schema.collections)) == (0, ["Jet"])
    assert list(READER.read(str(path), ColumnMapOptions(), ReadRequest(), LossLog())) == []

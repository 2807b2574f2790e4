"""Tables of text: separators, headers, a row per event or per object, and what is wrong with a line."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from symhep.errors import InputError
from symhep.events.batch import EventBatch
from symhep.readers.csv import CsvOptions, CsvReader
from symhep.readers.interface import LossLog, ReadRequest
from symhep.testing import check_reader

READER = CsvReader()
HEAD = "mu_px,mu_py,mu_pz,mu_E,weight,run,comment"


def write(folder: Path, text: str, name: str = "a.csv") -> str:
    path = folder / name
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return str(path)


def read(
    path: str, policy: Any = "skip", options: CsvOptions | None = None, **request: Any
) -> tuple[list[EventBatch], LossLog]:
    losses = LossLog(policy)
    return list(READER.read(path, options or CsvOptions(), ReadRequest(**request), losses)), losses


def row(i: int) -> str:
    return f"{i}.5,{-i},0.25,{2 * i}e1,{(-1) ** i},{3000 + i},good"


def table(n: int) -> str:
    return "\n".join([HEAD, *map(row, range(n))]) + "\n"


def test_a_row_per_event(tmp_path: Path) -> None:
    path = write(tmp_path, table(9))
    whole = check_reader(READER, path)
    assert whole.events.mu.px[:, 0].tolist() == [i + 0.5 for i in range(9)]
    assert whole.events.mu.E[:, 0].tolist() == [20.0 * i for i in range(9)]
    assert whole.weights.tolist() == [(-1.0) ** i for i in range(9)]
    assert whole.events.run.tolist() == [3000 + i for i in range(9)]
    schema = READER.schema(path, CsvOptions())
    assert schema.event_fields["run"].type == "int64"
    assert "Columns without numbers are ignored: comment." in schema.notes
    assert READER.inspect(path, CsvOptions(), LossLog()).weights.negative == 4


@pytest.mark.parametrize("separator", [",", ", ", ";", "\t", " ", "   ", " \t "])
@pytest.mark.parametrize(("name", "end"), [("a.csv", "\n"), ("a.tsv.gz", "\r\n"), ("a.txt", "\n")])
def test_separators_compression_and_line_ends(separator: str, name: str, end: str, tmp_path: Path) -> None:
    lines = [
        "# made by hand",
        "",
        separator.join(["mu_pt", '"mu_eta"' if "," in separator else "mu_eta", "mu_phi"]),
    ]
    lines += ["# a remark", *(separator.join([f"{i + 1}", f"{-i}.5", "+3.0e-1"]) for i in range(5)), ""]
    (batch,), losses = read(write(tmp_path, end.join(lines), name), "fail")
    assert batch.events.mu.pt[:, 0].tolist() == [1.0, 2.0, 3.0, 4.0, 5.0]
    assert batch.events.mu.eta[:, 0].tolist() == [0.5, -1.5, -2.5, -3.5, -4.5]
    assert not losses.losses


def test_files_of_numpy_savetxt_and_files_without_a_header(tmp_path: Path) -> None:
    values = np.random.default_rng(1).normal(size=(6, 3))
    np.savetxt(tmp_path / "a.txt", values, header="x y z")
    np.savetxt(tmp_path / "b.txt", values)
    np.savetxt(tmp_path / "c.csv", values, delimiter=",")
    (batch,), _ = read(str(tmp_path / "a.txt"), "fail")
    assert batch.events.y.to_numpy() == pytest.approx(values[:, 1], rel=1e-15)
    with pytest.raises(InputError, match=r"first line holds 3 numbers.*options: \{names: \[\.\.\.\]\}"):
        READER.schema(str(tmp_path / "b.txt"), CsvOptions())
    (batch,), _ = read(str(tmp_path / "c.csv"), "fail", CsvOptions(names=("a", "b", "c")))
    assert batch.events.c.to_numpy() == pytest.approx(values[:, 2], rel=1e-15)
    with pytest.raises(InputError, match="2 names for 3 columns"):
        READER.schema(str(tmp_path / "c.csv"), CsvOptions(names=("a", "b")))


def test_mev_and_a_map(tmp_path: Path) -> None:
    path = write(tmp_path, "a,b,c,d\n1000,2000,3000,5000\n")
    options = CsvOptions(units="MeV", columns={"jet": {"px": "a", "py": "b", "pz": "c", "E": "d"}})
    (batch,), _ = read(path, "fail", options)
    assert batch.events.jet[0].tolist() == [{"px": 1.0, "py": 2.0, "pz": 3.0, "E": 5.0}]


def objects(sizes: list[int]) -> str:
    rows = [
        f"{100 + event},{10 * event + i + 1}.0,0.5,{i}.0,{(-1) ** i},{event}.5"
        for event, size in enumerate(sizes)
        for i in range(size)
    ]
    return "\n".join(["event_id,pt,eta,phi,charge,weight", *rows]) + "\n"


def test_a_row_per_object(tmp_path: Path) -> None:
    sizes = [2, 1, 3, 4, 1, 2, 2, 5]
    path = write(tmp_path, objects(sizes))
    whole = check_reader(READER, path)
    assert ak.num(whole.events.particles).tolist() == sizes
    assert whole.events.particles.pt[2].tolist() == [21.0, 22.0, 23.0]
    assert whole.events.particles.charge[2].tolist() == [1, -1, 1]
    assert whole.weights.tolist() == [i + 0.5 for i in range(8)]
    assert whole.events.event_id.tolist() == [100 + i for i in range(8)]
    assert any("rows with equal 'event_id'" in note for note in READER.schema(path, CsvOptions()).notes)
    (batch,), _ = read(path, "fail", CsvOptions(event_number="none"))
    assert len(batch) == sum(sizes)


def test_which_column_numbers_the_events(tmp_path: Path) -> None:
    # One number each: a row is an event. Named by the option, it groups, and 64-bit numbers keep all their digits.
    flat = write(tmp_path, "Event,px,py,pz\n" + "".join(f"{i},1,2,3\n" for i in range(20)))
    assert len(read(flat, "fail")[0][0]) == 20
    n = 2**53
    path = write(tmp_path, f"key,jet_px,jet_py,jet_pz\n{n},1,0,0\n{n + 1},2,0,0\n{n + 1},3,0,0\n", "b.csv")
    (first, second) = read(path, "fail", CsvOptions(event_number="key"), chunk_events=1)[0]
    assert (first.events.jet.px.tolist(), second.events.jet.px.tolist()) == ([[1.0]], [[2.0, 3.0]])
    assert [int(b.events.key[0]) for b in (first, second)] == [n, n + 1]
    with pytest.raises(InputError, match=r"no column 'kay'; did you mean 'key'\?"):
        READER.schema(path, CsvOptions(event_number="kay"))


def test_events_over_the_borders_of_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = np.random.default_rng(3).integers(1, 5, 60).tolist()
    path = write(tmp_path, objects(sizes))
    from symhep.readers import stream
    from symhep.readers.csv import rows

    monkeypatch.setattr(rows, "blocks", lambda path, size: stream.blocks(path, 37))
    batches, losses = read(path, "fail", chunk_events=7)
    assert [n for b in batches for n in ak.num(b.events.particles).tolist()] == sizes
    assert [b.first for b in batches] == np.cumsum([0, *(len(b) for b in batches)])[:-1].tolist()
    assert not losses.losses


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("1,2,3", "line 5: 3 values for 7 columns"),
        ("1,2,3,x4,1,3,a", "line 5: column 'mu_E' holds 'x4', not a number"),
        ("1,2,,4,1,3,a", "line 5: column 'mu_pz' has no value"),
        ("1,2,3,4\x00,1,3,a", "line 5: "),
        ("1,2,3,4,1,0x3,a", "line 5: column 'run' holds '0x3', not a number"),
    ],
)
def test_a_bad_line(bad: str, reason: str, tmp_path: Path) -> None:
    lines = table(20).splitlines()
    lines[4] = bad
    path = write(tmp_path, "\n".join(lines))
    batches, losses = read(path)
    assert [float(x) for b in batches for x in b.events.mu.px[:, 0]] == [i + 0.5 for i in range(20) if i != 3]
    assert [b.first + i for b in batches for i in range(len(b))] == [i for i in range(20) if i != 3]
    (loss,) = losses.losses
    assert (loss.events, loss.first_event, loss.byte) == (1, 3, len("\n".join(lines[:4])) + 1)
    assert loss.reason.startswith(reason)
    with pytest.raises(InputError, match="event 3, byte"):
        read(path, "fail")


def test_a_bad_line_among_objects(tmp_path: Path) -> None:
    lines = objects([2, 2, 3, 2]).splitlines()
    lines[4] = lines[4].replace("12.0", "1z.0")  # the second object of event 1
    batches, losses = read(write(tmp_path, "\n".join(lines)))
    assert [e for b in batches for e in b.events.event_id.tolist()] == [100, 102, 103]
    assert [(loss.events, loss.first_event) for loss in losses.losses] == [(1, 1)]
    # Without its number it may be of event 1 or 2, or of one of its own; within event 2 it can only be its.
    for place, left, lost in ((4, [100, 103], [None, 1]), (6, [100, 101, 103], [None])):
        lines = objects([2, 2, 3, 2]).splitlines()
        lines[place] = "1,2"
        batches, losses = read(write(tmp_path, "\n".join(lines)))
        assert [e for b in batches for e in b.events.event_id.tolist()] == left
        assert [loss.events for loss in losses.losses] == lost


def test_a_weight_that_changes_within_an_event(tmp_path: Path) -> None:
    lines = objects([2, 2, 3]).splitlines()
    lines[4] = lines[4].replace("1.5", "7.5")
    with pytest.raises(InputError, match="event 1: column 'weight' is not constant within an event"):
        read(write(tmp_path, "\n".join(lines)), "fail")


def test_what_is_no_table(tmp_path: Path) -> None:
    for text, reason in (
        ("", "the file contains no table"),
        ("# only remarks\n\n", "the file contains no table"),
        ("a,b,a\n1,2,3\n", "two columns are called 'a'"),
        ("a,b\n1,2,3\n", "the header names 2 columns, the rows have 3"),
        ("a\0b\n1\n", "contains zero bytes: not a text table"),
    ):
        path = write(tmp_path, text)
        with pytest.raises(InputError, match=reason):
            READER.schema(path, CsvOptions())
        with pytest.raises(InputError, match=reason):
            read(path, "fail")
    with pytest.raises(InputError, match="no such file"):
        READER.schema(str(tmp_path / "none.csv"), CsvOptions())


def test_confidence() -> None:
    assert READER.confidence("a.dat", b"px,py,pz\n1,2,3\n4,5,6\n7,8") == 1
    assert READER.confidence("a.dat", b"px py pz\n1 2 3\n") == 1
    assert READER.confidence("a.csv.gz", b"\x1f\x8b\0\0") == 1
    for head in (
        b"<LesHouchesEvents>\n1 2 3\n",
        b"{\n 1 2\n",
        b"PAR1\0\0",
        b"one two\nthree four\n",
        b"just a text\n",
    ):
        assert READER.confidence("a.dat", head) == 0


def test_a_cut_gzip_file(tmp_path: Path) -> None:
    data = gzip.compress(table(4000).encode())
    path = tmp_path / "a.csv.gz"
    path.write_bytes(data[: len(data) // 2])
    batches, losses = read(str(path))
    found = sum(map(len, batches))
    assert 0 < found < 4000
    assert [(loss.reason, loss.events, loss.first_event) for loss in losses.losses] == [
        ("the compressed file is truncated", None, found)
    ]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), grouped=st.booleans())
def test_whatever_happens_to_the_bytes(data: st.DataObject, grouped: bool, tmp_path: Path) -> None:
    """Only symhep's own errors come out; a row that is no row is told."""
    text = bytearray((objects([2, 1, 3, 2]) if grouped else table(6)).encode())
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text) - 1))
        if data.draw(st.booleans()):
            text[at] ^= 1 << data.draw(st.integers(0, 7))
        else:
            text[at:at] = data.draw(st.binary(max_size=6))
    path = tmp_path / "a.csv"
    path.write_bytes(bytes(text))
    losses = LossLog("skip")
    for batch in READER.read(str(path), CsvOptions(), ReadRequest(), losses):
        assert len(batch.weights) == len(batch) > 0

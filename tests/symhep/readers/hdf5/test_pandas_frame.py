"""Data frames of pandas in both formats."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from symhep.errors import InputError
from symhep.readers.hdf5 import Hdf5Options, Hdf5Reader
from symhep.readers.interface import LossLog, ReadRequest
from symhep.testing import check_reader

READER = Hdf5Reader()
Write = Callable[..., str]
NAMES = ["px", "py", "pz", "E"]
VALUES = np.arange(24, dtype=np.float32).reshape(6, 4)
MAP = {"columns": {"p": {name: name for name in NAMES}}}


def test_both_formats_give_the_same(tmp_path: Path, fixed: Write, table: Write) -> None:
    label = np.array([[0, 1, 0, 1, 1, 0]]).T
    a = fixed(tmp_path / "a.h5", {"block0": (NAMES, VALUES), "block1": (["is_signal"], label)})
    b = table(
        tmp_path / "b.h5",
        {"values_block_0": (NAMES, VALUES), "values_block_1": (["is_signal"], label)},
        chunks=(4,),
        compression="gzip",
    )
    for path in (a, b):
        events = check_reader(READER, path, MAP).events
        assert events.p.E.tolist() == [[x] for x in VALUES[:, 3]]
        assert events.is_signal.tolist() == [0, 1, 0, 1, 1, 0]


def test_a_searchable_column_is_a_field_of_its_own(tmp_path: Path, table: Write) -> None:
    path = table(
        tmp_path / "a.h5", {"HT": (["HT"], np.array([1.0, 2.0])), "values_block_0": (["a"], np.ones((2, 1)))}
    )
    assert list(READER.schema(path, Hdf5Options()).event_fields) == ["HT", "a"]


def test_big_endian_and_half_precision(tmp_path: Path, fixed: Write) -> None:
    blocks = {
        "block0": (["big"], np.array([[1.5], [2.5], [3.5]], ">f8")),
        "block1": (["half"], np.array([[6e4], [6e4], [1.0]], "f2")),
    }
    (batch,) = READER.read(fixed(tmp_path / "a.h5", blocks), Hdf5Options(), ReadRequest(), LossLog())
    assert batch.events.big.tolist() == [1.5, 2.5, 3.5]
    assert float(np.sum(batch.events.half.to_numpy())) == pytest.approx(1.2e5, rel=1e-3)


def test_what_is_no_number_is_named(tmp_path: Path, table: Write, fixed: Write) -> None:
    blocks = {
        "values_block_0": (["x"], np.ones((3, 1))),
        "values_block_1": (["when"], np.ones((3, 1), np.int64)),
        "values_block_2": (["what"], np.array([[b"a"], [b"b"], [b"c"]])),
        "values_block_3": (["kind"], np.ones((3, 1), np.int8)),
    }
    path = table(tmp_path / "a.h5", blocks)
    with h5py.File(path, "a") as file:
        file["table/table"].attrs["values_block_1_dtype"] = np.bytes_(b"datetime64[ns]")
        file["table/table"].attrs["values_block_3_meta"] = np.bytes_(b"category")
    schema = READER.schema(path, Hdf5Options())
    assert list(schema.event_fields) == ["x"]
    assert schema.notes[0] == "Ignored: when (times), what (text), kind (categories)."
    path = fixed(tmp_path / "b.h5", {"block0": (["x"], np.ones((3, 1))), "block1": (["t"], np.ones((3, 1)))})
    with h5py.File(path, "a") as file:
        file["df/block1_values"].attrs["value_type"] = "datetime64[ns]"
    assert "Ignored: t (times)." in READER.schema(path, Hdf5Options()).notes


class Acts:
    """Would write a file if anything unpickled it."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (Path.touch, (Path("pickle_was_read"),))  # type: ignore[return-value]


def test_no_pickle_is_read(tmp_path: Path, table: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = table(tmp_path / "a.h5", {"values_block_0": (NAMES, VALUES)})
    for names in (pickle.dumps(Acts(), protocol=0), b"no pickle", pickle.dumps(NAMES[:3], protocol=0)):
        with h5py.File(path, "a") as file:
            file["table/table"].attrs["values_block_0_kind"] = np.bytes_(names)
        with pytest.raises(InputError, match="the names of the columns in 'values_block_0' cannot be read"):
            READER.schema(path, Hdf5Options())
    assert not (tmp_path / "pickle_was_read").exists()


def test_parts_that_do_not_fit(tmp_path: Path, fixed: Write, table: Write) -> None:
    def fails(path: str, message: str) -> None:
        with pytest.raises(InputError, match=message):
            READER.schema(path, Hdf5Options())

    path = table(tmp_path / "rows.h5", {"values_block_0": (NAMES, VALUES)})
    with h5py.File(path, "a") as file:
        file["table/table"].attrs["NROWS"] = 7
    fails(path, "it has 6 rows, but its metadata say 7")
    path = fixed(tmp_path / "short.h5", {"block0": (NAMES, VALUES), "block1": (["x"], np.ones((5, 1)))})
    fails(path, r"'block1_values' has the shape \(5, 1\)")
    path = fixed(tmp_path / "names.h5", {"block0": (NAMES, VALUES)})
    with h5py.File(path, "a") as file:
        del file["df/block0_values"]
    fails(path, "columns are missing")
    path = fixed(tmp_path / "items.h5", {"block0": (NAMES, VALUES)})
    with h5py.File(path, "a") as file:
        del file["df/block0_items"]
    fails(path, "'block0_items' is not there")


@pytest.mark.parametrize("form", ["fixed", "table"])
def test_the_top_tagging_reference_layout(form: str, tmp_path: Path, fixed: Write, table: Write) -> None:
    rng = np.random.default_rng(8)
    counts = [3, 1, 0, 20, 7]
    names = [f"{leaf}_{i}" for i in range(20) for leaf in ("E", "PX", "PY", "PZ")]
    values = np.zeros((5, 20, 4), np.float32)
    for jet, count in enumerate(counts):
        momenta = rng.normal(0, 30, (count, 3))
        values[jet, :count] = np.column_stack([np.linalg.norm(momenta, axis=1), momenta])
    truth = np.ones((5, 4), np.float32)
    label = np.array([[0, 0], [0, 1], [0, 1], [0, 0], [0, 1]])
    blocks = [
        ([*names, "truthE", "truthPX", "truthPY", "truthPZ"], np.hstack([values.reshape(5, 80), truth])),
        (["ttv", "is_signal_new"], label),
    ]
    if form == "fixed":
        path = fixed(tmp_path / "a.h5", {f"block{i}": block for i, block in enumerate(blocks)})
    else:
        path = table(tmp_path / "a.h5", {f"values_block_{i}": block for i, block in enumerate(blocks)})
    events = check_reader(READER, path).events
    assert [len(jet) for jet in events.particles] == counts
    for jet, count in enumerate(counts):
        assert events.particles.E[jet].tolist() == values[jet, :count, 0].tolist()
        assert events.particles.pz[jet].tolist() == values[jet, :count, 3].tolist()
    assert events.is_signal_new.tolist() == [0, 1, 1, 0, 1]
    assert events.truth.E.tolist() == [[1.0]] * 5
    log = LossLog()
    list(READER.read(path, Hdf5Options(), ReadRequest(), log))
    assert [(note.text, note.count) for note in log.notes] == [
        ("Padding entries of 'particles' are ignored", 100 - sum(counts))
    ]

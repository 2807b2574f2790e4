"""Which table of an HDF5 file is read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from symhep.errors import InputError
from symhep.readers.hdf5 import Hdf5Options, Hdf5Reader
from symhep.readers.interface import LossLog, ReadRequest
from symhep.run.inspection import load

READER = Hdf5Reader()


def test_one_of_several_tables_is_chosen(tmp_path: Path, fixed: Callable[..., str]) -> None:
    fixed(tmp_path / "a.h5", {"block0": (["ht"], np.array([[1.0], [2.0]]))}, key="train")
    path = fixed(tmp_path / "a.h5", {"block0": (["ht"], np.array([[3.0]]))}, key="test")
    with pytest.raises(
        InputError, match=r"2 tables, not one; choose one with options: \{group: NAME\}; known"
    ):
        READER.schema(path, Hdf5Options())
    assert load(path, options={"group": "test"}).events.ht.tolist() == [3.0]


@pytest.mark.parametrize("fraction", [0.0, 0.1, 0.5, 0.99])
def test_a_cut_file(fraction: float, tmp_path: Path, fixed: Callable[..., str]) -> None:
    data = Path(fixed(tmp_path / "a.h5", {"block0": (["a", "b"], np.ones((500, 2)))})).read_bytes()
    path = tmp_path / "cut.h5"
    path.write_bytes(data[: int(fraction * len(data))])
    with pytest.raises(InputError, match="cut short, damaged or of another layout") as caught:
        READER.schema(str(path), Hdf5Options())
    assert caught.value.file == str(path)
    losses = LossLog("skip")
    assert list(READER.read(str(path), Hdf5Options(), ReadRequest(), losses)) == []
    assert len(losses.losses) == 1


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        READER.schema(str(tmp_path / "none.h5"), Hdf5Options())


def test_any_error_of_hdf5_is_one_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file["ht"] = np.arange(3.0)

    def fails(*_: object) -> None:
        raise RecursionError("too deep")

    monkeypatch.setattr(h5py.Group, "visititems", fails)
    with pytest.raises(InputError, match=r"of another layout \(too deep\)"):
        READER.schema(str(path), Hdf5Options())


def test_a_network_is_no_table(tmp_path: Path) -> None:
    path = tmp_path / "model.h5"
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = "3.0"
        file["model_weights/dense/kernel"] = np.ones((4, 4))
    with pytest.raises(InputError, match="this is a Keras model, not an event file"):
        READER.schema(str(path), Hdf5Options())

"""Plain HDF5 files: arrays and records with an entry per event."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest

from symhep.errors import InputError
from symhep.readers.hdf5 import Hdf5Options, Hdf5Reader
from symhep.testing import check_reader

READER = Hdf5Reader()


def test_arrays_in_groups(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    pt = np.arange(1.0, 13.0).reshape(4, 3)
    with h5py.File(path, "w") as file:
        for leaf, factor in (("pt", 1.0), ("eta", 0.1), ("phi", 0.01), ("mass", 0.0)):
            file[f"jets/{leaf}"] = factor * pt
        file["event/ht"] = pt.sum(axis=1)
        file["weight"] = np.array([1.0, -1.0, 2.0, 1.0])
        file["lumi"] = 3.0
        file["bins"] = np.arange(9)
        file["images"] = np.zeros((4, 5, 5))
    batch = check_reader(READER, path)
    assert batch.events.jets.pt.tolist() == pt.tolist()
    assert batch.events.jets.phi.tolist() == (0.01 * pt).tolist()
    assert batch.events["event.ht"].tolist() == pt.sum(axis=1).tolist()
    assert batch.weights.tolist() == [1.0, -1.0, 2.0, 1.0]
    (note, *_) = READER.schema(str(path), Hdf5Options()).notes
    assert "lumi (one value for all events)" in note
    assert "bins (9 entries, not 4)" in note
    assert "images (an array of shape (5, 5) per event)" in note


def test_records_and_their_padding(tmp_path: Path) -> None:
    path = tmp_path / "tagging.h5"
    leaves = ("pt", "eta", "phi", "mass")
    jets = np.zeros(3, [(leaf, np.float16) for leaf in leaves])
    jets["pt"] = [50.0, 60.0, 70.0]
    tracks = np.zeros((3, 4), [*((leaf, np.float32) for leaf in leaves), ("valid", bool), ("name", "S4")])
    tracks["pt"] = np.arange(1, 13).reshape(3, 4)
    tracks["valid"] = [[1, 1, 0, 0], [0, 0, 0, 0], [1, 1, 1, 1]]
    with h5py.File(path, "w") as file:
        file["jets"] = jets
        file.create_dataset("tracks", data=tracks, compression="gzip")
    events = check_reader(READER, path).events
    assert events.jets.pt.tolist() == [[50.0], [60.0], [70.0]]
    assert events.tracks.pt.tolist() == [[1.0, 2.0], [], [9.0, 10.0, 11.0, 12.0]]
    assert "tracks.name (text)" in READER.schema(str(path), Hdf5Options()).notes[0]


def test_a_group_can_be_chosen(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file["train/ht"], file["test/ht"] = np.arange(3.0), np.arange(5.0)
    assert READER.schema(str(path), Hdf5Options(group="train")).containers == ("train",)
    assert check_reader(READER, path, {"group": "train"}).events.ht.tolist() == [0.0, 1.0, 2.0]
    with pytest.raises(InputError, match="no group 'trian'; did you mean 'train'"):
        READER.schema(str(path), Hdf5Options(group="trian"))


def test_nothing_to_read(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file.create_group("empty")
    with pytest.raises(InputError, match="the HDF5 file contains no table; it needs datasets"):
        READER.schema(str(path), Hdf5Options())

"""Datasets whose numbers cannot be had, or not all of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from symhep.errors import InputError
from symhep.readers.hdf5 import Hdf5Options, Hdf5Reader
from symhep.readers.interface import LossLog, ReadRequest

READER = Hdf5Reader()


def test_an_unknown_compression_is_named(tmp_path: Path, fixed: Callable[..., str]) -> None:
    path = fixed(tmp_path / "f.h5", {"block0": (["a", "b"], np.ones((3, 2)))})
    with h5py.File(path, "a") as file:
        del file["df/block0_values"]
        properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        properties.set_chunk((3, 2))
        properties.set_filter(32100, h5py.h5z.FLAG_OPTIONAL)
        space = h5py.h5s.create_simple((3, 2))
        h5py.h5d.create(file["df"].id, b"block0_values", h5py.h5t.IEEE_F64LE, space, properties)
    with pytest.raises(
        InputError, match="which this HDF5 installation does not support; pip install hdf5plugin"
    ):
        READER.schema(path, Hdf5Options())


def test_numbers_in_other_files_are_not_followed(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["ht"] = np.arange(3.0)
    (tmp_path / "secret").write_bytes(np.arange(3.0).tobytes())
    with h5py.File(tmp_path / "link.h5", "w") as file:
        file["ht"] = h5py.ExternalLink("other.h5", "ht")
        file["table"] = h5py.ExternalLink("other.h5", "ht")
    with pytest.raises(InputError, match="contains no table"):
        READER.schema(str(tmp_path / "link.h5"), Hdf5Options())
    with h5py.File(tmp_path / "external.h5", "w") as file:
        file.create_dataset("ht", (3,), "f8", external=[(str(tmp_path / "secret"), 0, 24)])
    layout = h5py.VirtualLayout((3,), "f8")
    layout[:] = h5py.VirtualSource(str(tmp_path / "other.h5"), "ht", (3,))
    with h5py.File(tmp_path / "virtual.h5", "w") as file:
        file.create_virtual_dataset("ht", layout)
    for name in ("external.h5", "virtual.h5"):
        with pytest.raises(InputError, match=r"the data of '/ht' are in other files.*h5repack"):
            READER.schema(str(tmp_path / name), Hdf5Options())


def test_missing_blocks_are_no_zeros(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        stored = file.create_dataset("ht", (100,), "f8", chunks=(10,))
        stored[:70] = 1.0
    with pytest.raises(InputError, match="'/ht' has 7 of its 10 chunks; the others would be read as zeros"):
        READER.schema(str(path), Hdf5Options())


def test_blocks_that_fit_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("x", (2, 1 << 26), "f8", chunks=(1, 1 << 26))
    with pytest.raises(InputError, match="has a chunk size of 1 x 67108864 entries: the file may be damaged"):
        READER.schema(str(path), Hdf5Options())


def test_damage_in_the_middle_keeps_what_was_before(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("ht", data=np.arange(40.0), chunks=(10,), fletcher32=True)
        at = file["ht"].id.get_chunk_info(2).byte_offset
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)
    losses = LossLog("skip")
    batches = list(READER.read(str(path), Hdf5Options(), ReadRequest(chunk_events=10), losses))
    assert sum(len(b) for b in batches) == 20
    ((loss),) = losses.losses
    assert (loss.first_event, loss.events) == (20, 20)
    assert "damaged: events cannot be read" in loss.reason


def test_blosc_as_pandas_compresses(tmp_path: Path, table: Callable[..., str]) -> None:
    hdf5plugin = pytest.importorskip("hdf5plugin", reason="Blosc needs a filter: pip install symhep[hdf5]")
    values = np.arange(1.0, 3001.0).reshape(1000, 3)
    path = table(
        tmp_path / "a.h5",
        {"values_block_0": (["px", "py", "pz"], values)},
        chunks=(100,),
        **hdf5plugin.Blosc(),
    )
    events = READER.read(
        path, Hdf5Options(columns={"p": {k: k for k in ("px", "py", "pz")}}), ReadRequest(), LossLog()
    )
    assert next(iter(events)).events.p.pz[:, 0].tolist() == values[:, 2].tolist()

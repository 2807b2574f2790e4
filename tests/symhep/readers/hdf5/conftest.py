"""Files as pandas writes them, made with h5py alone."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt
import pytest

Blocks = Mapping[str, tuple[Sequence[object], npt.NDArray[Any]]]


@pytest.fixture
def fixed() -> Callable[..., str]:
    """``fixed(path, {"block0": (names, values (N, n)), ...})`` writes a frame in pandas' 'fixed' format."""

    def labels(items: Sequence[object]) -> npt.NDArray[np.generic]:
        return np.asarray([i.encode() if isinstance(i, str) else i for i in items])

    def write(path: Path, blocks: Blocks, key: str = "df", **storage: Any) -> str:
        names = [name for items, _ in blocks.values() for name in items]
        events = len(next(iter(blocks.values()))[1])
        with h5py.File(path, "a") as file:
            group = file.create_group(key)
            group["axis0"], group["axis1"] = labels(names), np.arange(events)
            for block, (items, values) in blocks.items():
                group[f"{block}_items"] = labels(items)
                group.create_dataset(f"{block}_values", data=values, **storage)
        return str(path)

    return write


@pytest.fixture
def table() -> Callable[..., str]:
    """``table(path, {"values_block_0": (names, values), ...})`` writes a frame in pandas' 'table' format.

    The names of the columns are kept as PyTables keeps them: a pickle of protocol 0.
    """

    def write(path: Path, blocks: Blocks, key: str = "table", **storage: Any) -> str:
        events = len(next(iter(blocks.values()))[1])
        kinds = [(name, values.dtype, values.shape[1:]) for name, (_, values) in blocks.items()]
        rows = np.zeros(events, [("index", np.int64), *kinds])
        rows["index"] = np.arange(events) + 375
        with h5py.File(path, "a") as file:
            group = file.create_group(key)
            group.attrs["pandas_type"] = np.bytes_(b"frame_table")
            group.create_group("_i_table").create_group("index")["sorted"] = np.arange(4)
            for name, (_, values) in blocks.items():
                rows[name] = values
            stored = group.create_dataset("table", data=rows, **storage)
            stored.attrs["NROWS"] = events
            for name, (names, values) in blocks.items():
                stored.attrs[f"{name}_kind"] = np.bytes_(pickle.dumps(list(names), protocol=0))
                stored.attrs[f"{name}_dtype"] = np.bytes_(str(values.dtype).encode())
                stored.attrs[f"{name}_meta"] = np.bytes_(b"N.")
        return str(path)

    return write

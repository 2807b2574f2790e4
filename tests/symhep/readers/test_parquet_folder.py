"""Folders of Parquet files as one dataset."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from symhep.errors import InputError
from symhep.readers.parquet_folder import partitions, parts
from symhep.run.inspection import load


def write(path: Path, *ht: float) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table({"ht": list(ht)}), path)
    return path


def test_a_folder_is_one_dataset(tmp_path: Path) -> None:
    folder = tmp_path / "events.parquet"
    write(folder / "part-10.parquet", 3.0)
    write(folder / "part-2.parquet", 1.0, 2.0)
    for other in ("_SUCCESS", ".part-2.parquet.crc", "_common_metadata", "notes.txt"):
        (folder / other).write_bytes(b"")
    assert [Path(p).name for p in parts(str(folder))] == ["part-2.parquet", "part-10.parquet"]
    assert load(folder).events.ht.tolist() == [1.0, 2.0, 3.0]


def test_partitions(tmp_path: Path) -> None:
    a = write(tmp_path / "year=2017" / "run=1" / "x.parquet", 1.0)
    b = write(tmp_path / "year=2018" / "x.parquet", 2.0)
    write(tmp_path / "other" / "x.parquet", 3.0)
    (tmp_path / "year=2018" / "loop=1").symlink_to(tmp_path / "year=2018", target_is_directory=True)
    found = parts(str(tmp_path))
    assert found[0] == str(a)
    assert str(b) in found
    assert all("other" not in part for part in found)
    assert len(found) < 20
    assert partitions(str(a))[-2:] == ("year=2017", "run=1")


def test_a_part_that_is_not_there(tmp_path: Path) -> None:
    schema = pa.schema([("ht", pa.float64())])
    collected: list[pq.FileMetaData] = []
    for number in range(3):
        name = f"part-{number}.parquet"
        pq.write_table(pa.table({"ht": [1.0]}), tmp_path / name, metadata_collector=collected)
        collected[-1].set_file_path(name)
    pq.write_metadata(schema, tmp_path / "_metadata", metadata_collector=collected)
    assert len(parts(str(tmp_path))) == 3
    (tmp_path / "part-1.parquet").unlink()
    with pytest.raises(
        InputError, match=r"the folder lacks part-1\.parquet, which are listed in its _metadata"
    ):
        parts(str(tmp_path))
    (tmp_path / "_metadata").write_bytes(b"PAR1 nothing PAR1")
    with pytest.raises(InputError, match="_metadata cannot be read"):
        parts(str(tmp_path))


def test_a_folder_without_parquet(tmp_path: Path) -> None:
    (tmp_path / "a.root").write_bytes(b"root")
    assert parts(str(tmp_path)) == []

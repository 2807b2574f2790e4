"""Published files: told where to get them, and told from others."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from pydantic import ValidationError

from symhep.card.schema import DatasetCard
from symhep.errors import CardError, InputError
from symhep.plugin.manager import build_registry
from symhep.run.sources import sources

SOURCE = "https://doi.org/10.5281/zenodo.1"


def write(path: Path, ht: str = "1.0") -> str:
    """A file that a reader knows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"ht": [float(ht)]}), path)
    return str(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CardError, match=f"no file .*a.parquet'; get it from {SOURCE}"):
        sources(DatasetCard(files=(str(tmp_path / "a.parquet"),), source=SOURCE), build_registry())
    with pytest.raises(CardError, match="paths are relative"):
        sources(DatasetCard(files=(str(tmp_path / "a.parquet"),)), build_registry())


@pytest.mark.parametrize("algorithm", ["md5", "sha256"])
def test_the_published_file_and_another(algorithm: str, tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet")
    published = hashlib.new(algorithm, Path(path).read_bytes()).hexdigest()
    card = DatasetCard(files=(path,), source=SOURCE, checksum=f"{algorithm}:{published}")
    assert [s.path for s in sources(card, build_registry())] == [path]
    write(tmp_path / "a.parquet", "2.0")
    other = hashlib.new(algorithm, Path(path).read_bytes()).hexdigest()
    with pytest.raises(
        InputError, match=f"its {algorithm} is {other}, not {published}; get it from {SOURCE}"
    ):
        sources(card, build_registry())


def test_a_checksum_is_of_one_file(tmp_path: Path) -> None:
    files = (write(tmp_path / "a.parquet"), write(tmp_path / "b.parquet"))
    with pytest.raises(
        CardError, match="'checksum' is for a dataset with one local file; this dataset has 2"
    ):
        sources(DatasetCard(files=files, checksum="md5:" + "0" * 32), build_registry())


@pytest.mark.parametrize("checksum", ["0" * 32, "md5:0", "crc32:" + "0" * 32, "sha256:" + "G" * 64])
def test_what_is_no_checksum(checksum: str) -> None:
    with pytest.raises(ValidationError, match="checksum"):
        DatasetCard(files=("a",), checksum=checksum)

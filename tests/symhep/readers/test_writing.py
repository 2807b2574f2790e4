"""What is written is read, by our readers and by others; a file is there whole or not at all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import uproot

from symhep.errors import CardError
from symhep.readers.writing import format_of, written
from symhep.run.inspection import load

PAIR = np.dtype(("f8", (2,)))
COLUMNS = {f"jets_{c}": PAIR for c in ("E", "px", "py", "pz")} | {
    "weight": np.dtype("f8"),
    "copy": np.dtype("i4"),
}


def _chunk(rows: int, seed: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    p = rng.normal(size=(rows, 2, 3))
    values = {f"jets_{c}": p[:, :, i] for i, c in enumerate(("px", "py", "pz"))}
    energy = np.sqrt(1 + (p**2).sum(axis=2))
    return {**values, "jets_E": energy, "weight": rng.normal(size=rows), "copy": np.arange(rows)}


@pytest.mark.parametrize("ending", ["root", "parquet"])
def test_what_is_written_is_read(tmp_path: Path, ending: str) -> None:
    path, chunks = tmp_path / "new" / f"a.{ending}", [_chunk(5, 1), _chunk(3, 2)]
    with written(path, COLUMNS, '{"said": 1}') as write:
        for chunk in chunks:
            write(chunk)
        assert not path.exists()
    batch = load(path)
    whole = {name: np.concatenate([c[name] for c in chunks]) for name in COLUMNS}
    assert batch.weights.tolist() == whole["weight"].tolist()
    assert batch.events.copy.to_list() == whole["copy"].tolist()
    for component in ("E", "px", "py", "pz"):
        assert batch.events.jets[component].to_list() == whole[f"jets_{component}"].tolist()
    np.testing.assert_allclose(np.asarray(batch.events.jets.mass), 1.0)
    if ending == "root":
        with uproot.open(path) as file:
            assert file["symhep"] == '{"said": 1}'
            assert file["events"].typenames()["jets_px"] == "double[2]"
    else:
        assert pq.read_schema(path).metadata[b"symhep"] == b'{"said": 1}'
        assert np.stack(pq.read_table(path)["jets_px"].to_numpy()).shape == (8, 2)
    assert [p.name for p in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("ending", ["root", "parquet"])
def test_what_breaks_leaves_nothing_and_spares_what_was_there(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a.{ending}"
    path.write_bytes(b"before")

    def broken() -> None:
        with written(path, COLUMNS, "") as write:
            write(_chunk(5, 1))
            raise RuntimeError("the disk is full, say")

    with pytest.raises(RuntimeError, match="the disk"):
        broken()
    assert path.read_bytes() == b"before"
    assert len(list(tmp_path.iterdir())) == 1


def test_other_formats_are_refused() -> None:
    with pytest.raises(CardError, match=r"unknown extension; use \.root or \.parquet"):
        format_of(Path("a.csv"))

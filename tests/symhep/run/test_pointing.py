"""Cards and events told apart; folders of events."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from symhep.errors import CardError, InputError
from symhep.plugin.manager import build_registry
from symhep.run.pointing import is_card, pointed_at

LHE = '<LesHouchesEvents version="1.0">\n<init>\n 11 -11 40 40 0 0 0 0 3 1\n 1 0.1 1 1\n</init>\n</LesHouchesEvents>\n'


@pytest.mark.parametrize(
    ("name", "content", "card"),
    [
        ("card.yaml", "symhep: 1", True),
        ("card.YML", "", True),
        ("card.toml", "symhep = 1", True),
        ("card.json", '{"symhep": 1, "datasets": {}}', True),
        ("card.json", '{"symhep": 1, "datasets": {', True),
        ("fileset.json", '{"symhep": {"files": {"a.root": "Events"}}}', False),
        ("fileset.json", '{"dy": ["a.root"]}', False),
        ("fileset.json", '["a.root"]', False),
        ("broken.json", "{", False),
        ("mine.txt", "# a card\nsymhep: 1\n", True),
        ("mine", "symhep: 1\n", True),
        ("events", "1 2 3\n", False),
        ("events.lhe", "symhep: 1\n", False),
        ("binary", "symhep: 1\n\0", False),
    ],
)
def test_cards_and_events(tmp_path: Path, name: str, content: str, card: bool) -> None:
    path = tmp_path / name
    path.write_text(content)
    assert is_card(str(path)) == card


def test_what_is_no_file_is_no_card(tmp_path: Path) -> None:
    assert is_card(str(tmp_path / "gone.yaml")), "the loader says that it is not there"
    assert not is_card(str(tmp_path))
    assert not is_card(str(tmp_path / "gone"))
    assert not is_card("https://host/card.yaml")


def _parquet(path: Path) -> None:
    pq.write_table(pa.table({"x1": np.ones(3)}), path)


def test_a_folder_of_one_format(tmp_path: Path) -> None:
    folder = tmp_path / "ee"
    folder.mkdir()
    for name in ("b.parquet", "a.parquet", "_SUCCESS", ".hidden.parquet"):
        _parquet(folder / name)
    (folder / "notes.txt").write_text("symhep")
    found = pointed_at([str(folder)], build_registry())
    assert (found.name, found.files) == ("ee", (f"{folder}/*.parquet",))
    (folder / "c.parquet").write_text("not Parquet")
    assert pointed_at([str(folder)], build_registry()).files == (f"{folder}/a.parquet", f"{folder}/b.parquet")


def test_a_folder_of_several_formats(tmp_path: Path) -> None:
    _parquet(tmp_path / "a.parquet")
    for name in ("a.lhe", "b.lhe"):
        (tmp_path / name).write_text(LHE)
    with pytest.raises(CardError, match="files of several formats: 2 of lhe, 1 of parquet") as error:
        pointed_at([str(tmp_path)], build_registry())
    assert f"symhep run {tmp_path}/*.lhe; symhep run {tmp_path}/a.parquet" in str(error.value)
    assert pointed_at([str(tmp_path)], build_registry(), "lhe").files == (f"{tmp_path}/*.lhe",)


def test_a_folder_without_events(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no event files in this folder.*it is empty"):
        pointed_at([str(tmp_path)], build_registry())
    (tmp_path / "sub").mkdir()
    (tmp_path / "a.txt").write_text("")
    with pytest.raises(InputError, match=r"it contains a\.txt, sub/"):
        pointed_at([str(tmp_path)], build_registry())


def test_a_run_folder_is_no_folder_of_events(tmp_path: Path) -> None:
    for name in ("results.json", "card.yaml"):
        (tmp_path / name).write_text("{}")
    with pytest.raises(CardError, match="is the folder of a run, not of events"):
        pointed_at([str(tmp_path)], build_registry())


@pytest.mark.parametrize(
    ("name", "run"),
    [
        ("ee_80GeV.lhe.gz", "ee_80GeV"),
        ("run_07/unweighted_events.lhe.gz", "run_07"),
        ("PROC/Events/run_*/unweighted_events.lhe.gz", "Events"),
        ("root://host//store/a.b.root?x=1", "a.b"),
    ],
)
def test_names_of_runs(name: str, run: str) -> None:
    assert pointed_at([name], build_registry()).name == run

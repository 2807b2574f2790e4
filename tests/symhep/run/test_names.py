"""Names of files: what is no file, links, URLs, and files named twice."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from symhep.errors import CardError, InputError
from symhep.run.names import Named, check_place, local_path, named_files


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("a.lhe", "b.lhe"):
        (tmp_path / name).write_text(name)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("pipe", "pipe: is a pipe, not a file"),
        ("loop", "loop: is a symbolic link that leads back to itself"),
        ("dangling", "dangling: is a symbolic link to nothing"),
        ("/dev/zero", "/dev/zero: is a device, not a file"),
        ("sub", r"sub: is a folder, not a file; give its files, as in 'sub/\*.root'"),
        ("file:///dev/zero", "is a device, not a file"),
        ("file:///no/such", "no such file"),
        ("foo://x", r"foo://x: the protocol foo:// is not supported; known:"),
        ("reference://x", "the protocol reference:// is not supported"),
        ("rot://host//a.root", "the protocol rot:// is not supported; known: abfs, .*, root, "),
        ("http://a/b.zip::x", "chained URLs are not supported"),
        ("set.json", "foo://y: the protocol foo:// is not supported"),
    ],
)
def test_what_is_no_file_is_told_at_once(folder: Path, name: str, message: str) -> None:
    os.mkfifo("pipe")
    Path("loop").symlink_to("loop")
    Path("dangling").symlink_to("nothing")
    Path("sub").mkdir()
    Path("set.json").write_text(json.dumps(["foo://y"]))
    with pytest.raises(InputError, match=message):
        named_files([name])


def test_a_glob_passes_over_folders(folder: Path) -> None:
    Path("c.lhe").mkdir()
    assert named_files(["*.lhe"]) == [Named("a.lhe"), Named("b.lhe")]
    with pytest.raises(CardError, match=r"no file '\*\.root'; paths are relative"):
        named_files(["*.root"])


def test_urls_of_other_machines_are_taken_as_they_are() -> None:
    urls = ["root://host//a.root", "https://host/a.root", "s3://bucket/a.root"]
    assert named_files(urls) == [Named(url) for url in urls]
    assert [local_path(url) for url in urls] == [None] * 3
    check_place(urls[0])


@pytest.mark.parametrize("link", ["symbolic", "hard", "url", "folder", "same"])
def test_a_file_counts_once_whatever_it_is_called(folder: Path, link: str) -> None:
    second = {"symbolic": "c.lhe", "hard": "c.lhe", "folder": "d/a.lhe", "same": "a.lhe"}.get(link, "")
    if link == "symbolic":
        Path("c.lhe").symlink_to("a.lhe")
    elif link == "hard":
        Path("c.lhe").hardlink_to("a.lhe")
    elif link == "folder":
        Path("d").symlink_to(".", target_is_directory=True)
    elif link == "url":
        second = f"file://{folder}/a.lhe"
    same = "is given twice" if link == "same" else r"is the same file as 'a\.lhe'"
    with pytest.raises(CardError, match=rf"{same}: its events would be counted twice"):
        named_files(["a.lhe", "b.lhe", second])


def test_two_trees_of_one_file_are_two(folder: Path) -> None:
    groups = {"x": {"files": {"a.lhe": "one"}}, "y": {"files": {"a.lhe": "two"}}}
    Path("set.json").write_text(json.dumps(groups))
    assert named_files(["set.json"]) == [Named("a.lhe", "one"), Named("a.lhe", "two")]

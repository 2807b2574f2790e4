"""What a path leads to: each kind of thing that is no file has its words, and none is opened."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from symhep.paths import obstacle


def test_a_file_and_a_link_to_one(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")
    (tmp_path / "b").symlink_to("a")
    assert obstacle(tmp_path / "a") is None
    assert obstacle(str(tmp_path / "b")) is None


def test_what_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "dangling").symlink_to("nothing")
    monkeypatch.chdir(tmp_path)  # the name of a socket must be short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
        words = {name: obstacle(name) for name in ("pipe", "loop", "dangling", "socket", ".", "none")}
    assert words == {
        "pipe": "is a pipe, not a file",
        "loop": "is a symbolic link that leads back to itself",
        "dangling": "is a symbolic link to nothing",
        "socket": "is a socket, not a file",
        ".": "is a folder, not a file",
        "none": "no such file",
    }
    assert obstacle("/dev/zero") == "is a device, not a file"
    assert obstacle("a\0b") == "is no file name"
    assert obstacle("x" * 5000) == "cannot be opened: File name too long"

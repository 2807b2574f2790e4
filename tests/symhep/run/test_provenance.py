"""Where a result comes from: hashes against hashlib, and what is remembered between runs."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from symhep.run.folder import RunFolder
from symhep.run.provenance import fingerprints, git_state, machine


def test_hash_and_size(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"events")
    found = fingerprints([str(tmp_path / "a"), "root://server//b.root"], RunFolder(tmp_path / "r"))
    assert found[str(tmp_path / "a")]["sha256"] == hashlib.sha256(b"events").hexdigest()
    assert found[str(tmp_path / "a")]["size"] == 6
    assert found["root://server//b.root"]["sha256"] is None


def test_a_file_is_hashed_once_and_again_when_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, folder = tmp_path / "a", RunFolder(tmp_path / "r")
    path.write_bytes(b"one")
    first = fingerprints([str(path)], folder)
    with monkeypatch.context() as patch:
        patch.setattr(sys.modules["symhep.run.provenance"], "_sha256", lambda p: pytest.fail("hashed again"))
        assert fingerprints([str(path)], folder) == first
    path.write_bytes(b"three")
    assert fingerprints([str(path)], folder)[str(path)]["sha256"] == hashlib.sha256(b"three").hexdigest()


def test_bytes_that_changed_under_the_same_size_and_times_are_seen_when_asked_for(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path, folder = tmp_path / "a", RunFolder(tmp_path / "r")
    path.write_bytes(b"one")
    first = fingerprints([str(path)], folder)
    # As if the disk had changed the bytes and nothing else: what is remembered is of other bytes.
    known = folder.read_json(".symhep/hashes.json")
    other = hashlib.sha256(b"two").hexdigest()
    known[str(path)]["sha256"] = other
    folder.write_json(".symhep/hashes.json", known)
    assert fingerprints([str(path)], folder)[str(path)]["sha256"] == other
    assert fingerprints([str(path)], folder, verify=True) == first
    assert caplog.messages == [f"{path} has changed, although its size and times are the same"]
    assert fingerprints([str(path)], folder) == first


@pytest.mark.parametrize("entry", [3, {}, {"mark": [3]}, {"sha256": "x"}, None])
def test_a_memory_that_is_no_memory_is_made_anew(tmp_path: Path, entry: object) -> None:
    path, folder = tmp_path / "a", RunFolder(tmp_path / "r")
    path.write_bytes(b"one")
    first = fingerprints([str(path)], folder)
    folder.write_json(".symhep/hashes.json", {str(path): entry})
    assert fingerprints([str(path)], folder) == first


def test_a_file_url_is_hashed_as_its_file(tmp_path: Path) -> None:
    (tmp_path / "a b").write_bytes(b"one")
    name = f"file://{tmp_path}/a%20b"
    assert (
        fingerprints([name], RunFolder(tmp_path / "r"))[name]["sha256"] == hashlib.sha256(b"one").hexdigest()
    )


def test_git(tmp_path: Path) -> None:
    def git(*arguments: str) -> str:
        identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
        done = subprocess.run(
            ["git", "-C", str(tmp_path), *identity, *arguments], capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    assert git_state(tmp_path) is None
    git("init", "-q")
    assert git_state(tmp_path) is None, "a repository without a commit has no state to tell"
    (tmp_path / "card.yaml").write_text("a")
    git("add", ".")
    git("commit", "-qm", "card")
    assert git_state(tmp_path) == {"commit": git("rev-parse", "HEAD"), "dirty": False}
    (tmp_path / "card.yaml").write_text("b")
    assert git_state(tmp_path) == {"commit": git("rev-parse", "HEAD"), "dirty": True}


def test_versions() -> None:
    found = machine()
    assert found["packages"]["numpy"].count(".") >= 2
    assert found["symhep"]

"""Where a result comes from: versions, machine, git state, hashes of the input files."""

from __future__ import annotations

import getpass
import hashlib
import logging
import platform
import re
import shlex
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import symhep
from symhep.methods.context import Progress, SilentProgress
from symhep.run.folder import STATE, RunFolder
from symhep.run.names import local_path

__all__ = ["fingerprints", "git_state", "machine", "record_run"]

_PACKAGES = (
    "awkward", "hist", "matplotlib", "mplhep", "numpy", "pluggy", "pydantic", "scikit-dimension", "torch",
    "uproot", "vector",
)  # fmt: skip
_BLOCK = 1 << 22
_LOG = logging.getLogger("symhep")


def record_run(
    folder: RunFolder,
    line: Mapping[str, Any],
    files: Sequence[Mapping[str, Any]],
    computed: Iterable[str],
    names: Iterable[str],
) -> None:
    """Add a line to provenance.json: who ran what, when and with which command, and which results came of it.

    Lines of earlier runs stay as they are; ``results`` says of each result which line, counted from 0, computed it;
    null: a run that was killed before it could write one.

    Parameters
    ----------
    line
        What is recorded of this run, beside `machine`.
    files
        Input files with their fingerprints.
    computed
        Results that this run computed anew.
    names
        All results that the folder holds now.
    """
    earlier = folder.read_json("provenance.json") or {}
    runs = list(earlier.get("runs", ()))
    new = list(computed)
    # A run that was killed has left results, and no line.
    before = {name: earlier.get("results", {}).get(name) for name in names}
    content = {
        "files": list(files),
        "runs": [*runs, machine() | dict(line) | {"computed": new}],
        "results": before | dict.fromkeys(new, len(runs)),
    }
    folder.write_json("provenance.json", content)


def machine() -> dict[str, Any]:
    """Versions of symhep, Python and the packages that make the numbers; who runs them, where, by which command."""
    packages = {}
    for name in _PACKAGES:
        try:
            packages[name] = version(name)
        except PackageNotFoundError:
            continue
    return {
        "symhep": symhep.__version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "packages": packages,
        "command": shlex.join(sys.argv),
        "user": _user(),
        "host": platform.node(),
    }


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run as a number without a name
        return ""


def git_state(folder: Path) -> dict[str, Any] | None:
    """Commit of the repository that ``folder`` lies in, and whether it has changes; None outside git."""

    def git(*arguments: str) -> str:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, text=True, timeout=10, check=True
        )
        return done.stdout.strip()

    try:
        return {"commit": git("rev-parse", "HEAD"), "dirty": bool(git("status", "--porcelain", "-uno"))}
    except (OSError, subprocess.SubprocessError):
        return None


def fingerprints(
    paths: Iterable[str], folder: RunFolder, progress: Progress | None = None, *, verify: bool = False
) -> dict[str, Mapping[str, Any]]:
    """Size and sha256 of local files; URLs stay as they are named.

    The hash of a large file takes a while, so it is kept in the run folder and trusted as long as size, inode and the
    times of the last change (of content, and of anything) stay the same; with ``verify`` it is not.
    """
    known = folder.remembered(f"{STATE}/hashes.json")
    names = list(dict.fromkeys(paths))
    found: dict[str, Mapping[str, Any]] = {}
    with (progress or SilentProgress()).task("hashing input files", len(names)) as tick:
        for name in names:
            found[name] = _fingerprint(name, known, verify)
            tick(1)
    folder.write_json(f"{STATE}/hashes.json", known)
    return found


def _fingerprint(name: str, known: dict[str, Any], verify: bool) -> dict[str, Any]:
    """The row of one file; ``known`` (path -> mark and hash) is brought up to date."""
    local = local_path(name)
    path = Path(local) if local is not None else None
    if path is None or not path.is_file():
        return {"file": name, "size": None, "sha256": None}
    place, stat = str(path.resolve()), path.stat()
    mark = [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino]
    entry = known.get(place)
    if (
        verify
        or not isinstance(entry, dict)
        or entry.get("mark") != mark
        or not _is_sha256(entry.get("sha256"))
    ):
        fresh = _sha256(path)
        if verify and isinstance(entry, dict) and entry.get("mark") == mark and entry.get("sha256") != fresh:
            _LOG.warning("%s has changed, although its size and times are the same", name)
        known[place] = {"mark": mark, "sha256": fresh}
    return {"file": name, "size": stat.st_size, "sha256": known[place]["sha256"]}


def _is_sha256(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value) is not None


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()

"""Where a result comes from: versions, machine, git state, hashes of the input files."""

from __future__ import annotations

import hashlib
import platform
import subprocess
import sys
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import symhep
from symhep.run.folder import STATE, RunFolder

__all__ = ["fingerprints", "git_state", "machine"]

_PACKAGES = (
    "awkward", "hist", "matplotlib", "mplhep", "numpy", "pluggy", "pydantic", "scikit-dimension", "torch",
    "uproot", "vector",
)  # fmt: skip
_BLOCK = 1 << 22


def machine() -> dict[str, Any]:
    """Versions of symhep, Python and the packages that make the numbers."""
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
        "command": " ".join(sys.argv),
    }


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


def fingerprints(paths: Iterable[str], folder: RunFolder) -> dict[str, Mapping[str, Any]]:
    """Size and sha256 of local files; URLs stay as they are named.

    The hash of a large file takes a while, so it is kept in the run folder and
    trusted as long as size and modification time stay the same.
    """
    known = folder.read_json(f"{STATE}/hashes.json") or {}
    found: dict[str, Mapping[str, Any]] = {}
    for name in dict.fromkeys(paths):
        path = Path(name)
        if "://" in name or not path.is_file():
            found[name] = {"file": name, "size": None, "sha256": None}
            continue
        stat = path.stat()
        mark = [stat.st_size, stat.st_mtime_ns]
        if known.get(str(path.resolve()), {}).get("mark") != mark:
            known[str(path.resolve())] = {"mark": mark, "sha256": _sha256(path)}
        found[name] = {"file": name, "size": stat.st_size, "sha256": known[str(path.resolve())]["sha256"]}
    folder.write_json(f"{STATE}/hashes.json", known)
    return found


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()

"""The version: of an installed wheel from its metadata, of a source tree from git and the changelog.

The build takes it from `version` here, so wheel, ``symhep --version`` and ``symhep.__version__`` are the same.
"""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path

__all__ = ["release", "source_version", "version"]

_HEADING = re.compile(r"^## (\d+)\.(\d+)\.(\d+) - (unreleased|\d{4}-\d{2}-\d{2})$", re.MULTILINE)
_DESCRIBED = re.compile(r"v(\S*)-(\d+)-(g[0-9a-f]+)(-dirty)?")


@cache
def version() -> str:
    """Version of the code that is running."""
    root = Path(__file__).resolve().parents[1]
    if all((root / name).is_file() for name in ("pyproject.toml", "CHANGELOG.md")):
        return source_version(root)
    from importlib import metadata

    return metadata.version("symhep")


def release(number: str) -> str:
    """The release that a development version leads to: what results are keyed by, beside the source itself.

    >>> release("0.2.0.dev12+g3819c395.dirty"), release("0.2.0rc1"), release("0.2.0")
    ('0.2.0', '0.2.0rc1', '0.2.0')
    """
    return number.partition("+")[0].partition(".dev")[0]


def source_version(root: Path) -> str:
    """Version of the source tree at ``root``.

    At a tag ``v0.2.0`` it is 0.2.0. Elsewhere it is 0.2.0.devN+gCOMMIT, where 0.2.0 is the topmost release of
    CHANGELOG.md, or the patch after it if that is tagged already, and N counts the commits since the last tag, or all
    that there are; a change that is not committed adds ``.dirty``. Without git, a source distribution has PKG-INFO; any
    other copy is 0.2.0.dev0, or 0.2.0 where the changelog gives the date of the release.
    """
    about = root / "PKG-INFO"
    if about.is_file():
        lines = about.read_text(encoding="utf-8").splitlines()
        return next(line.removeprefix("Version: ") for line in lines if line.startswith("Version: "))
    heading = _HEADING.search((root / "CHANGELOG.md").read_text(encoding="utf-8"))
    if heading is None:
        raise ValueError(
            f"{root / 'CHANGELOG.md'} has no heading '## X.Y.Z - unreleased' or '## X.Y.Z - DATE'"
        )
    major, minor, patch = map(int, heading.groups()[:3])
    number = f"{major}.{minor}.{patch}"
    described = _described(root) if (root / ".git").exists() else None
    if described is None:
        return f"{number}.dev0" if heading[4] == "unreleased" else number
    tag, commits, commit, dirty = described
    if tag is not None and commits == 0 and not dirty:
        return tag
    if tag == number:
        number = f"{major}.{minor}.{patch + 1}"
    return f"{number}.dev{commits}+{commit}{'.dirty' if dirty else ''}"


def _described(root: Path) -> tuple[str | None, int, str, bool] | None:
    """Last tag of a release, commits since then (or all), commit, uncommitted changes; None if git does not tell."""

    def git(*arguments: str) -> str:
        typed = ["git", "-C", str(root), *arguments]
        return subprocess.run(typed, capture_output=True, text=True, timeout=10, check=True).stdout.strip()

    describe = ("describe", "--tags", "--long", "--dirty", "--abbrev=8")
    try:
        try:
            text = git(*describe, "--match", "v[0-9]*")
        except subprocess.CalledProcessError:  # no such tag
            commit = git("describe", "--always", "--dirty", "--abbrev=8", "--exclude", "*")
            text = f"v-{git('rev-list', '--count', 'HEAD')}-g{commit}"
    except (OSError, subprocess.SubprocessError):
        return None
    found = _DESCRIBED.fullmatch(text)
    return None if found is None else (found[1] or None, int(found[2]), found[3], found[4] is not None)

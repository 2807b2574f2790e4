"""Version of a source tree, from git and the changelog; and that everything that states a version states the same."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder

import symhep
from symhep import version as module
from symhep.version import source_version

Git = Callable[..., str]
WHO = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "CHANGELOG.md").write_text("# Changelog\n\n## 0.2.0 - unreleased\n\n## 0.1.0 - 2026-01-31\n")
    return tree


@pytest.fixture
def git(tree: Path) -> Git:
    """`git ARGUMENTS` in the tree, which has one commit."""

    def run(*arguments: str) -> str:
        typed = ["git", *WHO, *arguments]
        return subprocess.run(typed, cwd=tree, capture_output=True, text=True, check=True).stdout.strip()

    run("init", "-q")
    run("add", ".")
    run("commit", "-qm", "first")
    return run


def _commit(git: Git) -> str:
    git("commit", "-q", "--allow-empty", "-m", "more")
    return git("rev-parse", "--short=8", "HEAD")


def _released(tree: Path, git: Git, number: str) -> None:
    changes = tree / "CHANGELOG.md"
    changes.write_text(changes.read_text().replace(f"{number} - unreleased", f"{number} - 2026-12-01"))
    git("commit", "-qam", f"release {number}")
    git("tag", f"v{number}")


def test_no_tag(tree: Path, git: Git) -> None:
    commit = _commit(git)
    assert source_version(tree) == f"0.2.0.dev2+g{commit}"


def test_at_a_tag_and_after_it(tree: Path, git: Git) -> None:
    _released(tree, git, "0.2.0")
    assert source_version(tree) == "0.2.0"
    commit = _commit(git)
    assert source_version(tree) == f"0.2.1.dev1+g{commit}"  # the changelog has no newer heading yet
    (tree / "CHANGELOG.md").write_text("## 0.3.0 - unreleased\n\n## 0.2.0 - 2026-12-01\n")
    git("commit", "-qam", "next")
    assert source_version(tree).startswith("0.3.0.dev2+g")


def test_candidates_and_other_tags(tree: Path, git: Git) -> None:
    git("tag", "verified")
    assert source_version(tree).startswith("0.2.0.dev1+g")
    git("tag", "v0.2.0rc1")
    assert source_version(tree) == "0.2.0rc1"


def test_changes_that_are_not_committed(tree: Path, git: Git) -> None:
    _released(tree, git, "0.2.0")
    (tree / "untracked").write_text("")
    assert source_version(tree) == "0.2.0"
    with (tree / "CHANGELOG.md").open("a") as changes:
        changes.write("\n")
    assert re.fullmatch(r"0\.2\.1\.dev0\+g[0-9a-f]{8}\.dirty", source_version(tree))


@pytest.mark.parametrize("tagged", [True, False])
def test_shallow_clone(tree: Path, git: Git, tmp_path: Path, tagged: bool) -> None:
    if tagged:
        _released(tree, git, "0.2.0")
    commit = _commit(git)
    shallow = tmp_path / "shallow"
    subprocess.run(["git", "clone", "-q", "--depth", "1", tree.as_uri(), str(shallow)], check=True)
    # The tag is beyond the depth: the date in the changelog says that 0.2.0 was to be released, no tag says that it is.
    assert source_version(shallow) == f"0.2.0.dev1+g{commit}"


def test_no_git_at_all(tree: Path) -> None:
    assert source_version(tree) == "0.2.0.dev0"
    (tree / "CHANGELOG.md").write_text("## 0.2.0 - 2026-12-01\n")
    assert source_version(tree) == "0.2.0"


def test_a_repository_around_the_tree_is_not_asked(tree: Path, git: Git) -> None:
    """An unpacked archive inside somebody else's checkout."""
    git("tag", "v9.9.9")
    inner = tree / "inner"
    inner.mkdir()
    (inner / "CHANGELOG.md").write_text("## 0.2.0 - unreleased\n")
    assert source_version(inner) == "0.2.0.dev0"


def test_git_that_is_not_there_or_refuses(tree: Path, git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    git("tag", "v0.2.0")
    monkeypatch.setenv("PATH", "")
    assert source_version(tree) == "0.2.0.dev0"


def test_a_changelog_without_a_release(tree: Path) -> None:
    (tree / "CHANGELOG.md").write_text("## Next\n")
    with pytest.raises(ValueError, match=r"CHANGELOG\.md has no heading '## X\.Y\.Z - unreleased' or "):
        source_version(tree)


def test_installed_without_a_source_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = tmp_path / "symhep-9.8.7.dist-info"
    site.mkdir()
    (site / "METADATA").write_text("Metadata-Version: 2.1\nName: symhep\nVersion: 9.8.7\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(module, "__file__", str(tmp_path / "symhep" / "version.py"))
    assert module.version.__wrapped__() == "9.8.7"


def test_wheel_source_distribution_and_package_agree(root: Path, tmp_path: Path) -> None:
    """Also the wheel that is made of the source distribution, where there is no git."""
    (archive,) = SdistBuilder(str(root)).build(directory=str(tmp_path))
    with tarfile.open(archive) as packed:
        packed.extractall(tmp_path, filter="data")
    unpacked = Path(archive.removesuffix(".tar.gz"))
    assert source_version(unpacked) == symhep.__version__
    for place in (root, unpacked):
        (wheel,) = WheelBuilder(str(place)).build(directory=str(tmp_path / place.name))
        with zipfile.ZipFile(wheel) as files:
            (about,) = (name for name in files.namelist() if name.endswith(".dist-info/METADATA"))
            assert f"\nVersion: {symhep.__version__}\n" in files.read(about).decode()


def test_a_bare_checkout(root: Path) -> None:
    """Without an installation; and to import symhep asks nothing."""
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import symhep\n"
        "assert 'symhep.version' not in sys.modules\nprint(symhep.__version__)"
    )
    typed = [sys.executable, "-I", "-S", "-c", code, str(root)]
    done = subprocess.run(typed, capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == (symhep.__version__, "")

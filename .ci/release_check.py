"""What is checked before a release: docs/project/releases.md says when, `tox -e release` runs it.

    python .ci/release_check.py [--tag vX.Y.Z] [--keep FOLDER]

Versions of tag, changelog, citation and wheel agree; source distribution and wheel hold every file of git that they are
to hold, and no other; the README is rendered; the wheel, in a fresh environment and an empty folder, lists its methods
and runs a sample.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import venv
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from symhep.version import source_version  # noqa: E402

#: What git has and the source distribution has not: folders whose files nobody needs to build or test.
NOT_IN_SDIST = ("docs/figures/",)
METHODS = ("moments", "oracle", "symmetrygan", "vae")


def tracked() -> set[str]:
    """Files of git."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return {name for name in listed.stdout.split("\0") if name}


def of_sdist(files: Iterable[str]) -> set[str]:
    """What a source distribution is to hold."""
    return {"PKG-INFO", *(name for name in files if not name.startswith(NOT_IN_SDIST))}


def of_wheel(files: Iterable[str]) -> set[str]:
    """What a wheel is to hold besides its metadata: the packages, and the samples of the index."""
    index = tomllib.loads((ROOT / "samples" / "index.toml").read_text(encoding="utf-8"))
    samples = {"index.toml", *(place for entry in index.values() for place in entry["files"])}
    code = {name.removeprefix("plugins/") for name in files if name.startswith(("symhep/", "plugins/"))}
    return code | {f"symhep/samples/files/{place}" for place in samples}


def differences(what: str, wanted: set[str], held: set[str]) -> Iterator[str]:
    """A line for what is missing, and one for what does not belong there."""
    for names, how in ((wanted - held, "lacks"), (held - wanted, "holds what does not belong there:")):
        if names:
            shown = ", ".join(sorted(names)[:10]) + (
                f" and {len(names) - 10} more" if len(names) > 10 else ""
            )
            yield f"{what} {how} {shown}"


def disagreements(tag: str | None, changelog: str, citation: str, version: str) -> Iterator[str]:
    """A line for each place that states another version than the others, or no date."""
    heading = re.search(r"^## (\S+) - (\S+)$", changelog, re.MULTILINE)
    cited = re.search(r"^version: (\S+)$", citation, re.MULTILINE)
    if heading is None or cited is None:
        yield "CHANGELOG.md has no heading '## X.Y.Z - DATE', or CITATION.cff no version"
        return
    if cited[1] != heading[1]:
        yield f"CITATION.cff has version {cited[1]}, CHANGELOG.md {heading[1]}"
    if tag is None:
        return
    if tag != f"v{heading[1]}":
        yield f"the tag is {tag}, the topmost release of CHANGELOG.md {heading[1]}"
    if heading[2] == "unreleased":
        yield f"CHANGELOG.md gives no date of {heading[1]}"
    if tag != f"v{version}":
        yield f"the tag is {tag}, the version of the tree {version}: uncommitted changes, or another commit"
    if f"\ndate-released: {heading[2]}\n" not in citation:
        yield f"CITATION.cff has no 'date-released: {heading[2]}'"


def build(folder: Path) -> tuple[Path, Path]:
    """Source distribution of the tree, and the wheel that is made of it, as PyPI's users would."""
    build_one = (sys.executable, "-m", "hatchling", "build", "-d", str(folder), "-t")
    subprocess.run([*build_one, "sdist"], cwd=ROOT, check=True)
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as packed, tempfile.TemporaryDirectory() as place:
        packed.extractall(place, filter="data")
        subprocess.run(
            [*build_one, "wheel"], cwd=Path(place) / archive.name.removesuffix(".tar.gz"), check=True
        )
    (wheel,) = folder.glob("*.whl")
    return archive, wheel


def contents(archive: Path, wheel: Path) -> Iterator[str]:
    """What is wrong with the files that both hold."""
    files = tracked()
    with tarfile.open(archive) as packed:
        held = {item.name.partition("/")[2] for item in packed.getmembers() if item.isfile()}
    yield from differences("the source distribution", of_sdist(files), held)
    with zipfile.ZipFile(wheel) as packed:
        held = {name for name in packed.namelist() if ".dist-info/" not in name}
    yield from differences("the wheel", of_wheel(files), held)


def installed(wheel: Path, version: str) -> Iterator[str]:
    """What is wrong with the wheel in an environment of its own, run in an empty folder."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "SYMHEP"))}
    with tempfile.TemporaryDirectory() as place:
        environment, empty = Path(place) / "venv", Path(place) / "empty"
        venv.create(environment, with_pip=True)
        empty.mkdir()

        def run(program: str, *arguments: str) -> str:
            typed = [str(environment / "bin" / program), *arguments]
            done = subprocess.run(typed, cwd=empty, env=clean, capture_output=True, text=True, check=False)
            if done.returncode:
                raise SystemExit(f"{' '.join(typed)} failed:\n{done.stdout}{done.stderr}")
            return done.stdout

        run("pip", "install", "-q", "-c", str(ROOT / "constraints.txt"), str(wheel))
        if (told := run("symhep", "--version").splitlines()[0]) != f"symhep, version {version}":
            yield f"the tree has version {version}, the installed wheel says '{told}'"
        if Path(run("python", "-c", "import symhep; print(symhep.__file__)").strip()).is_relative_to(ROOT):
            yield "symhep was imported from the source tree"
        listed = run("symhep", "methods")
        yield from (
            f"`symhep methods` does not list {name}" for name in METHODS if f"  {name} " not in listed
        )
        run("symhep", "sample", "jets")
        run("symhep", "run", "jets/jets_mass.yaml", "--code", "jets", "-o", "out")
        if not (empty / "out" / "report.html").is_file():
            yield "the sample 'jets' made no report"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tag", help="the tag that is to be released; else the present state is checked")
    parser.add_argument("--keep", type=Path, help="folder that gets the source distribution and the wheel")
    parser.add_argument("--no-install", action="store_true", help="leave out the fresh environment")
    asked = parser.parse_args()
    version = source_version(ROOT)
    wrong = list(
        disagreements(
            asked.tag,
            (ROOT / "CHANGELOG.md").read_text("utf-8"),
            (ROOT / "CITATION.cff").read_text("utf-8"),
            version,
        )
    )
    with tempfile.TemporaryDirectory() as place:
        archive, wheel = build(Path(place))
        if f"-{version}-" not in wheel.name:
            wrong.append(f"the tree has version {version}, the wheel is {wheel.name}")
        wrong += contents(archive, wheel)
        rendered = subprocess.run(
            [sys.executable, "-m", "twine", "check", "--strict", archive, wheel], check=False
        )
        wrong += ["PyPI would not render the README"] if rendered.returncode else []
        wrong += [] if asked.no_install else installed(wheel, version)
        if asked.keep and not wrong:
            asked.keep.mkdir(parents=True, exist_ok=True)
            for file in (archive, wheel):
                shutil.copy(file, asked.keep)
    for line in wrong:
        print(f"wrong: {line}")
    print(f"symhep {version}: {'not ready' if wrong else 'all checks passed'}")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
